package specimen

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
)

// Draw gives the ordered picture. Empty parts of the order are filled as [Default] fills them. It fails, naming
// what is allowed, for an unknown type, flaw or level, a side the type does not have, or values that do not fit
// on a document.
func Draw(o Order) (image.Image, error) {
	o, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	img, err := o.picture()
	if err != nil {
		return nil, fmt.Errorf("specimen: draw %s %s: %w", o.Type, o.Side, err)
	}
	return img, nil
}

// JPEG writes the ordered picture as JPEG: quality 90 when flat and at level 1, 75 at level 2, 45 at level 3.
func JPEG(w io.Writer, o Order) error {
	img, err := Draw(o)
	if err != nil {
		return err
	}
	if err := jpeg.Encode(w, img, &jpeg.Options{Quality: lensOf(o.Level).quality}); err != nil {
		return fmt.Errorf("specimen: write jpeg: %w", err)
	}
	return nil
}

// PNG writes the ordered picture without loss.
func PNG(w io.Writer, o Order) error {
	img, err := Draw(o)
	if err != nil {
		return err
	}
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("specimen: write png: %w", err)
	}
	return nil
}

// MRZ gives the lines of the machine readable zone that the ordered document carries, flaws and all, whichever
// side they are on; nil for a type without a zone. It fails like [Draw].
func MRZ(o Order) ([]string, error) {
	o, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	return o.zoneLines(), nil
}

// Barcode gives the AAMVA text of the PDF417 symbol that the ordered document carries on its back; empty for a
// type without a symbol. It fails like [Draw].
func Barcode(o Order) (string, error) {
	o, err := o.complete()
	if err != nil {
		return "", fmt.Errorf("specimen: %w", err)
	}
	if !o.kind().barcode {
		return "", nil
	}
	text, _, err := o.symbol()
	return text, err
}

// picture paints the document, then photographs it.
func (o Order) picture() (*image.RGBA, error) {
	paint := o.kind().front
	if o.Side == Back {
		paint = o.kind().back
	}
	img, err := paint(o)
	if err != nil {
		return nil, err
	}
	return o.photographed(img), nil
}

// choice fails, listing what is allowed, when got is not among it.
func choice[T ~string](what string, got T, allowed []T) error {
	if slices.Contains(allowed, got) {
		return nil
	}
	return fmt.Errorf("unknown %s %q, want one of %q", what, got, allowed)
}
