package mrz

import (
	"slices"
	"strings"
)

// Alphabet is what a zone is written in (ICAO Doc 9303-3, section 4.3).
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// Format names a layout.
type Format string

// The layouts: cards (TD1, TD2), passports (TD3) and visas (MRV-A, MRV-B).
const (
	TD1  Format = "TD1"
	TD2  Format = "TD2"
	TD3  Format = "TD3"
	MRVA Format = "MRV-A"
	MRVB Format = "MRV-B"
)

// Field names a field of a zone, or the check digit over it.
type Field string

// The fields. Names is both names as they are written and is split into
// LastName and FirstName in a parsed zone; Composite has a check digit only.
const (
	DocumentCode   Field = "documentCode"
	IssuingCountry Field = "issuingCountry"
	Names          Field = "names"
	LastName       Field = "lastName"
	FirstName      Field = "firstName"
	DocumentNumber Field = "documentNumber"
	Nationality    Field = "nationality"
	BirthDate      Field = "birthDate"
	Sex            Field = "sex"
	ExpiryDate     Field = "expiryDate"
	OptionalData   Field = "optionalData"
	OptionalData2  Field = "optionalData2"
	Composite      Field = "composite"
)

// span is a piece of a line.
type span struct{ line, from, to int }

func (s span) of(lines []string) string { return lines[s.line][s.from:s.to] }

// check is a check digit: over which spans it is reckoned and where it stands.
type check struct {
	field Field
	over  []span
	digit span
	// open allows a filler instead of zero over an empty field.
	open bool
	// overflowing allows the digit to stand behind a longer number.
	overflowing bool
}

// layout says where everything stands.
type layout struct {
	rows, columns int
	fields        map[Field]span
	checks        []check
}

// layoutOf gives the layout of a format, as in ICAO Doc 9303, parts 4 to 7.
func layoutOf(f Format) layout {
	if f == TD1 {
		return td1()
	}
	l := layout{rows: 2, columns: 44, fields: map[Field]span{
		DocumentCode: {0, 0, 2}, IssuingCountry: {0, 2, 5}, DocumentNumber: {1, 0, 9}, Nationality: {1, 10, 13},
		BirthDate: {1, 13, 19}, Sex: {1, 20, 21}, ExpiryDate: {1, 21, 27},
	}}
	if f == TD2 || f == MRVB {
		l.columns = 36
	}
	l.fields[Names] = span{0, 5, l.columns}
	l.checks = []check{
		{field: DocumentNumber, over: []span{{1, 0, 9}}, digit: span{1, 9, 10}, overflowing: f == TD2},
		{field: BirthDate, over: []span{{1, 13, 19}}, digit: span{1, 19, 20}},
		{field: ExpiryDate, over: []span{{1, 21, 27}}, digit: span{1, 27, 28}},
	}
	switch f {
	case TD3:
		l.fields[OptionalData] = span{1, 28, 42}
		l.checks = append(l.checks,
			check{field: OptionalData, over: []span{{1, 28, 42}}, digit: span{1, 42, 43}, open: true},
			check{field: Composite, over: []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}}, digit: span{1, 43, 44}})
	case TD2:
		l.fields[OptionalData] = span{1, 28, 35}
		l.checks = append(l.checks,
			check{field: Composite, over: []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}}, digit: span{1, 35, 36}})
	default:
		l.fields[OptionalData] = span{1, 28, l.columns}
	}
	return l
}

func td1() layout {
	return layout{
		rows: 3, columns: 30,
		fields: map[Field]span{
			DocumentCode: {0, 0, 2}, IssuingCountry: {0, 2, 5}, DocumentNumber: {0, 5, 14}, OptionalData: {0, 15, 30},
			BirthDate: {1, 0, 6}, Sex: {1, 7, 8}, ExpiryDate: {1, 8, 14}, Nationality: {1, 15, 18}, OptionalData2: {1, 18, 29},
			Names: {2, 0, 30},
		},
		checks: []check{
			{field: DocumentNumber, over: []span{{0, 5, 14}}, digit: span{0, 14, 15}, overflowing: true},
			{field: BirthDate, over: []span{{1, 0, 6}}, digit: span{1, 6, 7}},
			{field: ExpiryDate, over: []span{{1, 8, 14}}, digit: span{1, 14, 15}},
			{field: Composite, over: []span{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}}, digit: span{1, 29, 30}},
		},
	}
}

// FormatOf tells the layout by the number of rows and columns and the first
// character: visas begin with a V.
func FormatOf(rows, columns int, first byte) (Format, bool) {
	switch shape := [2]int{rows, columns}; {
	case shape == [2]int{3, 30}:
		return TD1, true
	case shape == [2]int{2, 44} && first == 'V':
		return MRVA, true
	case shape == [2]int{2, 44}:
		return TD3, true
	case shape == [2]int{2, 36} && first == 'V':
		return MRVB, true
	case shape == [2]int{2, 36}:
		return TD2, true
	}
	return "", false
}

// formatOf tells the layout of lines.
func formatOf(lines []string) (Format, bool) {
	if len(lines) == 0 || lines[0] == "" {
		return "", false
	}
	if slices.ContainsFunc(lines, func(line string) bool { return len(line) != len(lines[0]) }) {
		return "", false
	}
	return FormatOf(len(lines), len(lines[0]), lines[0][0])
}

// overflow gives a document number that runs on into the optional data, and
// what is left of the data.
func (l layout) overflow(lines []string) (number, rest string, ok bool) {
	at := 0
	for i, c := range l.checks {
		if c.field == DocumentNumber {
			at = i
		}
	}
	c := l.checks[at]
	optional := l.fields[OptionalData].of(lines)
	more, rest, _ := strings.Cut(optional, "<")
	number = l.fields[DocumentNumber].of(lines)
	if !c.overflowing || c.digit.of(lines) != "<" || len(more) < 2 || strings.Contains(number, "<") {
		return "", "", false
	}
	return number + more[:len(more)-1], rest, true
}
