package evidence

import (
	"slices"
	"strconv"

	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/printed"
	"github.com/dossier-id/dossier/internal/vision/quality"
)

// View is what is kept of a picture that was read. It holds no pixels.
type View struct {
	Unreadable bool // the file holds no picture that can be read, such as a PDF
	MRZ        *vision.MRZ
	Barcode    *vision.Barcode
	Faces      int
	FaceShare  float64 // width of the largest face as part of the shorter side of the picture
	Problems   []quality.Problem
	Software   string        // that the file says it was edited with
	Chip       *Chip         // of a chip file, which is no picture
	Film       *Film         // of a film; the rest is of its best frame
	Print      *printed.Text // of a document, by tesseract; nil where that was not run

	zone, symbol *facts // what the data say
	hash         uint64
	shape        likeness  // of the largest face; nil without one
	embedding    []float32 // of the same, by the user's own program; nil without one
}

func newView(r *vision.Reading) *View {
	v := &View{MRZ: r.MRZ, Barcode: r.Barcode, Faces: len(r.Faces), Problems: r.Quality.Problems, Software: r.Quality.Software}
	if len(r.Faces) > 0 {
		v.FaceShare = float64(r.Faces[0].Width) / float64(max(1, r.Quality.ShortSide))
		v.shape = shapeOf(r)
	}
	if r.MRZ != nil {
		said := mrzFacts(r.MRZ)
		v.zone = &said
	}
	if v.isLicence() {
		said := barcodeFacts(r.Barcode)
		v.symbol = &said
	}
	v.hash, _ = strconv.ParseUint(r.Quality.PerceptualHash, 16, 64) // 16 digits by its definition
	return v
}

func (v *View) has(p quality.Problem) bool { return slices.Contains(v.Problems, p) }

// says tells whether the picture carries data that a machine can read.
func (v *View) says() bool { return v.zone != nil || v.symbol != nil }

// isLicence tells whether the picture carries the symbol of a North American licence.
func (v *View) isLicence() bool { return v.Barcode != nil && len(v.Barcode.Fields) > 0 }

// isPerson tells a picture of a person from one of a document: a portrait takes at most a third of a document's
// shorter side, a face that was sent as a selfie far more.
func (v *View) isPerson() bool { return !v.says() && v.FaceShare > personShare }

const personShare = 0.45

// samePicture tells whether two views are of one picture, saved again. Documents of one kind that fill the picture
// have nearly one hash, so the portraits must be alike as well.
func (v *View) samePicture(w *View) bool {
	return v.hash != 0 && w.hash != 0 && quality.Distance(v.hash, w.hash) <= quality.SamePicture &&
		len(v.shape) > 0 && cosine(v.shape, w.shape) >= samePortrait
}

const samePortrait = 0.98
