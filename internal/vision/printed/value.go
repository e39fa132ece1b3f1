package printed

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// dateOrder is which of two numbers is the month.
type dateOrder int

const (
	dayFirst dateOrder = iota
	monthFirst
)

// Digits that are taken for letters, and letters for digits.
const digit = `[0-9OoQIl|@]`

var (
	numericDate = regexp.MustCompile(`(` + digit + `{2})\s?[./-]\s?(` + digit + `{2})\s?[./-]\s?(` + digit + `{4})`)
	writtenDate = regexp.MustCompile(`(` + digit + `{1,2})[ .]+([A-Za-z]{3,9})[ .]+(` + digit + `{4})`)
)

// date is the first day that a piece names, as YYYY-MM-DD, with what follows it and how certain its words are.
func (p piece) date(order dateOrder) (value string, rest piece, sure float64) {
	text := p.text()
	for _, form := range []*regexp.Regexp{numericDate, writtenDate} {
		at := form.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		part := func(i int) string { return text[at[2*i]:at[2*i+1]] }
		day, month, year := digits(part(1)), part(2), digits(part(3))
		if form == numericDate {
			month = digits(month)
			if order == monthFirst {
				day, month = month, day
			} else if ambiguous := day <= "12" && month <= "12"; ambiguous && strings.Contains(text[at[3]:at[4]], "/") {
				continue // with strokes, the United States put the month first
			}
		}
		if value := dayOf(day, month, year); value != "" {
			words, after := p.between(at[0], at[1])
			return value, after, words.sure()
		}
	}
	return "", nil, 0
}

// showsDay tells whether a piece names a day, whichever of two numbers is the month.
func (p piece) showsDay(day string) bool {
	for _, order := range []dateOrder{dayFirst, monthFirst} {
		if value, _, _ := p.date(order); value != "" && value == day {
			return true
		}
	}
	return false
}

// showsWord tells whether one of the words of a piece, or a part of a hyphened one, is a given one in capitals.
func (p piece) showsWord(word string) bool {
	parts := strings.FieldsFunc(strings.ToUpper(p.text()), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.Contains(parts, strings.ToUpper(word))
}

// between is the words that a part of the text is in, and those after it.
func (p piece) between(from, to int) (within, after piece) {
	at := 0
	for i, w := range p {
		switch end := at + len(w.text); {
		case at >= to:
			return within, p[i:]
		case end > from:
			within = append(within, w)
		}
		at += len(w.text) + 1
	}
	return within, nil
}

func digits(s string) string {
	return strings.NewReplacer("O", "0", "o", "0", "Q", "0", "@", "0", "I", "1", "l", "1", "|", "1").Replace(s)
}

// dayOf is a day of the years that people who show documents live in; empty for what is no day.
func dayOf(day, month, year string) string {
	for _, layout := range []string{"2 01 2006", "2 Jan 2006", "2 January 2006"} {
		t, err := time.Parse(layout, fmt.Sprintf("%s %s %s", day, capital(month), year))
		if err == nil && t.Year() >= 1900 && t.Year() < 2100 {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

func capital(s string) string { return strings.ToUpper(s[:1]) + strings.ToLower(s[1:]) }

// name is the text when it can be a name: letters, and what stands between them.
func (p piece) name() string {
	text := strings.Trim(p.text(), " .,:;'\"‘’-_")
	letters := 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			letters++
		case !strings.ContainsRune(" -'’.", r): // a comma is of an address
			return ""
		}
	}
	if letters < 2 {
		return ""
	}
	return text
}

// number is the text when it can be the number of a document: 4 to 20 capital letters and digits, at least two of them
// digits.
func (p piece) number() string {
	text := strings.Trim(strings.ReplaceAll(p.text(), " ", ""), ".,:;'-")
	count := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			count++
		case r < 'A' || r > 'Z':
			return ""
		}
	}
	if len(text) < 4 || len(text) > 20 || count < 2 {
		return ""
	}
	return text
}

func (p piece) sex() string {
	switch strings.ToUpper(strings.Trim(p.text(), ".,:;")) {
	case "M", "H": // homme
		return "M"
	case "F", "W": // weiblich
		return "F"
	case "X":
		return "X"
	default:
		return ""
	}
}

var classList = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,3}([/, ]+[A-Z][A-Z0-9]{0,3})*$`)

// classes is the text when it can be a list of classes of vehicles, such as AM/B.
func (p piece) classes() string {
	if text := strings.Trim(p.text(), ".,:;"); classList.MatchString(text) {
		return text
	}
	return ""
}
