package printed

import (
	"slices"
	"strings"
)

// label is words that stand above a field, in small letters without blanks.
type label struct {
	field Field
	words []string
	not   []string
}

// labelsOf passports and cards are English, French and German, as ICAO Doc 9303-3 wants English, French or Spanish on each. The first that fits
// counts.
func labelsOf() []label {
	return []label{
		{field: BirthPlace, words: []string{"placeofbirth", "lieudenaissance", "geburtsort"}},
		{field: BirthDate, words: []string{"birth", "naissance", "geburt"}},
		{field: ExpiryDate, words: []string{"expir", "validuntil", "gültigbis", "gultigbis"}},
		{field: IssueDate, words: []string{"dateofissue", "délivrance", "delivrance", "ausgestelltam"}},
		{field: FirstName, words: []string{"given", "prénom", "prenom", "vorname", "forename", "firstname"}},
		{field: LastName, words: []string{"surname", "lastname", "familyname", "familienname"}},
		{field: DocumentNumber, words: []string{"documentn", "passportn", "passeportn", "cardn", "dokumentennummer"}},
		{field: Authority, words: []string{"authority", "autorité", "behörde"}},
		{field: Sex, words: []string{"sexsex", "sex"}, not: []string{"essex"}},
	}
}

// labelled reads fields whose label is above their value, as on passports and identity cards. It does nothing unless
// it finds two of them.
func labelled(rows []row, t *Text) bool {
	read := &Text{Fields: map[Field]string{}, Confidence: map[Field]float64{}}
	for i, r := range rows {
		for _, p := range r {
			field, known := fieldOf(p)
			if !known {
				continue
			}
			if value := below(rows[i+1:], p); value != nil {
				read.take(field, value, dayFirst)
			}
		}
	}
	if len(read.Fields) < 2 {
		return false
	}
	for f, value := range read.Fields {
		t.put(f, value, read.Confidence[f])
	}
	return true
}

// fieldOf is the field that a piece is the label of.
func fieldOf(p piece) (Field, bool) {
	text := p.letters()
	for _, l := range labelsOf() {
		in := func(words string) bool { return strings.Contains(text, words) }
		if slices.ContainsFunc(l.words, in) && !slices.ContainsFunc(l.not, in) {
			return l.field, true
		}
	}
	return "", false
}

// below is the piece that begins under a label, no farther down than three times the label's height.
func below(rows []row, of piece) piece {
	height := of[0].height()
	for _, r := range rows {
		for _, p := range r {
			down, across := p[0].box.Min.Y-of[0].box.Max.Y, p.left()-of.left()
			if down >= -height/2 && down <= 3*height && max(across, -across) <= 2*height {
				return p
			}
		}
	}
	return nil
}
