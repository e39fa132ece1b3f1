package mrz

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Zone is a machine readable zone taken apart.
type Zone struct {
	Format Format
	Lines  []string
	// Fields has a value for every field that is not empty, dates as
	// YYYY-MM-DD (or less, where the document leaves day or month open), sex as
	// "M", "F" or "X" for unspecified, names with blanks between their parts.
	Fields map[Field]string
	// Checks says for every check digit of the layout whether it is right.
	Checks map[Field]bool
}

// ErrNoZone says that lines have none of the layouts' shapes or alphabets.
var ErrNoZone = errors.New("not a machine readable zone")

// Parse takes the lines of a zone apart. Small letters and blanks around a
// line are forgiven, wrong check digits are reported in Zone.Checks; anything
// else than two lines of 44 or 36 or three of 30 characters A to Z, 0 to 9 and
// '<' is [ErrNoZone].
//
// Years have two digits: nobody is born after today, and of the centuries left
// the later one is meant; an expiry lies within fifty years of today. A zero
// today leaves the expiry between 1970 and 2069 and puts the birth before it.
func Parse(lines []string, today time.Time) (*Zone, error) {
	clean := make([]string, len(lines))
	for i, line := range lines {
		clean[i] = strings.ToUpper(strings.TrimSpace(line))
		if at := strings.IndexFunc(clean[i], func(r rune) bool { return !strings.ContainsRune(Alphabet, r) }); at >= 0 {
			return nil, fmt.Errorf("line %d, character %d: %w", i+1, at+1, ErrNoZone)
		}
	}
	format, ok := formatOf(clean)
	if !ok {
		return nil, fmt.Errorf("%d lines: %w", len(lines), ErrNoZone)
	}
	z := &Zone{Format: format, Lines: clean, Fields: make(map[Field]string), Checks: make(map[Field]bool)}
	z.takeApart(layoutOf(format), today)
	return z, nil
}

// Valid says whether every check digit is right.
func (z *Zone) Valid() bool {
	for _, right := range z.Checks {
		if !right {
			return false
		}
	}
	return true
}

func (z *Zone) takeApart(l layout, today time.Time) {
	for field, s := range l.fields {
		if value := strings.Trim(s.of(z.Lines), "<"); value != "" {
			z.Fields[field] = value
		}
	}
	for _, c := range l.checks {
		z.Checks[c.field] = c.right(z.Lines)
	}
	z.long(l)
	z.names(l.fields[Names].of(z.Lines))
	z.dates(today)
	if sex := z.Fields[Sex]; sex != "M" && sex != "F" {
		z.Fields[Sex] = "X"
	}
	z.Fields[OptionalData] = strings.ReplaceAll(z.Fields[OptionalData], "<", " ")
	if z.Fields[OptionalData] == "" {
		delete(z.Fields, OptionalData)
	}
}

// long puts a document number together that did not fit into its nine places:
// a filler stands for its check digit, and the rest with the digit opens the
// optional data (ICAO Doc 9303-5, section 4.2.2, note j; 9303-6 likewise).
func (z *Zone) long(l layout) {
	number, rest, ok := l.overflow(z.Lines)
	if !ok {
		return
	}
	z.Fields[DocumentNumber] = number
	z.Fields[OptionalData] = strings.Trim(rest, "<")
}

// names splits the names: the last name, two fillers, the first names.
func (z *Zone) names(s string) {
	delete(z.Fields, Names)
	last, first, _ := strings.Cut(strings.Trim(s, "<"), "<<")
	for field, name := range map[Field]string{LastName: last, FirstName: first} {
		if name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '<' }), " "); name != "" {
			z.Fields[field] = name
		}
	}
}
