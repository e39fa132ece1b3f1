package zone

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

var today = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// shared is one reader for all tests, as a server has.
var shared = sync.OnceValues(New)

func newReader(t testing.TB) *Reader {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// picture reads a specimen that was drawn for package vision, and the lines
// that it shows.
func picture(t testing.TB, name string) (*image.Gray, []string) {
	t.Helper()
	path := filepath.Join("..", "testdata", name)
	file, err := os.Open(path + ".jpg")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := jpeg.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := os.ReadFile(path + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return raster.Grey(raster.Shrink(img, 2000)), strings.Fields(string(lines))
}

// TestReadsSpecimens guards every format and every level, in all turns.
func TestReadsSpecimens(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	names := []string{"passport-3", "card-3", "td2-3", "passport-small-3", "passport-0", "card-0", "card-2", "passport-2"}
	for i, name := range names {
		g, want := picture(t, name)
		got, err := r.Read(t.Context(), raster.Turn(g, i%4), today)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(got.Lines, want) || !got.Valid() || got.Score < MinScore {
			t.Errorf("%s: score %.3f\n%q, want\n%q", name, got.Score, got.Lines, want)
		}
	}
}

func TestAWrongDigitStaysWrong(t *testing.T) {
	t.Parallel()
	g, want := picture(t, "wrong-digit")
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
	selfie, _ := picture(t, "selfie-0")
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
	g, _ := picture(t, "passport-0")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newReader(t).Read(ctx, g, today); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkRead(b *testing.B) {
	r := newReader(b)
	g, _ := picture(b, "passport-2")
	for b.Loop() {
		if _, err := r.Read(b.Context(), g, today); err != nil {
			b.Fatal(err)
		}
	}
}
