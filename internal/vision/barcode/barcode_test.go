package barcode

import (
	"context"
	"errors"
	"image"
	"testing"

	"github.com/ericlevine/zxinggo"
	"github.com/ericlevine/zxinggo/bitutil"
	"github.com/ericlevine/zxinggo/datamatrix"
	"github.com/ericlevine/zxinggo/qrcode"

	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

func picture(t testing.TB, o specimen.Order) *image.Gray {
	t.Helper()
	img, err := specimen.Draw(o)
	if err != nil {
		t.Fatal(err)
	}
	return raster.Grey(raster.Shrink(img, 2000))
}

func TestReadsLicences(t *testing.T) {
	t.Parallel()
	for level := range 3 {
		o := specimen.Order{Type: specimen.USDrivingLicence, Side: specimen.Back, Level: level, Seed: uint64(level)}
		want, err := specimen.Barcode(o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), raster.Turn(picture(t, o), 2*(level%2)))
		if err != nil || got.Type != PDF417 || got.Text != want {
			t.Errorf("level %d: %v, %v", level, got, err)
		}
	}
}

// TestReadsSquareSymbols draws them with the library that reads them, which
// proves no more than that the wiring is right.
func TestReadsSquareSymbols(t *testing.T) {
	t.Parallel()
	for kind, c := range map[Type]struct {
		writer interface {
			Encode(string, zxinggo.Format, int, int, *zxinggo.EncodeOptions) (*bitutil.BitMatrix, error)
		}
		format zxinggo.Format
	}{
		QR:         {qrcode.NewWriter(), zxinggo.FormatQRCode},
		DataMatrix: {datamatrix.NewWriter(), zxinggo.FormatDataMatrix},
	} {
		matrix, err := c.writer.Encode("UTO-12345678", c.format, 240, 240, nil)
		if err != nil {
			t.Fatal(err)
		}
		g := image.NewGray(image.Rect(0, 0, 400, 300))
		for i := range g.Pix {
			g.Pix[i] = 230
		}
		module := 240 / matrix.Width()
		for y := range module * matrix.Height() {
			for x := range module * matrix.Width() {
				if matrix.Get(x/module, y/module) {
					g.Pix[(y+30)*g.Stride+x+80] = 20
				}
			}
		}
		got, err := Read(t.Context(), g)
		if err != nil || got.Type != kind || got.Text != "UTO-12345678" {
			t.Errorf("%s: %v, %v", kind, got, err)
		}
	}
}

func TestNoSymbol(t *testing.T) {
	t.Parallel()
	for _, g := range []*image.Gray{
		picture(t, specimen.Order{Type: specimen.Passport, Level: 1}),
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
	g := picture(b, specimen.Order{Type: specimen.USDrivingLicence, Side: specimen.Back, Level: 2})
	for b.Loop() {
		if _, err := Read(b.Context(), g); err != nil {
			b.Fatal(err)
		}
	}
}
