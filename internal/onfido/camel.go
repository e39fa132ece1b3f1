package onfido

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// camelCase turns Onfido's snake_case into Assure's camelCase: mrz_line1 →
// mrzLine1, NOT_ENOUGH_DATA → notEnoughData. Whatever is no letter and no digit
// parts two words. A text of a single word is left as it is, so that applying
// camelCase again changes nothing; so is a text without any word.
func camelCase(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 || words[0] == s {
		return s
	}
	var b strings.Builder
	for i, word := range words {
		if word == strings.ToUpper(word) {
			word = strings.ToLower(word)
		}
		first, size := utf8.DecodeRuneInString(word)
		if i == 0 {
			first = unicode.ToLower(first)
		} else {
			first = unicode.ToUpper(first)
		}
		b.WriteRune(first)
		b.WriteString(word[size:])
	}
	return b.String()
}
