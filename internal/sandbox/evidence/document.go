package evidence

import (
	"fmt"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/vision/mrz"
	"github.com/dossier-id/dossier/internal/vision/quality"
)

// minimumAge is the youngest accepted, in years (Onfido contract section 2c).
const minimumAge = 16

// Side is an uploaded picture of a document. Type, Name and Country are what the upload said; View is nil when the
// picture was not read in time or is no longer held.
type Side struct {
	Type, Name, Country string
	View                *View
}

// Person is what an applicant said of themselves; empty is what they did not say.
type Person struct{ FirstName, LastName, Birth string }

// Case is everything that a document report is judged from.
type Case struct {
	Report  string // its name
	Sides   []Side
	Chip    *View // of the chip's file; nil without one
	Who     Person
	Earlier []*View // of documents of applicants who cannot be this one
	Today   time.Time
}

// Document judges a document (Onfido contract sections 2c to 2e).
func Document(c Case) *Findings {
	f := newFindings()
	read := withChip(sources(c.Sides), c.Chip)
	f.Properties = properties(c, read)
	f.judgeChip(c.Chip)
	good := f.judgeQuality(c.Sides, read)
	f.judgePicture(c.Sides, good)
	f.judgeAttempts(c, read)
	if f.Read = len(read) > 0; !f.Read {
		f.hintApplicant(c)
		return f
	}
	f.clear("image_integrity.supported_document", "data that a machine can read was found and understood")
	f.judgeZones(c.Sides)
	f.judgeDates(read[0], c.Today)
	f.compareSources(read)
	f.compareApplicant(read[0], c)
	f.hintPrint(read[0], c.Sides)
	return f
}

// judgeQuality gives image_quality its reasons and tells whether there are none.
func (f *Findings) judgeQuality(sides []Side, read []facts) bool {
	reasons := map[string]any{}
	seen := 0
	shown := slices.ContainsFunc(sides, func(s Side) bool { return s.View != nil && (s.View.says() || s.View.Faces > 0) })
	for _, s := range sides {
		if s.View == nil {
			continue
		}
		seen++
		for reason, text := range s.reasons(len(read) > 0, shown) {
			reasons[reason] = text
		}
	}
	if seen == 0 {
		return false
	}
	if numbersDiffer(read) {
		reasons["two_documents_uploaded"] = "The sides carry the numbers of two documents"
	}
	result, how := report.Clear, "no measure of the pictures is beyond its limit and a document is in them"
	if len(reasons) > 0 {
		result, how = report.Unidentified, "a measure of a picture is beyond its limit, or no document is in it: see the properties"
	}
	f.ByPath["image_integrity.image_quality"] = Finding{Result: result, Properties: reasons, How: how}
	if missingBack(sides, read) {
		f.ByPath["image_integrity.conclusive_document_quality"] = Finding{
			Result:     report.Consider,
			Properties: map[string]any{"missing_back": "The side with the machine readable data was not uploaded"},
			How:        "a card without a side that a machine can read",
		}
	}
	return len(reasons) == 0
}

// reasons are what is wrong with the picture of a side; known tells whether some side can be read by a machine, shown
// whether some side shows a sign of a document.
func (s Side) reasons(known, shown bool) map[string]string {
	v, out := s.View, map[string]string{}
	if v.Unreadable {
		out["other_photo_issue"] = "The file holds no picture that can be read"
		return out
	}
	for problem, reason := range map[quality.Problem][2]string{
		quality.Blurred: {"blurred_photo", "The photo of the document is blurred"},
		quality.Dark:    {"dark_photo", "The photo of the document is too dark"},
		quality.Glare:   {"glare_on_photo", "There is glare on the document"},
		quality.CutOff:  {"cut_off_document", "Part of the document is outside the picture"},
	} {
		if v.has(problem) {
			out[reason[0]] = reason[1]
		}
	}
	switch {
	case len(out) > 0 || v.says():
	case v.isPerson(), v.Faces == 0 && (s.Name != back || !shown): // the class table on a licence's back has neither face nor data
		out["no_document_in_image"] = "No document was found in the picture"
	case !known && v.has(quality.Small):
		out["other_photo_issue"] = "The picture is too small to be read"
	case !known && (s.Type == passport || s.Type == visa):
		out["other_photo_issue"] = "The machine readable zone is covered, outside the picture or not legible"
	}
	if s.wrong() {
		out["incorrect_side"] = "The picture shows the other side of the document"
	}
	return out
}

// wrong tells whether the upload names the other side than the picture shows: the zone of a card and the symbol of a
// licence are on the back, where the portrait is not.
func (s Side) wrong() bool {
	v := s.View
	ofBack := v.Faces == 0 && (v.isLicence() || v.MRZ != nil && v.MRZ.Format == string(mrz.TD1))
	ofFront := v.Faces > 0 && !v.says() && !v.isPerson()
	return s.Name == front && ofBack || s.Name == back && ofFront && slices.Contains([]string{identityCard, residencePermit}, s.Type)
}

// missingBack tells of a card whose machine readable side is not among the pictures.
func missingBack(sides []Side, read []facts) bool {
	if len(read) > 0 || slices.ContainsFunc(sides, func(s Side) bool { return s.Name == back || s.View == nil || s.View.Unreadable }) {
		return false
	}
	return slices.ContainsFunc(sides, func(s Side) bool {
		return s.Type == identityCard || s.Type == residencePermit || s.Type == drivingLicence && s.Country == "USA"
	})
}

// judgePicture is what follows from the pictures themselves and not from what is printed.
func (f *Findings) judgePicture(sides []Side, good bool) {
	for _, s := range sides {
		v := s.View
		if v == nil || v.Unreadable {
			continue
		}
		if v.has(quality.Grey) {
			f.consider("image_integrity.colour_picture", "a picture has no colour")
		} else if _, judged := f.ByPath["image_integrity.colour_picture"]; !judged {
			f.clear("image_integrity.colour_picture", "the picture has colour")
		}
		if v.has(quality.Edited) {
			f.ByPath["visual_authenticity.digital_tampering"] = Finding{Result: report.Consider, How: "the file says that a program to edit pictures wrote it"}
		}
		f.hint(v)
		if good && s.showsPortrait() {
			f.judge("visual_authenticity.face_detection", v.Faces > 0, "a portrait was found on the document")
		}
	}
}

// hint notes what is measured and too weak to give a result.
func (f *Findings) hint(v *View) {
	if v.has(quality.Screenshot) || v.has(quality.ScreenPattern) {
		f.ByPath["visual_authenticity.original_document_present"] = Finding{Result: report.NotRun, How: "the picture may be a screenshot or a photo of a screen"}
	}
	if v.MRZ != nil {
		f.ByPath["visual_authenticity.fonts"] = Finding{Result: report.NotRun, How: fmt.Sprintf("the print of the zone is like OCR-B to %.0f %%", 100*v.MRZ.Score)}
	}
}

// showsPortrait tells whether a face ought to be on the side.
func (s Side) showsPortrait() bool {
	return s.Name != back && (s.View.MRZ == nil || s.View.MRZ.Format != string(mrz.TD1)) && !s.View.isLicence()
}
