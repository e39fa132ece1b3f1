package ocrb

import (
	"testing"

	"golang.org/x/image/font/sfnt"
)

func TestEveryCharacterHasAnOutline(t *testing.T) {
	t.Parallel()
	parsed, err := sfnt.Parse(TrueType())
	if err != nil {
		t.Fatal(err)
	}
	var buffer sfnt.Buffer
	for _, char := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<" {
		index, err := parsed.GlyphIndex(&buffer, char)
		if err != nil || index == 0 {
			t.Fatalf("%q: glyph %d, %v", char, index, err)
		}
		if outline, err := parsed.LoadGlyph(&buffer, index, 64<<6, nil); err != nil || len(outline) == 0 {
			t.Errorf("%q: %d segments, %v", char, len(outline), err)
		}
	}
}
