package face

import (
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// picture reads a specimen that was drawn for package vision.
func picture(t testing.TB, name string) *image.RGBA {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := jpeg.Decode(file)
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
	for name, c := range map[string]struct{ least, most int }{
		"selfie-0": {1, 1}, "selfie-3": {1, 1}, "two-faces": {2, 2}, "two-faces-3": {2, 2}, "no-face": {0, 0}, "card-2": {0, 0}, "licence-2": {0, 0},
		"passport-0": {1, 2}, "passport-3": {1, 2}, // and the ghost image
	} {
		found, err := f.Find(t.Context(), raster.Grey(picture(t, name)))
		if err != nil || len(found) < c.least || len(found) > c.most {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}

func TestPortraitShowsTheFace(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	img := picture(t, "passport-0")
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

func TestClothesAreNoFaces(t *testing.T) {
	t.Parallel()
	sure := Face{Box: image.Rect(100, 100, 200, 200), Score: 500}
	for name, c := range map[string]struct {
		other Face
		want  int
	}{
		"a collar":                {Face{image.Rect(110, 230, 180, 300), 20}, 1},
		"a child held in front":   {Face{image.Rect(110, 230, 180, 300), 200}, 2},
		"somebody in bad light":   {Face{image.Rect(300, 120, 400, 220), 20}, 2},
		"somebody behind, higher": {Face{image.Rect(110, 0, 180, 70), 20}, 2},
	} {
		if found := withoutClothes([]Face{sure, c.other}); len(found) != c.want || found[0] != sure {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestJoinedLooks(t *testing.T) {
	t.Parallel()
	head, nose, away := Face{image.Rect(100, 100, 200, 200), 500}, Face{image.Rect(130, 130, 170, 170), 9}, Face{image.Rect(300, 50, 340, 90), 40}
	if found := joined([]Face{head}, []Face{nose, away}); len(found) != 2 || found[0] != head || found[1] != away {
		t.Error(found)
	}
	if found := joined(nil, []Face{nose}); len(found) != 1 {
		t.Error(found)
	}
}

func FuzzFind(f *testing.F) {
	finder, err := New()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(90), uint16(120), []byte{200, 180, 40, 60, 200})
	f.Add(uint16(1), uint16(1), []byte{})
	f.Fuzz(func(t *testing.T, w, h uint16, pixels []byte) {
		g := image.NewGray(image.Rect(0, 0, int(w%300)+1, int(h%300)+1))
		for i := range g.Pix {
			if len(pixels) > 0 {
				g.Pix[i] = pixels[i%len(pixels)]
			}
		}
		found, err := finder.Find(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range found {
			if one.Box.Empty() || one.Score < MinScore {
				t.Errorf("%+v", one)
			}
		}
	})
}
