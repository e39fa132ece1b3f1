package evidence

import (
	"math"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

// FaceProblem is what the upload of a photo of a person is refused with, empty when there is one face in it. The
// texts are Onfido's (Onfido contract section 5).
func (v *View) FaceProblem() string {
	const off = " Please note this validation can be disabled by setting the advanced_validation parameter to false."
	switch {
	case v.Faces == 0:
		return "Face not detected in image." + off
	case v.Faces > 1:
		return "Multiple faces in image." + off
	default:
		return ""
	}
}

// Face judges the photo of a person against the portrait of a document (Onfido contract section 2f); nil views were
// not read. The likeness is weak: it moves the score and never decides. A score is there only with two faces.
func Face(photo *View, document []Side) *Findings {
	f := newFindings()
	for _, path := range []string{"face_comparison.face_match", "visual_authenticity.spoofing_detection"} {
		f.ByPath[path] = Finding{Result: report.NotRun, Properties: map[string]any{"score": nil}}
	}
	if photo == nil {
		return f
	}
	f.judge("image_integrity.face_detected", photo.Faces == 1, "one face is in the photo")
	if photo.Faces == 0 || photo.Unreadable {
		return f
	}
	for _, s := range document {
		if s.View != nil && len(s.View.shape) > 0 {
			f.ByPath["face_comparison.face_match"] = Finding{
				Result: report.NotRun, Properties: map[string]any{"score": score(photo.shape, s.View.shape)},
				How: "weak: the likeness of edges moves the score, and decides nothing",
			}
			return f
		}
	}
	return f
}

// How a likeness becomes a score: people who are alike in their edges come near 1. Set on specimens, where the
// middle lies between one person twice and two people.
const (
	likeMiddle = 0.925
	likeSlope  = 60.0
)

// score is between 0 and 1, of four digits like Onfido's.
func score(a, b likeness) float64 {
	return math.Round(1e4/(1+math.Exp(-likeSlope*(cosine(a, b)-likeMiddle)))) / 1e4
}
