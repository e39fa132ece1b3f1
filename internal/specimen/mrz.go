package specimen

import (
	"strings"
	"time"
)

// record holds what a machine readable zone says, still as people write it.
type record struct {
	code        string // document code: "P", "ID", "IR", ...
	issuer      string // issuing state, up to three letters
	nationality string
	last, first string
	number      string
	birth       time.Time
	expiry      time.Time
	sex         string
	optional    string // optional data of the first place that a layout has for it
	wrongDigit  bool   // print a wrong check digit after the document number
}

// td3 lays out a passport's zone: two lines of 44 (ICAO Doc 9303-4, section 4.2.2).
func (r record) td3() []string {
	optional := field(r.optional, 14)
	personal := optional + string(optionalDigit(optional))
	number, birth, expiry := r.numberDigit(), digits(r.birth), digits(r.expiry)
	lower := number + field(r.nationality, 3) + birth + r.sexMark() + expiry + personal
	return []string{
		field(r.code, 2) + field(r.issuer, 3) + r.names(39),
		lower + string(checkDigit(number+birth+expiry+personal)),
	}
}

// td2 lays out the zone of a TD2 card: two lines of 36 (ICAO Doc 9303-6, section 4.2.2).
func (r record) td2() []string {
	optional := field(r.optional, 7)
	number, birth, expiry := r.numberDigit(), digits(r.birth), digits(r.expiry)
	lower := number + field(r.nationality, 3) + birth + r.sexMark() + expiry + optional
	return []string{
		field(r.code, 2) + field(r.issuer, 3) + r.names(31),
		lower + string(checkDigit(number+birth+expiry+optional)),
	}
}

// td1 lays out the zone of a credit-card-sized document: three lines of 30 (ICAO Doc 9303-5, section 4.2.2).
func (r record) td1() []string {
	optional, second := field(r.optional, 15), field("", 11)
	number, birth, expiry := r.numberDigit(), digits(r.birth), digits(r.expiry)
	middle := birth + r.sexMark() + expiry + field(r.nationality, 3) + second
	return []string{
		field(r.code, 2) + field(r.issuer, 3) + number + optional,
		middle + string(checkDigit(number+optional+birth+expiry+second)),
		r.names(30),
	}
}

// numberDigit is the document number and its check digit. The composite digit is reckoned over
// the wrong digit too: a reader must not be able to explain the flaw away as a misread character.
func (r record) numberDigit() string {
	number := field(r.number, 9)
	digit := checkDigit(number)
	if r.wrongDigit {
		digit = '0' + (digit-'0'+1)%10
	}
	return number + string(digit)
}

func (r record) sexMark() string {
	if r.sex == "F" || r.sex == "M" {
		return r.sex
	}
	return "<"
}

// names writes the primary identifier, two fillers and the secondary one in width characters. Names that are
// too long lose their tail, but a trace of the first name always stays (ICAO Doc 9303-3, section 4.6).
func (r record) names(width int) string {
	last, first := transliterate(r.last), transliterate(r.first)
	if first == "" {
		return field(last, width)
	}
	if len(last) > width-3 {
		last = last[:width-3]
	}
	return field(last+"<<"+first, width)
}

// field makes s exactly width characters of the zone's alphabet, filled with '<'.
func field(s string, width int) string {
	s = transliterate(s)
	if len(s) > width {
		return s[:width]
	}
	return s + strings.Repeat("<", width-len(s))
}

// digits is a date as YYMMDD with its check digit.
func digits(t time.Time) string {
	date := t.Format("060102")
	return date + string(checkDigit(date))
}

// optionalDigit checks a passport's optional data; an empty field may carry a filler instead of zero.
func optionalDigit(s string) byte {
	if strings.Trim(s, "<") == "" {
		return '<'
	}
	return checkDigit(s)
}

// checkDigit is the sum of the characters' values weighted 7, 3, 1 modulo 10: digits count as themselves,
// A to Z as 10 to 35, the filler as 0 (ICAO Doc 9303-3, section 4.9).
func checkDigit(s string) byte {
	sum := 0
	for i := range len(s) {
		value := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A') + 10
		}
		sum += value * [3]int{7, 3, 1}[i%3]
	}
	return '0' + byte(sum%10)
}
