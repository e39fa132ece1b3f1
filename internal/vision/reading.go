package vision

import (
	"image"
	"math"

	"github.com/dossier-id/dossier/internal/vision/face"
	"github.com/dossier-id/dossier/internal/vision/quality"
	"github.com/dossier-id/dossier/internal/vision/raster"
	"github.com/dossier-id/dossier/internal/vision/zone"
)

// Reading is what is in a picture; what is not there is absent. Its JSON is
// what `dossier inspect --json` prints.
type Reading struct {
	MRZ     *MRZ            `json:"mrz,omitempty"`
	Barcode *Barcode        `json:"barcode,omitempty"`
	Faces   []Face          `json:"faces,omitempty"` // the largest first; a document's ghost image is one too
	Quality *quality.Report `json:"quality"`

	picture *picture
	found   []face.Face
	// zone and symbol are the corners of zone and barcode in the picture.
	zone, symbol [4]raster.Point
}

// MRZ is a machine readable zone.
type MRZ struct {
	Format           string             `json:"format"` // TD1, TD2, TD3, MRV-A or MRV-B
	Lines            []string           `json:"lines"`
	CheckDigitsValid bool               `json:"checkDigitsValid"`
	Checks           map[string]bool    `json:"checks"`     // each check digit, by the field that it is over
	Fields           map[string]string  `json:"fields"`     // as mrz.Zone has them
	Confidence       map[string]float64 `json:"confidence"` // of each field, 0 to 1
	Score            float64            `json:"score"`      // how much the print looks like OCR-B, at least zone.MinScore
	Repaired         int                `json:"repaired"`   // characters that the check digits decided
	// Turn is by how many quarters of a circle, clockwise, the picture has to
	// be turned for the zone to stand upright.
	Turn int `json:"turn"`
}

// Barcode is a symbol.
type Barcode struct {
	Type   string            `json:"type"` // PDF417, QR or DataMatrix
	Text   string            `json:"text"`
	Fields map[string]string `json:"fields,omitempty"` // of a licence or card of North America, as package aamva names them
}

// Face is where a face is, in pixels of the upright picture.
type Face struct {
	X      int     `json:"x"`
	Y      int     `json:"y"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Score  float64 `json:"-"` // of the cascade, at least face.MinScore
}

// Portrait cuts the largest face out of the picture, as in a passport's
// photograph; nil without a face. It is as fine as what was worked at, about
// 2000 pixels for the longer side of the whole, and stands upright if a zone
// says which way that is.
func (r *Reading) Portrait() image.Image {
	if len(r.found) == 0 {
		return nil
	}
	portrait := face.Portrait(r.picture.image, r.found[0])
	if r.MRZ != nil {
		return raster.TurnRGBA(portrait, r.MRZ.Turn)
	}
	return portrait
}

func mrzOf(z *zone.Reading) *MRZ {
	m := &MRZ{
		Format: string(z.Format), Lines: z.Lines, CheckDigitsValid: z.Valid(), Score: rounded(z.Score), Repaired: z.Changed,
		Checks: make(map[string]bool), Fields: make(map[string]string), Confidence: make(map[string]float64), Turn: turnOf(z.Corners),
	}
	for field, right := range z.Checks {
		m.Checks[string(field)] = right
	}
	for field, value := range z.Fields {
		m.Fields[string(field)] = value
	}
	for field, p := range z.Confidence {
		m.Confidence[string(field)] = rounded(p)
	}
	return m
}

// rounded keeps four digits, so that readings read well.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// turnOf is the turn that makes the direction from the first corner to the
// second run from left to right.
func turnOf(c [4]raster.Point) int {
	dx, dy := c[1].X-c[0].X, c[1].Y-c[0].Y
	switch {
	case math.Abs(dx) >= math.Abs(dy) && dx >= 0:
		return 0
	case math.Abs(dx) >= math.Abs(dy):
		return 2
	case dy > 0:
		return 3
	default:
		return 1
	}
}

// back is where a box of a turned picture lies in the picture itself.
func back(box image.Rectangle, turn int, of image.Rectangle) image.Rectangle {
	w, h := of.Dx(), of.Dy()
	switch turn {
	case 1:
		return image.Rect(box.Min.Y, h-box.Max.X, box.Max.Y, h-box.Min.X)
	case 2:
		return image.Rect(w-box.Max.X, h-box.Max.Y, w-box.Min.X, h-box.Min.Y)
	case 3:
		return image.Rect(w-box.Max.Y, box.Min.X, w-box.Min.Y, box.Max.X)
	}
	return box
}

// Page is the picture in grey as a reader of print wants it: the way the zone stands up, if there is one.
func (r *Reading) Page() *image.Gray {
	if r.MRZ == nil {
		return r.picture.grey
	}
	return raster.Turn(r.picture.grey, r.MRZ.Turn)
}
