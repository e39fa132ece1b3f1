package figures

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/optional"
	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/quality"
)

// sign is where a flaw shows: in a report, at the upload of a photo, or only as a hint.
type sign struct {
	flaw   specimen.Flaw
	target string
	seen   func(v *evidence.View, f *evidence.Findings) bool
}

func signs() []sign {
	result := func(path string, want ...string) func(*evidence.View, *evidence.Findings) bool {
		return func(_ *evidence.View, f *evidence.Findings) bool { return slices.Contains(want, f.ByPath[path].Result) }
	}
	reason := func(names ...string) func(*evidence.View, *evidence.Findings) bool {
		return func(_ *evidence.View, f *evidence.Findings) bool {
			for _, name := range names {
				if _, there := f.ByPath["image_integrity.image_quality"].Properties[name]; there {
					return true
				}
			}
			return false
		}
	}
	return []sign{
		{specimen.WrongCheckDigit, "≥ 95 %", result("data_validation.document_numbers", "consider")},
		{specimen.Expired, "≥ 95 %", result("data_validation.document_expiration", "consider")},
		{specimen.Underage, "≥ 95 %", result("age_validation.minimum_accepted_age", "consider")},
		{specimen.NoFace, "≥ 95 %", result("visual_authenticity.face_detection", "consider")},
		{specimen.Blurred, "≥ 95 %", reason("blurred_photo")},
		{specimen.Glare, "where extreme", reason("glare_on_photo", "other_photo_issue")},
		{specimen.CutOff, "where extreme", reason("cut_off_document", "other_photo_issue")},
		{specimen.Grey, "≥ 95 %", result("image_integrity.colour_picture", "consider")},
		{specimen.Screenshot, "hint", func(v *evidence.View, _ *evidence.Findings) bool {
			return slices.Contains(v.Problems, quality.Screenshot)
		}},
	}
}

// look judges one picture of a passport as a report does.
func look(tb testing.TB, file []byte) (*evidence.View, *evidence.Findings) {
	tb.Helper()
	v, err := newEye().Look(context.Background(), file, today())
	if err != nil {
		tb.Errorf("look: %v", err)
		return &evidence.View{}, evidence.Document(evidence.Case{Today: today()})
	}
	side := evidence.Side{Type: "passport", Name: "front", View: v}
	return v, evidence.Document(evidence.Case{Report: "document", Sides: []evidence.Side{side}, Today: today()})
}

var newEye = sync.OnceValue(func() *evidence.Eye {
	return evidence.NewEye(time.Minute, optional.Set{}, slog.New(slog.DiscardHandler))
})

// flawFigures order every flaw of passports at levels 0 to 2, and look for all of them in ones without a flaw.
func (n size) flawFigures(tb testing.TB) []*figure {
	tb.Helper()
	var all []*figure
	of := func(s sign, flaws []specimen.Flaw, want bool) func(i int) (bool, string) {
		return func(i int) (bool, string) {
			o := order(specimen.Passport, specimen.Front, i%3, 3000+i)
			o.Flaws = flaws
			v, f := look(tb, jpegOf(tb, o))
			return s.seen(v, f) == want, fmt.Sprintf("%d at level %d: %v %v", i, o.Level, v.Problems, f.ByPath["image_integrity.image_quality"].Properties)
		}
	}
	for _, s := range signs() {
		all = append(all, count("passports, "+string(s.flaw)+" found", s.target, n.flaws, of(s, []specimen.Flaw{s.flaw}, true)))
	}
	clean := sign{seen: func(v *evidence.View, f *evidence.Findings) bool {
		return slices.ContainsFunc(signs(), func(s sign) bool { return s.seen(v, f) })
	}}
	return append(all, count("passports without a flaw, none found", "≥ 99 %", 4*n.flaws, of(clean, nil, false)))
}

// selfieFigures: what is refused at the upload of a photo.
func (n size) selfieFigures(tb testing.TB) []*figure {
	tb.Helper()
	of := func(want bool, flaws ...specimen.Flaw) func(i int) (bool, string) {
		return func(i int) (bool, string) {
			o := order(specimen.Selfie, specimen.Front, i%4, 4000+i)
			o.Flaws = flaws
			v, err := newEye().Look(context.Background(), jpegOf(tb, o), today())
			if err != nil {
				return false, err.Error()
			}
			return (v.FaceProblem() != "") == want, fmt.Sprintf("%d at level %d: %d faces", i, o.Level, v.Faces)
		}
	}
	return []*figure{
		count("photos, no-face refused", "≥ 95 %", n.flaws, of(true, specimen.NoFace)),
		count("photos, two-faces refused", "≥ 95 %", n.flaws, of(true, specimen.TwoFaces)),
		count("photos of one person, taken", "≥ 99 %", 4*n.flaws, of(false)),
	}
}
