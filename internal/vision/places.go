package vision

import (
	"maps"
	"slices"

	"github.com/dossier-id/dossier/internal/vision/mrz"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// PlaceKind says what is at a place.
type PlaceKind string

// What can be at a place. A field is a part of the zone.
const (
	PlaceZone    PlaceKind = "zone"
	PlaceField   PlaceKind = "field"
	PlaceBarcode PlaceKind = "barcode"
	PlaceFace    PlaceKind = "face"
)

// Place is where something was read in a picture.
type Place struct {
	Kind PlaceKind
	// Name is that of a field, as mrz has it, or the type of a barcode.
	Name string
	// Value is what was read there; empty for a zone and for a face.
	Value string
	// Confidence is that of a field, 0 to 1.
	Confidence float64
	// Corners are in parts of the width and the height of the upright picture, 0 to 1 where
	// they lie in it, clockwise from where the text begins.
	Corners [4]raster.Point
}

// Places gives where everything was read: the zone and its fields in the order
// of their names, the barcode, then the faces, the largest first.
func (r *Reading) Places() []Place {
	var places []Place
	if r.MRZ != nil {
		places = append(places, Place{Kind: PlaceZone, Name: r.MRZ.Format, Corners: r.parts(r.zone)})
		places = append(places, r.fieldPlaces()...)
	}
	if r.Barcode != nil {
		places = append(places, Place{Kind: PlaceBarcode, Name: r.Barcode.Type, Value: r.Barcode.Text, Corners: r.parts(r.symbol)})
	}
	for _, f := range r.found {
		b := f.Box
		x0, y0, x1, y1 := float64(b.Min.X), float64(b.Min.Y), float64(b.Max.X), float64(b.Max.Y)
		places = append(places, Place{Kind: PlaceFace, Corners: r.parts([4]raster.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})})
	}
	return places
}

// fieldPlaces lays the columns and lines of the format into the corners of the zone.
func (r *Reading) fieldPlaces() (places []Place) {
	format := mrz.Format(r.MRZ.Format)
	rows, columns := mrz.Shape(format)
	w, h := float64(columns), float64(rows)
	frame, err := raster.Fit([]raster.Point{{X: 0, Y: 0}, {X: w, Y: 0}, {X: w, Y: h}, {X: 0, Y: h}}, r.zone[:])
	if err != nil {
		return nil // Corners on one line: nothing to draw.
	}
	for _, name := range slices.Sorted(maps.Keys(r.MRZ.Fields)) {
		at, found := mrz.PlaceOf(format, r.MRZ.Lines, mrz.Field(name))
		if !found {
			continue
		}
		place := Place{Kind: PlaceField, Name: name, Value: r.MRZ.Fields[name], Confidence: r.MRZ.Confidence[name]}
		for i, c := range [4]raster.Point{
			{X: float64(at.From), Y: float64(at.Line)},
			{X: float64(at.To), Y: float64(at.Line)},
			{X: float64(at.To), Y: float64(at.Line + 1)},
			{X: float64(at.From), Y: float64(at.Line + 1)},
		} {
			place.Corners[i].X, place.Corners[i].Y = frame.Apply(c.X, c.Y)
		}
		place.Corners = r.parts(place.Corners)
		places = append(places, place)
	}
	return places
}

// parts turns pixels of the picture that was worked at into parts of its sides.
func (r *Reading) parts(corners [4]raster.Point) [4]raster.Point {
	w, h := float64(r.picture.image.Rect.Dx()), float64(r.picture.image.Rect.Dy())
	for i := range corners {
		corners[i].X /= w
		corners[i].Y /= h
	}
	return corners
}
