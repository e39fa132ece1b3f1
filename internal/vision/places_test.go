package vision

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"
)

// TestPlacesAreWhereThingsAre paints over what a place says, and finds that
// this, and nothing else, cannot be read any more.
func TestPlacesAreWhereThingsAre(t *testing.T) {
	t.Parallel()
	passport, _ := pictureOf(t, "passport-0")
	before := read(t, passport)
	zone, number, face := placeOf(t, before, PlaceZone, "TD3"), placeOf(t, before, PlaceField, "documentNumber"), placeOf(t, before, PlaceFace, "")
	if part := area(number) / area(zone); part < 0.9*9/88 || part > 1.1*9/88 || number.Value != before.MRZ.Fields["documentNumber"] {
		t.Errorf("nine of 88 characters take %.3f of the zone", part)
	}
	got := read(t, painted(t, painted(t, passport, number), face))
	if got.MRZ != nil && got.MRZ.Fields["documentNumber"] == number.Value {
		t.Error("the document number is read where it was painted over")
	}
	if len(got.Faces) >= len(before.Faces) {
		t.Errorf("%d faces are found of %d, one of which was painted over", len(got.Faces), len(before.Faces))
	}
	licence, _ := pictureOf(t, "licence-0")
	if got := read(t, painted(t, licence, placeOf(t, read(t, licence), PlaceBarcode, "PDF417"))); got.Barcode != nil {
		t.Error("the barcode is read where it was painted over")
	}
}

func TestPlacesLieInPicturesThatAreTurned(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"passport-3", "card-2"} {
		file, _ := pictureOf(t, name)
		for _, p := range read(t, file).Places() {
			for _, c := range p.Corners {
				if c.X < -0.02 || c.X > 1.02 || c.Y < -0.02 || c.Y > 1.02 || math.IsNaN(c.X+c.Y) {
					t.Errorf("%s: %s %s lies at %v, outside", name, p.Kind, p.Name, c)
				}
			}
		}
	}
}

// area is that of the quadrilateral of a place.
func area(p Place) (sum float64) {
	for i, c := range p.Corners {
		next := p.Corners[(i+1)%4]
		sum += c.X*next.Y - next.X*c.Y
	}
	return math.Abs(sum) / 2
}

func placeOf(t *testing.T, r *Reading, kind PlaceKind, name string) Place {
	t.Helper()
	for _, p := range r.Places() {
		if p.Kind == kind && p.Name == name {
			return p
		}
	}
	t.Fatalf("there is no place of %s %s: %+v", kind, name, r.Places())
	return Place{}
}

// painted gives a file with a picture of which the box about a place is grey.
func painted(t *testing.T, file []byte, p Place) []byte {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range p.Corners {
		x0, y0, x1, y1 = min(x0, c.X), min(y0, c.Y), max(x1, c.X), max(y1, c.Y)
	}
	box := image.Rect(int(x0*float64(b.Dx())), int(y0*float64(b.Dy())), int(x1*float64(b.Dx())), int(y1*float64(b.Dy())))
	over := image.NewRGBA(b)
	for y := range b.Dy() {
		for x := range b.Dx() {
			over.Set(x, y, img.At(x, y))
			if image.Pt(x, y).In(box) {
				over.Set(x, y, color.Gray{Y: 200})
			}
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, over, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
