package optional

import (
	"context"
	"fmt"
	"image"

	"github.com/dossier-id/dossier/internal/vision/printed"
)

// Reads tells whether there is a program that reads print.
func (s Set) Reads() bool { return s.Tesseract != "" }

// Print asks tesseract for the words that are printed on a document, and understands them. It gives nil when tesseract
// is not there. The picture is levelled first; it should be upright and at most some 2000 pixels wide and high.
func (s Set) Print(ctx context.Context, page *image.Gray) (*printed.Text, error) {
	if !s.Reads() {
		return nil, nil //nolint:nilnil // not there, which is no error
	}
	// Sparse text: words wherever they are, as fields do not run in columns.
	table, err := s.run(ctx, input{pipe: pgm(printed.Level(page))}, s.Tesseract, "stdin", "stdout", "--psm", "11", "-l", "eng", "tsv")
	if err != nil {
		return nil, err
	}
	return printed.Parse(table), nil
}

// pgm is a picture in grey as a file that needs no packing.
func pgm(g *image.Gray) []byte {
	head := fmt.Sprintf("P5\n%d %d\n255\n", g.Rect.Dx(), g.Rect.Dy())
	return append([]byte(head), g.Pix...)
}
