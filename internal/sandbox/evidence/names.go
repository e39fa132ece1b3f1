package evidence

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nameWords are the words of a name as a zone would hold them: capital letters without accents (ICAO Doc 9303-3,
// section 6). It is nil for what has other letters, or digits, which no name on a document has: there is nothing to
// compare then.
func nameWords(name string) []string {
	spelt := strings.NewReplacer("Ä", "AE", "Ö", "OE", "Ü", "UE", "ß", "SS", "ẞ", "SS", "Æ", "AE", "Ø", "OE", "Å", "AA", "Þ", "TH", "Ð", "D",
		"Ł", "L", "Đ", "D", "Œ", "OE", "'", "", "’", "").Replace(strings.ToUpper(norm.NFC.String(name)))
	for _, r := range norm.NFD.String(spelt) {
		other := unicode.IsLetter(r) && (r < 'A' || r > 'Z')
		if other || unicode.IsDigit(r) {
			return nil
		}
	}
	return strings.FieldsFunc(norm.NFD.String(spelt), func(r rune) bool { return !unicode.Is(unicode.Mn, r) && (r < 'A' || r > 'Z') })
}

// plainWords drops the accents that stand beside their letters, and what umlauts are spelt with.
func plainWords(name string) []string {
	var out []string
	for _, word := range nameWords(name) {
		out = append(out, plain(word))
	}
	return out
}

func plain(word string) string {
	word = strings.Map(func(r rune) rune {
		if r < 'A' || r > 'Z' {
			return -1
		}
		return r
	}, word)
	return strings.NewReplacer("AE", "A", "OE", "O", "UE", "U", "AA", "A").Replace(word)
}

// isName tells whether a given name can be one of a document at all.
func isName(name string) bool { return len(nameWords(name)) > 0 }

// nameFits tells whether a given name is that on the document: all words of the one are words of the other, because
// people leave out second names and zones cut off long ones.
func nameFits(given, read string) bool {
	a, b := plainWords(given), plainWords(read)
	return within(a, b) || within(b, a)
}

// within tells whether every word of a is, or is cut off in, b.
func within(a, b []string) bool {
	for _, word := range a {
		if !slices.ContainsFunc(b, func(other string) bool { return word == other }) {
			return false
		}
	}
	return len(a) > 0
}
