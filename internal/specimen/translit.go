package specimen

import "strings"

// transliterate writes s in the alphabet of the machine readable zone: A to Z, 0 to 9 and the filler
// (ICAO Doc 9303-3, section 6). Apostrophes and stops vanish, blanks and hyphens become a filler,
// letters that the tables do not know are left out.
func transliterate(s string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(strings.TrimSpace(s)) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '<':
			b.WriteRune(r)
		case r == ' ' || r == '-':
			b.WriteByte('<')
		default:
			b.WriteString(latin(r))
		}
	}
	return b.String()
}

// latin spells one upper case letter in A to Z as Doc 9303-3 section 6 recommends, or gives "".
func latin(r rune) string {
	for _, row := range []struct{ letters, spelling string }{
		{"ÁÀÂÃĂĄĀǍ", "A"},
		{"ÇĆĈĊČ", "C"},
		{"ĎÐĐ", "D"},
		{"ÉÈÊËĒĔĖĘĚ", "E"},
		{"ĜĞĠĢ", "G"},
		{"ĤĦ", "H"},
		{"ÍÌÎÏĨĪĬĮİ", "I"},
		{"Ĵ", "J"},
		{"Ķ", "K"},
		{"ĹĻĽĿŁ", "L"},
		{"ÑŃŅŇ", "N"},
		{"Ŋ", "N"},
		{"ÓÒÔÕŌŎŐ", "O"},
		{"ŔŖŘ", "R"},
		{"ŚŜŞŠȘ", "S"},
		{"ŢŤŦȚ", "T"},
		{"ÚÙÛŨŪŬŮŰŲ", "U"},
		{"Ŵ", "W"},
		{"ÝŶŸ", "Y"},
		{"ŹŻŽ", "Z"},
		{"ÄÆ", "AE"},
		{"Å", "AA"},
		{"ÖØŒ", "OE"},
		{"Ü", "UE"},
		{"ẞß", "SS"},
		{"Þ", "TH"},
		{"Ĳ", "IJ"},
		{"А", "A"},
		{"Б", "B"},
		{"В", "V"},
		{"Г", "G"},
		{"Ґ", "G"},
		{"Д", "D"},
		{"ЕЭ", "E"},
		{"Ё", "E"},
		{"Є", "IE"},
		{"Ж", "ZH"},
		{"З", "Z"},
		{"ИІЙ", "I"},
		{"Ї", "I"},
		{"К", "K"},
		{"Л", "L"},
		{"М", "M"},
		{"Н", "N"},
		{"О", "O"},
		{"П", "P"},
		{"Р", "R"},
		{"С", "S"},
		{"Т", "T"},
		{"У", "U"},
		{"Ф", "F"},
		{"Х", "KH"},
		{"Ц", "TS"},
		{"Ч", "CH"},
		{"Ш", "SH"},
		{"Щ", "SHCH"},
		{"Ъ", "IE"},
		{"Ы", "Y"},
		{"Ю", "IU"},
		{"Я", "IA"},
	} {
		if strings.ContainsRune(row.letters, r) {
			return row.spelling
		}
	}
	return ""
}
