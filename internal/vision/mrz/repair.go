package mrz

import (
	"strings"
	"time"
)

// alike are characters that readers take for one another.
const alike = "0O 0Q 0D OQ OD DQ 1I 1L IL 1T 2Z 5S 6G 8B 4A 7T 7Y UV VY K< CG EF PR MN"

// lookAlike is the cost of a character for one that looks like it, unlike that
// of any other.
const (
	lookAlike = 1.0
	unlike    = 30.0
)

// Repair reads lines that came from another reader, which may have confused
// characters that look alike. It fails like [Parse].
func Repair(lines []string, today time.Time) (*Solution, error) {
	z, err := Parse(lines, today)
	if err != nil {
		return nil, err
	}
	cells := make([][]Costs, len(z.Lines))
	for y, line := range z.Lines {
		cells[y] = make([]Costs, len(line))
		for x := range len(line) {
			cells[y][x] = costsOf(line[x])
		}
	}
	return Solve(z.Format, cells, today)
}

func costsOf(read byte) Costs {
	var c Costs
	for i := range len(Alphabet) {
		switch char := Alphabet[i]; {
		case char == read:
		case strings.Contains(alike, string([]byte{read, char})), strings.Contains(alike, string([]byte{char, read})):
			c[i] = lookAlike
		default:
			c[i] = unlike
		}
	}
	return c
}
