package mrz

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// The bounds of a repair. Costs are negative logarithms of how much less
// likely a character is than the best one in its place.
const (
	maxChanges    = 3   // characters that a search may change so that check digits agree
	maxCost       = 7.0 // of a change: a character that clearly is another one stays
	provenBy      = 1.5 // by so much the repair is likelier than the next one that agrees
	maxCandidates = 48  // changes that are tried, the likeliest first
	stateCost     = 6.0 // of a code of the list instead of the best letters
)

// Costs say how unlikely each character of [Alphabet] is in a place: negative
// logarithms, comparable within a place; the best usually has 0.
type Costs [len(Alphabet)]float64

// Solution is the zone that a reader most likely saw.
type Solution struct {
	*Zone
	// Classed counts characters that gave way because their place is for
	// digits, letters, a date or a state; Changed those that a search changed
	// so that the check digits agree, at most three.
	Classed, Changed int
	// Confidence is between 0 and 1 for every field of the zone: how likely all
	// its characters are right, from the costs and from the check digit over it.
	Confidence map[Field]float64
}

// Solve finds the likeliest zone of a format among what a reader thinks of
// each character. Places for digits take digits, dates are dates, states are
// on the list; then, if check digits disagree, it looks for the likeliest
// change of up to three doubtful characters that makes all agree, and takes it
// only if no other change comes close. Cells that do not have the shape of the
// format are [ErrNoZone].
func Solve(f Format, cells [][]Costs, today time.Time) (*Solution, error) {
	l := layoutOf(f)
	if len(cells) != l.rows || slices.ContainsFunc(cells, func(row []Costs) bool { return len(row) != l.columns }) {
		return nil, ErrNoZone
	}
	s := newSolver(l, cells)
	s.classify()
	changed := s.repair()
	zone, err := Parse(s.lines(), today)
	if err != nil {
		return nil, err
	}
	return &Solution{Zone: zone, Classed: s.classed(changed), Changed: changed, Confidence: s.confidence(zone)}, nil
}

// solver holds the zone that is being found.
type solver struct {
	layout
	cells [][]Costs
	text  [][]byte
}

func newSolver(l layout, cells [][]Costs) *solver {
	s := &solver{layout: l, cells: cells, text: make([][]byte, l.rows)}
	for y, row := range cells {
		s.text[y] = make([]byte, l.columns)
		for x := range row {
			s.text[y][x] = best(&row[x], Alphabet)
		}
	}
	return s
}

func (s *solver) lines() []string {
	lines := make([]string, len(s.text))
	for i, row := range s.text {
		lines[i] = string(row)
	}
	return lines
}

// best is the likeliest of some characters.
func best(c *Costs, of string) byte {
	return slices.MinFunc([]byte(of), func(a, b byte) int { return cmp.Compare(c.of(a), c.of(b)) })
}

// of is the cost of a character.
func (c *Costs) of(char byte) float64 { return c[strings.IndexByte(Alphabet, char)] }

// extra is what a character costs more than the one that is there.
func (s *solver) extra(y, x int, char byte) float64 {
	return s.cells[y][x].of(char) - s.cells[y][x].of(s.text[y][x])
}

// classed counts the characters that differ from what was read, without those
// that the search changed.
func (s *solver) classed(changed int) int {
	differ := 0
	for y, row := range s.text {
		for x, char := range row {
			if s.cells[y][x].of(char) > s.cells[y][x].of(best(&s.cells[y][x], Alphabet)) {
				differ++
			}
		}
	}
	return max(differ-changed, 0)
}

// change puts a character into a place.
type change struct {
	y, x int
	char byte
	cost float64
}

// repair searches when check digits disagree, and says how many characters it
// changed.
func (s *solver) repair() int {
	if s.agree() {
		return 0
	}
	candidates := s.candidates()
	for size := 1; size <= maxChanges; size++ {
		if found, proven := s.search(candidates, size); proven {
			for _, c := range found {
				s.text[c.y][c.x] = c.char
			}
			return size
		} else if found != nil {
			return 0 // as good as another one: nothing is proven
		}
	}
	return 0
}

// agree says whether all check digits do.
func (s *solver) agree() bool {
	lines := s.lines()
	return !slices.ContainsFunc(s.checks, func(c check) bool { return !c.right(lines) })
}

// candidates are the likeliest changes of what check digits watch.
func (s *solver) candidates() []change {
	var all []change
	for place, allowed := range s.watched() {
		for _, char := range []byte(allowed) {
			cost := s.extra(place.line, place.from, char)
			if char != s.text[place.line][place.from] && cost < maxCost {
				all = append(all, change{place.line, place.from, char, cost})
			}
		}
	}
	slices.SortFunc(all, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), a.y-b.y, a.x-b.x, int(a.char)-int(b.char))
	})
	return all[:min(len(all), maxCandidates)]
}

// search tries all sets of so many changes and gives the cheapest that makes
// the check digits agree, and whether it is the only one that is cheap.
func (s *solver) search(candidates []change, size int) (found []change, proven bool) {
	first, second := math.Inf(1), math.Inf(1)
	s.choose(candidates, size, nil, 0, func(set []change, cost float64) {
		if cost >= second || !s.agree() {
			return
		}
		if cost >= first {
			second = cost
			return
		}
		first, second, found = cost, first, slices.Clone(set)
	})
	return found, found != nil && first < maxCost && second-first >= provenBy
}

// choose makes every set of changes of different places in the text, shows it
// and takes it back.
func (s *solver) choose(from []change, size int, set []change, cost float64, show func([]change, float64)) {
	if size == 0 {
		show(set, cost)
		return
	}
	for i, c := range from {
		if slices.ContainsFunc(set, func(other change) bool { return other.y == c.y && other.x == c.x }) || cost+c.cost >= maxCost+provenBy {
			continue
		}
		before := s.text[c.y][c.x]
		s.text[c.y][c.x] = c.char
		s.choose(from[i+1:], size-1, append(set, c), cost+c.cost, show)
		s.text[c.y][c.x] = before
	}
}
