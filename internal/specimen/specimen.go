package specimen

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
)

// Type names a kind of picture that can be ordered.
type Type string

// The types. Documents follow the sizes and fields of ICAO Doc 9303 and of licences by EU Directive 2006/126 and AAMVA.
const (
	Passport       Type = "passport"        // TD3 data page, front only
	DrivingLicence Type = "driving-licence" // EU licence, front and back
	Selfie         Type = "selfie"          // the holder's head before a room, front only
)

// The sides of a document.
const (
	Front = "front"
	Back  = "back"
)

// Types lists what [Draw] can draw.
func Types() []Type {
	return []Type{Passport, DrivingLicence, Selfie}
}

// Sides lists the sides that a type has, front first; nil for an unknown type.
func Sides(t Type) []string {
	switch t {
	case Passport, Selfie:
		return []string{Front}
	case DrivingLicence:
		return []string{Front, Back}
	default:
		return nil
	}
}

// Draw gives the ordered picture. Empty parts of the order are filled as [Default] fills them. It fails, naming
// what is allowed, for an unknown type, a side the type does not have, or values that do not fit on a document.
func Draw(o Order) (image.Image, error) {
	o, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	img, err := o.sheet()
	if err != nil {
		return nil, fmt.Errorf("specimen: draw %s %s: %w", o.Type, o.Side, err)
	}
	return img, nil
}

// JPEG writes the ordered picture as JPEG of quality 90.
func JPEG(w io.Writer, o Order) error {
	img, err := Draw(o)
	if err != nil {
		return err
	}
	if err := jpeg.Encode(w, img, &jpeg.Options{Quality: 90}); err != nil {
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

// sheet paints the flat picture of a complete order.
func (o Order) sheet() (*image.RGBA, error) {
	switch {
	case o.Type == Selfie:
		return o.selfie(), nil
	case o.Type == DrivingLicence && o.Side == Back:
		return o.licenceBack()
	case o.Type == DrivingLicence:
		return o.licenceFront()
	default:
		return o.passport()
	}
}

// choice fails, listing what is allowed, when got is not among it.
func choice[T ~string](what string, got T, allowed []T) error {
	if slices.Contains(allowed, got) {
		return nil
	}
	return fmt.Errorf("unknown %s %q, want one of %q", what, got, allowed)
}
