package zone

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

var today = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func newReader(t testing.TB) *Reader {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func specimenOf(t testing.TB, o specimen.Order) (*image.Gray, []string) {
	t.Helper()
	img, err := specimen.Draw(o)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := specimen.MRZ(o)
	if err != nil {
		t.Fatal(err)
	}
	return raster.Grey(raster.Shrink(img, 2000)), lines
}

// TestReadsSpecimens guards a small seed set: every format at every level, in
// a turn of its own.
func TestReadsSpecimens(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for i, o := range []specimen.Order{
		{Type: specimen.Passport, Level: 0},
		{Type: specimen.IDCard, Side: specimen.Back, Level: 0},
		{Type: specimen.IDCardTD2, Level: 1},
		{Type: specimen.ResidencePermit, Side: specimen.Back, Level: 1},
		{Type: specimen.Passport, Level: 2},
		{Type: specimen.IDCard, Side: specimen.Back, Level: 2},
		{Type: specimen.Passport, Level: 3},
		{Type: specimen.IDCard, Side: specimen.Back, Level: 3},
	} {
		o.Seed = uint64(40 + i)
		t.Run(fmt.Sprintf("%s level %d turn %d", o.Type, o.Level, i%4), func(t *testing.T) {
			t.Parallel()
			g, want := specimenOf(t, o)
			got, err := r.Read(t.Context(), raster.Turn(g, i%4), today)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Lines, want) || !got.Valid() || got.Score < MinScore {
				t.Errorf("score %.3f\n%q, want\n%q", got.Score, got.Lines, want)
			}
		})
	}
}

func TestAWrongDigitStaysWrong(t *testing.T) {
	t.Parallel()
	g, want := specimenOf(t, specimen.Order{Type: specimen.Passport, Level: 1, Seed: 7, Flaws: []specimen.Flaw{specimen.WrongCheckDigit}})
	got, err := newReader(t).Read(t.Context(), g, today)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Lines, want) || got.Valid() || got.Changed != 0 {
		t.Errorf("%q, checks %v, changed %d, want %q", got.Lines, got.Checks, got.Changed, want)
	}
}

func TestNoZone(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	selfie, _ := specimenOf(t, specimen.Order{Type: specimen.Selfie})
	empty := image.NewGray(image.Rect(0, 0, 900, 700))
	lines := image.NewGray(image.Rect(0, 0, 900, 700))
	for y := 20; y < 700; y += 40 {
		draw.Draw(lines, image.Rect(30, y, 870, y+6), image.White, image.Point{}, draw.Src)
	}
	for _, g := range []*image.Gray{selfie, empty, lines, image.NewGray(image.Rect(0, 0, 1, 1)), image.NewGray(image.Rect(0, 0, 1, 2000))} {
		if got, err := r.Read(t.Context(), g, today); !errors.Is(err, ErrNone) {
			t.Errorf("%v: %v, %v", g.Rect, got, err)
		}
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	t.Parallel()
	g, _ := specimenOf(t, specimen.Order{Type: specimen.Passport})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newReader(t).Read(ctx, g, today); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkRead(b *testing.B) {
	r := newReader(b)
	g, _ := specimenOf(b, specimen.Order{Type: specimen.Passport, Level: 2})
	for b.Loop() {
		if _, err := r.Read(b.Context(), g, today); err != nil {
			b.Fatal(err)
		}
	}
}
