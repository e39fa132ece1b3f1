package figures

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/specimen"
)

// compared are the sub-breakdowns that hold two sources against each other.
func compared() []string {
	return []string{
		"data_comparison.first_name", "data_comparison.last_name", "data_comparison.date_of_birth", "data_comparison.issuing_country",
		"data_comparison.document_type", "data_consistency.first_name", "data_consistency.last_name", "data_consistency.date_of_birth",
		"data_consistency.date_of_expiry", "data_consistency.document_numbers", "data_consistency.issuing_country", "data_consistency.nationality",
		"data_consistency.gender", "issuing_authority.nfc_passive_authentication", "compromised_document.repeat_attempts",
	}
}

// breakdownFigures show passports whose applicant, upload and chip say the same, and something else in every field: how often each
// sub-breakdown tells.
func (n size) breakdownFigures(tb testing.TB) []*figure {
	tb.Helper()
	results := make([][2]*evidence.Findings, n.flaws)
	read := count("passports that were judged against another source", "all", n.flaws, func(i int) (bool, string) {
		o := order(specimen.Passport, specimen.Front, i%3, 8000+i)
		o.Holder.Sex = []string{"F", "M"}[i%2]
		view, _ := look(tb, jpegOf(tb, o))
		again := o
		again.Level = (i + 1) % 3
		earlier, _ := look(tb, jpegOf(tb, again))
		results[i] = [2]*evidence.Findings{honest(tb, o, view), dishonest(tb, o, view, earlier)}
		return view.MRZ != nil, fmt.Sprint(i)
	})
	all := []*figure{read}
	for _, path := range compared() {
		found := &figure{name: path + ", another value found", of: n.flaws, target: "≥ 95 %"}
		same := &figure{name: path + ", the same value clear", of: n.flaws, target: "≥ 99 %"}
		for i, f := range results {
			tally(same, f[0].ByPath[path].Result == report.Clear, i)
			tally(found, f[1].ByPath[path].Result == report.Consider, i)
		}
		all = append(all, found, same)
	}
	return all
}

func tally(f *figure, good bool, i int) {
	if good {
		f.found++
	} else {
		f.missed = append(f.missed, fmt.Sprint(i))
	}
}

// honest is the report on a passport with its own chip, that its holder shows.
func honest(tb testing.TB, o specimen.Order, view *evidence.View) *evidence.Findings {
	tb.Helper()
	return evidence.Document(evidence.Case{
		Report: "document", Today: today(), Chip: chipOf(tb, o),
		Sides: []evidence.Side{{Type: "passport", Name: "front", Country: o.Country, View: view}},
		Who:   evidence.Person{FirstName: o.Holder.FirstName, LastName: o.Holder.LastName, Birth: o.Holder.Birth.Format(time.DateOnly)},
	})
}

// dishonest is the report on a passport with the altered chip of another, shown as a card of another state by somebody else, after
// its holder has shown another photograph of it.
func dishonest(tb testing.TB, o specimen.Order, view, earlier *evidence.View) *evidence.Findings {
	tb.Helper()
	other := order(specimen.Passport, specimen.Front, 0, 12000+int(o.Seed))
	other.Country, other.Flaws = "UTO", []specimen.Flaw{specimen.AlteredChip}
	if o.Country == "UTO" {
		other.Country = "FRA"
	}
	other.Holder.Sex = map[string]string{"F": "M", "M": "F"}[o.Holder.Sex]
	return evidence.Document(evidence.Case{
		Report: "document", Today: today(), Chip: chipOf(tb, other), Earlier: []*evidence.View{earlier},
		Sides: []evidence.Side{{Type: "national_identity_card", Name: "front", Country: other.Country, View: view}},
		Who:   evidence.Person{FirstName: other.Holder.FirstName, LastName: other.Holder.LastName, Birth: other.Holder.Birth.Format(time.DateOnly)},
	})
}

func chipOf(tb testing.TB, o specimen.Order) *evidence.View {
	tb.Helper()
	var b bytes.Buffer
	if err := specimen.Chip(&b, o); err != nil {
		tb.Errorf("draw the chip of %+v: %v", o, err)
	}
	v, err := evidence.LookAtChip(b.Bytes(), today())
	if err != nil {
		tb.Errorf("look at a chip: %v", err)
	}
	return v
}
