package mrz

import (
	"slices"
	"strings"
)

// CheckDigit is the digit for s: the sum of its characters' values weighted 7,
// 3, 1 modulo 10, where digits count as themselves, A to Z as 10 to 35 and
// anything else as 0 (ICAO Doc 9303-3, section 4.9).
func CheckDigit(s string) byte {
	return '0' + byte(checksum(0, 0, s)%10)
}

// checksum goes on with a weighted sum at the place that s takes in the whole.
func checksum(sum, place int, s string) int {
	for i := range len(s) {
		sum += value(s[i]) * [3]int{7, 3, 1}[(place+i)%3]
	}
	return sum
}

func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return 0
}

// right reckons the digit again.
func (c check) right(lines []string) bool {
	sum, place := 0, 0
	for _, s := range c.over {
		sum = checksum(sum, place, s.of(lines))
		place += s.to - s.from
	}
	switch digit := c.digit.of(lines)[0]; {
	case digit != '<':
		return digit == '0'+byte(sum%10)
	case c.overflowing:
		return c.rightBehind(lines)
	default:
		return c.open && c.empty(lines)
	}
}

func (c check) empty(lines []string) bool {
	return !slices.ContainsFunc(c.over, func(s span) bool { return strings.Trim(s.of(lines), "<") != "" })
}

// rightBehind checks a long number, whose digit is the last character before
// the first filler of the optional data.
func (c check) rightBehind(lines []string) bool {
	line := lines[c.digit.line]
	optional := line[c.digit.to:]
	if c.digit.line == 1 { // TD2: the optional data stands at the end of the lower line
		optional = layoutOf(TD2).fields[OptionalData].of(lines)
	}
	more, _, _ := strings.Cut(optional, "<")
	if len(more) < 2 {
		return false
	}
	number := c.over[0].of(lines) + more[:len(more)-1]
	return CheckDigit(number) == more[len(more)-1]
}
