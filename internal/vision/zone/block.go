package zone

import (
	"cmp"
	"math"
	"slices"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// block is two or three parallel rows that may be a zone: where they begin
// and end in the picture, in the order of reading as if they stood upright.
type block struct {
	starts, ends []raster.Point
	length       float64 // mean, in pixels
	spacing      float64 // between rows, in pixels
	rows         []int
}

// shape of a zone: rows and columns.
type shape struct{ rows, columns int }

// shapes are those that the block can have.
func (b *block) shapes() []shape {
	if len(b.starts) == 3 {
		return []shape{{3, 30}}
	}
	if b.length/b.spacing > 15.5 {
		return []shape{{2, 44}, {2, 36}}
	}
	return []shape{{2, 36}, {2, 44}}
}

// Proportions of a zone: the length of its rows in units of their distance.
// ICAO Doc 9303-4 to 9303-6 give 12 to 17.6; the rest is perspective.
const (
	leastProportion = 8.5
	mostProportion  = 27
)

// findBlocks groups rows, triples before pairs, the longest first.
func findBlocks(rows []row) []block {
	var pairs, triples []block
	for i := range rows {
		for _, j := range under(rows, rows[i]) {
			pairs = append(pairs, blockOf(rows, i, j))
			for _, k := range under(rows, rows[j].along(&rows[i])) {
				if even(rows, i, j, k) {
					triples = append(triples, blockOf(rows, i, j, k))
				}
			}
		}
	}
	longest := func(a, b block) int { return cmp.Compare(b.length, a.length) }
	slices.SortStableFunc(triples, longest)
	slices.SortStableFunc(pairs, longest)
	return append(triples, pairs...)
}

// under lists the rows that run along the lower side of one like the next row
// of the same zone.
func under(rows []row, above row) []int {
	var found []int
	for i := range rows {
		if beneath(&above, rows[i].along(&above)) {
			found = append(found, i)
		}
	}
	return found
}

// beneath judges two rows of one direction, b's middle being beside a's.
func beneath(a *row, b row) bool {
	across := a.across(&b)
	mean := (a.length() + b.length()) / 2
	return across > 0 && math.Abs(a.dx*b.dy-a.dy*b.dx) < 0.09 &&
		math.Abs(a.length()-b.length()) < 0.22*mean &&
		math.Abs(a.from+a.to-b.from-b.to) < 0.3*mean &&
		mean > leastProportion*across && mean < mostProportion*across &&
		max(a.thickness, b.thickness) < 1.9*min(a.thickness, b.thickness)
}

// even says whether three rows have about the same distances. Only what lies
// across them counts: the middle of a row's ink is where its letters are, and not
// its fillers.
func even(rows []row, i, j, k int) bool {
	first, second := math.Abs(rows[j].across(&rows[i])), math.Abs(rows[j].across(&rows[k]))
	return max(first, second) < 1.35*min(first, second)
}

// across is how far the middle of another row lies from the line of this one,
// positive below it.
func (r *row) across(other *row) float64 {
	return (other.y-r.y)*r.dx - (other.x-r.x)*r.dy
}

// torn is the part of a row's length by which it may fall short of the others
// for perspective's sake; what lacks more has lost its end to a reflection.
const torn = 0.03

// blockOf takes rows together. Ends that are torn off are put where the other
// rows end.
func blockOf(rows []row, of ...int) block {
	b := block{rows: of}
	first := rows[of[0]]
	lines := make([]row, len(of))
	outerFrom, outerTo := math.Inf(1), math.Inf(-1)
	for i, at := range of {
		lines[i] = rows[at].along(&first)
		outerFrom, outerTo = min(outerFrom, lines[i].from), max(outerTo, lines[i].to)
	}
	for _, r := range lines {
		if r.from-outerFrom > torn*r.length() {
			r.from = outerFrom
		}
		if outerTo-r.to > torn*r.length() {
			r.to = outerTo
		}
		b.starts, b.ends = append(b.starts, r.at(r.from)), append(b.ends, r.at(r.to))
		b.length += r.length() / float64(len(of))
	}
	last := &lines[len(of)-1]
	b.spacing = math.Abs(first.across(last)) / float64(len(of)-1)
	return b
}

// along is the same row in the direction of another one, with its middle
// beside the other's.
func (r row) along(other *row) row {
	if r.dx*other.dx+r.dy*other.dy < 0 {
		r.dx, r.dy, r.from, r.to = -r.dx, -r.dy, -r.to, -r.from
	}
	moved := (other.x-r.x)*r.dx + (other.y-r.y)*r.dy
	r.x, r.y = r.x+moved*r.dx, r.y+moved*r.dy
	r.from, r.to = r.from-moved, r.to-moved
	return r
}

// frame maps cells on the picture: (u, v) is column u of row v/spacing, the
// rows' middles lying at multiples of the spacing, everything in units of the
// pitch. scale is how much larger the picture is than the one of the block.
func (b *block) frame(s shape, scale float64) (raster.Homography, float64, error) {
	spacing := b.spacing / b.length * float64(s.columns)
	var from, to []raster.Point
	for i := range b.starts {
		v := float64(i) * spacing
		from = append(from, raster.Point{Y: v}, raster.Point{X: float64(s.columns), Y: v})
		for _, p := range []raster.Point{b.starts[i], b.ends[i]} {
			to = append(to, raster.Point{X: p.X * scale, Y: p.Y * scale})
		}
	}
	m, err := raster.Fit(from, to)
	return m, spacing, err
}

// upsideDown is the same block read from the other side.
func (b *block) upsideDown() block {
	turned := *b
	turned.starts, turned.ends = slices.Clone(b.ends), slices.Clone(b.starts)
	slices.Reverse(turned.starts)
	slices.Reverse(turned.ends)
	return turned
}
