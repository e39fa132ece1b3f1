package printed

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Field names a piece of information as packages mrz and aamva do.
type Field string

// The fields.
const (
	LastName       Field = "lastName"
	FirstName      Field = "firstName"
	BirthDate      Field = "birthDate"
	BirthPlace     Field = "birthPlace"
	Sex            Field = "sex"
	IssueDate      Field = "issueDate"
	ExpiryDate     Field = "expiryDate"
	Authority      Field = "authority"
	DocumentNumber Field = "documentNumber"
	VehicleClass   Field = "vehicleClass"
)

// Sure is the confidence from which on a field is worth comparing.
const Sure = 0.8

// Text is what is printed on a document.
type Text struct {
	// Lines are rows of words from top to bottom; what lies far apart in a row
	// is parted by two blanks.
	Lines []string `json:"lines"`
	// Fields has a value for every field that was understood: dates as
	// YYYY-MM-DD, sex as "M", "F" or "X", the rest as it is printed.
	Fields map[Field]string `json:"fields"`
	// Confidence of each field, 0 to 1, is that of its least certain word, by the program's own reckoning.
	Confidence map[Field]float64 `json:"confidence"`

	pieces []piece
}

// Parse understands the table that tesseract writes ("tsv"). Lines that are
// none of such a table, and words beyond the two thousandth, are passed over; nothing understood is an
// empty text.
func Parse(tsv []byte) *Text {
	t := &Text{Lines: []string{}, Fields: map[Field]string{}, Confidence: map[Field]float64{}}
	rows := rowsOf(wordsOf(tsv))
	for _, row := range rows {
		t.Lines = append(t.Lines, row.text())
		t.pieces = append(t.pieces, row...)
	}
	for _, layout := range []func([]row, *Text) bool{american, labelled, european} {
		if layout(rows, t) {
			break
		}
	}
	return t
}

// Shows tells whether a value, as a zone or a symbol has it, is printed anywhere on the document: values are read far more
// often than the labels that say what they are. Of a name, each of its words has to be there.
func (t *Text) Shows(f Field, value string) bool {
	switch f {
	case BirthDate, IssueDate, ExpiryDate:
		return slices.ContainsFunc(t.pieces, func(p piece) bool { return p.showsDay(value) })
	case DocumentNumber:
		return value != "" && slices.ContainsFunc(t.pieces, func(p piece) bool { return p.number() == value })
	default:
		return t.showsWords(value)
	}
}

func (t *Text) showsWords(value string) bool {
	words := strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range words {
		if !slices.ContainsFunc(t.pieces, func(p piece) bool { return p.showsWord(w) }) {
			return false
		}
	}
	return len(words) > 0
}

// put keeps the first value of a field; none is no value.
func (t *Text) put(f Field, value string, sure float64) {
	if _, there := t.Fields[f]; there || value == "" {
		return
	}
	t.Fields[f], t.Confidence[f] = value, math.Round(sure*1e4)/1e4
}

// take puts what a piece says of a field, if it can be that.
func (t *Text) take(f Field, p piece, order dateOrder) {
	switch f {
	case BirthDate, IssueDate, ExpiryDate:
		value, _, sure := p.date(order)
		t.put(f, value, sure)
	case DocumentNumber:
		t.put(f, p.number(), p.sure())
	case Sex:
		t.put(f, p.sex(), p.sure())
	case VehicleClass:
		t.put(f, p.classes(), p.sure())
	default:
		t.put(f, p.name(), p.sure())
	}
}
