package barcode

import (
	"context"
	"errors"
	"image"

	"github.com/ericlevine/zxinggo"
	"github.com/ericlevine/zxinggo/binarizer"
	"github.com/ericlevine/zxinggo/datamatrix"
	"github.com/ericlevine/zxinggo/pdf417"
	"github.com/ericlevine/zxinggo/qrcode"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// Type names a kind of symbol.
type Type string

// The kinds that are read.
const (
	PDF417     Type = "PDF417"
	QR         Type = "QR"
	DataMatrix Type = "DataMatrix"
)

// Symbol is a symbol that was decoded; error correction has vouched for it.
type Symbol struct {
	Type Type
	Text string
	// Corners are about where it is, clockwise as seen with its longer side across.
	Corners [4]raster.Point
}

// ErrNone says that a picture shows no symbol that can be decoded.
var ErrNone = errors.New("no barcode")

// squareSize is what the longer side is shrunk to for symbols that are square
// and coarse.
const squareSize = 1000

// Read decodes the symbol of a picture: the PDF417 symbol if there is one, else
// a QR or DataMatrix symbol. Its work is bounded by the picture's size; it
// fails with [ErrNone], or with ctx's error when that ends.
func Read(ctx context.Context, g *image.Gray) (*Symbol, error) {
	for _, q := range findStacks(g) {
		for _, look := range looks() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if found, ok := decode(pdf417.NewPDF417Reader(), look(g, q)); ok {
				return &Symbol{PDF417, found.Text, q.corners}, nil
			}
		}
	}
	return readSquare(ctx, g)
}

func readSquare(ctx context.Context, g *image.Gray) (*Symbol, error) {
	small, scale := raster.Limit(g, squareSize)
	for _, kind := range []struct {
		symbol Type
		reader zxinggo.Reader
	}{{QR, qrcode.NewReader()}, {DataMatrix, datamatrix.NewReader()}} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if found, ok := decode(kind.reader, small); ok {
			return &Symbol{kind.symbol, found.Text, around(found.Points, scale)}, nil
		}
	}
	return nil, ErrNone
}

// around is the upright box about the points of a square symbol, which are the
// middles of its patterns: the symbol reaches a little farther.
func around(points []zxinggo.ResultPoint, scale float64) [4]raster.Point {
	if len(points) == 0 {
		return [4]raster.Point{}
	}
	x0, y0, x1, y1 := points[0].X, points[0].Y, points[0].X, points[0].Y
	for _, p := range points {
		x0, y0, x1, y1 = min(x0, p.X), min(y0, p.Y), max(x1, p.X), max(y1, p.Y)
	}
	more := 0.2 * max(x1-x0, y1-y0)
	at := func(x, y float64) raster.Point { return raster.Point{X: x * scale, Y: y * scale} }
	return [4]raster.Point{at(x0-more, y0-more), at(x1+more, y0-more), at(x1+more, y1+more), at(x0-more, y1+more)}
}

// decode asks a reader of the library, which may panic on what it did not
// expect.
func decode(reader zxinggo.Reader, g *image.Gray) (found *zxinggo.Result, ok bool) {
	defer func() {
		if recover() != nil {
			found, ok = nil, false
		}
	}()
	bitmap := zxinggo.NewBinaryBitmap(binarizer.NewHybrid(zxinggo.NewGrayImageLuminanceSource(g)))
	result, err := reader.Decode(bitmap, &zxinggo.DecodeOptions{TryHarder: true})
	if err != nil || result.Text == "" {
		return nil, false
	}
	return result, true
}
