package face

import (
	"context"
	"errors"
	"image"
	"testing"

	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

func picture(t *testing.T, o specimen.Order) *image.RGBA {
	t.Helper()
	img, err := specimen.Draw(o)
	if err != nil {
		t.Fatal(err)
	}
	return raster.Shrink(img, 2000)
}

func newFinder(t *testing.T) *Finder {
	t.Helper()
	f, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCountsFaces(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	for name, c := range map[string]struct {
		order       specimen.Order
		least, most int
	}{
		"selfie":                {specimen.Order{Type: specimen.Selfie, Level: 1}, 1, 1},
		"two people":            {specimen.Order{Type: specimen.Selfie, Level: 1, Flaws: []specimen.Flaw{specimen.TwoFaces}}, 2, 2},
		"nobody":                {specimen.Order{Type: specimen.Selfie, Level: 2, Flaws: []specimen.Flaw{specimen.NoFace}}, 0, 0},
		"passport and ghost":    {specimen.Order{Type: specimen.Passport, Level: 1}, 1, 2},
		"back of a card":        {specimen.Order{Type: specimen.IDCard, Side: specimen.Back, Level: 1}, 0, 0},
		"selfie taken badly":    {specimen.Order{Type: specimen.Selfie, Level: 3, Seed: 139}, 1, 1},
		"passport without head": {specimen.Order{Type: specimen.Passport, Flaws: []specimen.Flaw{specimen.NoFace}}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := f.Find(t.Context(), raster.Grey(picture(t, c.order)))
			if err != nil || len(found) < c.least || len(found) > c.most {
				t.Errorf("%v, %v", found, err)
			}
		})
	}
}

func TestPortraitShowsTheFace(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	img := picture(t, specimen.Order{Type: specimen.Passport})
	found, err := f.Find(t.Context(), raster.Grey(img))
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	portrait := Portrait(img, found[0])
	if w := portrait.Rect.Dx(); w < found[0].Box.Dx() || portrait.Rect.Dy() <= w {
		t.Errorf("portrait of %v is %v", found[0].Box, portrait.Rect)
	}
	again, err := f.Find(t.Context(), raster.Grey(portrait))
	if err != nil || len(again) != 1 {
		t.Errorf("in the portrait there are %v, %v", again, err)
	}
}

func TestFindEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newFinder(t).Find(ctx, image.NewGray(image.Rect(0, 0, 300, 300))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTinyPicturesHaveNoFaces(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	for _, size := range []image.Point{{1, 1}, {1, 3000}, {3000, 1}, {25, 25}} {
		found, err := f.Find(t.Context(), image.NewGray(image.Rect(0, 0, size.X, size.Y)))
		if err != nil || len(found) != 0 {
			t.Errorf("%v: %v, %v", size, found, err)
		}
	}
}
