package evidence

import (
	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/vision/printed"
)

// told is a field that something other than print tells of.
type told struct {
	sub   string // of the breakdown
	field printed.Field
	value string
}

// isName: a zone writes names without accents, which print has.
func (t told) isName() bool { return t.field == printed.LastName || t.field == printed.FirstName }

// hintPrint notes whether the print says what a machine read. It gives no result: print is misread too often (see
// docs/sandbox.md).
func (f *Findings) hintPrint(read facts, sides []Side) {
	f.hintFields("data_consistency.", sides, []told{
		{"last_name", printed.LastName, read.lastName},
		{"first_name", printed.FirstName, read.firstName},
		{"date_of_birth", printed.BirthDate, read.birth},
		{"date_of_expiry", printed.ExpiryDate, read.expiry},
		{"document_numbers", printed.DocumentNumber, read.number},
	})
}

// hintApplicant notes whether the print says what the applicant said, where nothing was read that a machine can vouch for.
func (f *Findings) hintApplicant(c Case) {
	said := []told{{"date_of_birth", printed.BirthDate, c.Who.Birth}}
	if isName(c.Who.LastName) {
		said = append(said, told{"last_name", printed.LastName, c.Who.LastName}, told{"first_name", printed.FirstName, c.Who.FirstName})
	}
	f.hintFields("data_comparison.", c.Sides, said)
}

// hintFields leaves alone what was judged already.
func (f *Findings) hintFields(group string, sides []Side, fields []told) {
	for _, one := range fields {
		if _, judged := f.ByPath[group+one.sub]; judged || one.value == "" {
			continue
		}
		if how := printSays(sides, one); how != "" {
			f.ByPath[group+one.sub] = Finding{Result: report.NotRun, Basis: Hint, How: how}
		}
	}
}

// printSays is empty when no side was asked for its print, or when that leaves it open.
func printSays(sides []Side, one told) (how string) {
	for _, s := range sides {
		if s.View == nil || s.View.Print == nil {
			continue
		}
		text := s.View.Print
		if text.Shows(one.field, one.value) || one.isName() && nameFits(one.value, text.Fields[one.field]) {
			return "the same is printed on the document, by tesseract: a hint that gives no result"
		}
		if text.Confidence[one.field] >= printed.Sure {
			how = "tesseract reads something else in print, which it may have misread: a hint that gives no result"
		}
	}
	return how
}
