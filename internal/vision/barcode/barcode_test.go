package barcode

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/qr"

	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// picture reads a specimen that was drawn for package vision.
func picture(t testing.TB, name string) *image.Gray {
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
	return raster.Grey(raster.Shrink(img, 2000))
}

func TestReadsLicences(t *testing.T) {
	t.Parallel()
	for i, o := range []specimen.Order{
		{Type: specimen.USDrivingLicence, Side: specimen.Back},
		{Type: specimen.USDrivingLicence, Side: specimen.Back, Level: 2, Seed: 2},
	} {
		want, err := specimen.Barcode(o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), raster.Turn(picture(t, fmt.Sprintf("licence-%d", o.Level)), 2*i))
		if err != nil || got.Type != PDF417 || got.Text != want {
			t.Errorf("level %d: %v, %v", o.Level, got, err)
		}
	}
}

func TestReadsSquareSymbols(t *testing.T) {
	t.Parallel()
	const text = "UTO-12345678"
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	matrix, err := datamatrix.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	for kind, symbol := range map[Type]image.Image{QR: code, DataMatrix: matrix} {
		for turn := range 4 {
			got, err := Read(t.Context(), raster.Turn(printed(symbol), turn))
			if err != nil || got.Type != kind || got.Text != text {
				t.Errorf("%s, turn %d: %v, %v", kind, turn, got, err)
			}
		}
	}
}

// printed draws a symbol's modules large on light paper.
func printed(symbol image.Image) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range g.Pix {
		g.Pix[i] = 230
	}
	box := symbol.Bounds()
	module := 240 / box.Dx()
	for y := range module * box.Dy() {
		for x := range module * box.Dx() {
			if dark, _, _, _ := symbol.At(box.Min.X+x/module, box.Min.Y+y/module).RGBA(); dark < 0x8000 {
				g.Pix[(y+30)*g.Stride+x+80] = 20
			}
		}
	}
	return g
}

func TestNoSymbol(t *testing.T) {
	t.Parallel()
	for _, g := range []*image.Gray{
		picture(t, "passport-3"),
		image.NewGray(image.Rect(0, 0, 500, 300)),
		image.NewGray(image.Rect(0, 0, 1, 1)),
		image.NewGray(image.Rect(0, 0, 1, 2000)),
	} {
		if got, err := Read(t.Context(), g); !errors.Is(err, ErrNone) {
			t.Errorf("%v: %v, %v", g.Rect, got, err)
		}
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, image.NewGray(image.Rect(0, 0, 300, 300))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkRead(b *testing.B) {
	g := picture(b, "licence-2")
	for b.Loop() {
		if _, err := Read(b.Context(), g); err != nil {
			b.Fatal(err)
		}
	}
}
