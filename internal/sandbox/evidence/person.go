package evidence

import (
	"fmt"
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

// Face judges the photo or the film of a person against the portrait of a document (Onfido contract section 2f); nil views were
// not read. The likeness is weak: it moves the score and never decides. Where the user's own program described both
// faces, the cosine of its vectors decides: one person from the threshold on. A score is there only with two faces.
func Face(photo *View, document []Side, threshold float64) *Findings {
	f := newFindings()
	for _, path := range []string{"face_comparison.face_match", "visual_authenticity.spoofing_detection"} {
		f.ByPath[path] = Finding{Result: report.NotRun, Properties: map[string]any{"score": nil}}
	}
	if photo == nil {
		return f
	}
	if photo.Film != nil {
		f.judgeFilm(photo.Film)
	} else {
		f.judge("image_integrity.face_detected", photo.Faces == 1, "one face is in the photo")
	}
	if photo.Faces == 0 || photo.Unreadable {
		return f
	}
	for _, s := range document {
		if s.View != nil && len(s.View.embedding) > 0 && len(photo.embedding) > 0 {
			f.compareEmbeddings(photo.embedding, s.View.embedding, threshold)
			return f
		}
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

// compareEmbeddings lets the user's own model decide.
func (f *Findings) compareEmbeddings(a, b []float32, threshold float64) {
	const path = "face_comparison.face_match"
	like := cosine(a, b)
	f.judge(path, len(a) == len(b) && like >= threshold, fmt.Sprintf("the program FACE_CMD gives vectors of a cosine of at least %g", threshold))
	found := f.ByPath[path]
	found.Properties = map[string]any{"score": math.Round(1e4*max(like, 0)) / 1e4}
	f.ByPath[path] = found
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
