package specimen

import (
	"fmt"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"

	"github.com/dossier-id/dossier/internal/ocrb"
)

// style names one of the fonts that specimens are printed with.
type style int

const (
	regular style = iota
	bold
	italic
	machine // OCR-B, for the machine readable zone
)

// typeset keeps the parsed fonts and the sizes in use of one drawing.
type typeset struct {
	faces map[sized]font.Face
}

// sized is a font at a size in pixels per em.
type sized struct {
	style  style
	pixels float64
}

func newTypeset() *typeset {
	return &typeset{faces: map[sized]font.Face{}}
}

// face gives the font at the size, parsed at most once.
func (t *typeset) face(s sized) (font.Face, error) {
	if f, ok := t.faces[s]; ok {
		return f, nil
	}
	parsed, err := opentype.Parse(fontFile(s.style))
	if err != nil {
		return nil, fmt.Errorf("parse font %d: %w", s.style, err)
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: s.pixels, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("size font %d to %.1f px: %w", s.style, s.pixels, err)
	}
	t.faces[s] = f
	return f, nil
}

func fontFile(s style) []byte {
	switch s {
	case bold:
		return gobold.TTF
	case italic:
		return goitalic.TTF
	case machine:
		return ocrb.TrueType()
	default:
		return goregular.TTF
	}
}
