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
			if text, ok := decode(pdf417.NewPDF417Reader(), look(g, q)); ok {
				return &Symbol{PDF417, text}, nil
			}
		}
	}
	return readSquare(ctx, g)
}

func readSquare(ctx context.Context, g *image.Gray) (*Symbol, error) {
	small, _ := raster.Limit(g, squareSize)
	for _, kind := range []struct {
		symbol Type
		reader zxinggo.Reader
	}{{QR, qrcode.NewReader()}, {DataMatrix, datamatrix.NewReader()}} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if text, ok := decode(kind.reader, small); ok {
			return &Symbol{kind.symbol, text}, nil
		}
	}
	return nil, ErrNone
}

// decode asks a reader of the library, which may panic on what it did not
// expect.
func decode(reader zxinggo.Reader, g *image.Gray) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	bitmap := zxinggo.NewBinaryBitmap(binarizer.NewHybrid(zxinggo.NewGrayImageLuminanceSource(g)))
	result, err := reader.Decode(bitmap, &zxinggo.DecodeOptions{TryHarder: true})
	if err != nil || result.Text == "" {
		return "", false
	}
	return result.Text, true
}
