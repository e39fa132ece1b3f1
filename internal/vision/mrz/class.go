package mrz

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// What a place can hold. Every check digit may be missing only where a layout
// says so, and dates may be open towards their end.
const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	codes   = "ACIPV" // first letters of document codes: ICAO Doc 9303-4 to 9303-7
)

// classify gives every place the likeliest character of its class.
func (s *solver) classify() {
	for place, allowed := range s.classes() {
		s.text[place.line][place.from] = best(&s.cells[place.line][place.from], allowed)
	}
	for _, f := range []Field{BirthDate, ExpiryDate} {
		s.date(s.fields[f])
	}
	for _, f := range []Field{IssuingCountry, Nationality} {
		s.state(s.fields[f])
	}
}

// classes gives the characters allowed in each place, keyed by a span of one.
func (s *solver) classes() map[span]string {
	places := make(map[span]string, s.rows*s.columns)
	allow := func(at span, allowed string) {
		for x := at.from; x < at.to; x++ {
			places[span{at.line, x, x + 1}] = allowed
		}
	}
	for y := range s.rows {
		allow(span{y, 0, s.columns}, Alphabet)
	}
	code := s.fields[DocumentCode]
	allow(span{code.line, code.from, code.from + 1}, codes)
	allow(span{code.line, code.from + 1, code.to}, letters+"<")
	for _, f := range []Field{IssuingCountry, Names, Nationality} {
		allow(s.fields[f], letters+"<")
	}
	allow(s.fields[BirthDate], digits+"<")
	allow(s.fields[ExpiryDate], digits+"<")
	allow(s.fields[Sex], "FM<")
	for _, c := range s.checks {
		allow(c.digit, c.allowed())
	}
	return places
}

func (c check) allowed() string {
	if c.open || c.overflowing {
		return digits + "<"
	}
	return digits
}

// watched are the classes of the places that a check digit is reckoned over,
// and of the digits themselves.
func (s *solver) watched() map[span]string {
	watched := make(map[span]string)
	classes := s.classes()
	for _, c := range s.checks {
		for _, over := range append(slices.Clone(c.over), c.digit) {
			for x := over.from; x < over.to; x++ {
				at := span{over.line, x, x + 1}
				watched[at] = classes[at]
			}
		}
	}
	return watched
}

// date takes the likeliest month and day instead of ones that no calendar has.
func (s *solver) date(at span) {
	if strings.Contains(string(s.text[at.line][at.from:at.to]), "<") {
		return
	}
	s.among(span{at.line, at.from + 2, at.from + 4}, 1, 12)
	s.among(span{at.line, at.from + 4, at.from + 6}, 1, 31)
}

// among writes the likeliest number of two digits between two bounds.
func (s *solver) among(at span, from, to int) {
	var words []string
	for n := from; n <= to; n++ {
		words = append(words, string([]byte{'0' + byte(n/10), '0' + byte(n%10)}))
	}
	s.likeliest(at, words, math.Inf(1))
}

// state takes the likeliest code of the list, unless it is far from what was
// read: then the list may lack it.
func (s *solver) state(at span) {
	s.likeliest(at, strings.Fields(states), stateCost)
}

// likeliest writes the word that costs least, if that is below a limit.
func (s *solver) likeliest(at span, words []string, limit float64) {
	cost := func(word string) (sum float64) {
		for i := range len(word) {
			sum += s.extra(at.line, at.from+i, word[i])
		}
		return sum
	}
	word := slices.MinFunc(words, func(a, b string) int { return cmp.Compare(cost(a), cost(b)) })
	if cost(word) < limit {
		copy(s.text[at.line][at.from:at.to], word)
	}
}

// confidence multiplies the likelihoods of a field's characters. A check digit
// that agrees leaves an error one chance in ten, one that does not leaves one
// chance in two that the field is right.
func (s *solver) confidence(z *Zone) map[Field]float64 {
	out := make(map[Field]float64, len(z.Fields))
	for field := range z.Fields {
		at := field
		if field == LastName || field == FirstName {
			at = Names
		}
		doubt := 1 - s.likelihood(s.fields[at])
		if right, checked := z.Checks[field]; checked && right {
			doubt /= 10
		} else if checked {
			doubt = (1 + doubt) / 2
		}
		out[field] = 1 - doubt
	}
	return out
}

func (s *solver) likelihood(at span) float64 {
	p := 1.0
	for x := at.from; x < at.to; x++ {
		sum := 0.0
		for i := range len(Alphabet) {
			sum += math.Exp(-min(s.extra(at.line, x, Alphabet[i]), 50))
		}
		p /= max(sum, 1)
	}
	return p
}
