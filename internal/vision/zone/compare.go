package zone

import (
	"image"
	"math"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/vision/mrz"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// How sure a comparison is.
const (
	sharpness  = 12    // cost of a character that leaves e times as much unexplained
	unexplains = 0.004 // what even the right glyph leaves unexplained
	sampled    = 30    // cells that the look is chosen with
	trusted    = 0.7   // correlation of a cell that the frame is straightened with
	shortlist  = 8     // glyphs that are compared at every shift
)

// scores are the best correlations of a cell with each glyph.
type scores [len(mrz.Alphabet)]float32

func (s *scores) best() int {
	top := 0
	for i, v := range s {
		if v > s[top] {
			top = i
		}
	}
	return top
}

// costs compares what each glyph leaves unexplained with what the best does.
func (s *scores) costs() (c mrz.Costs) {
	rest := func(v float32) float64 { return max(1-float64(v), unexplains) }
	least := rest(s[s.best()])
	for i, v := range s {
		c[i] = sharpness * math.Log(rest(v)/least)
	}
	return c
}

// read compares the cells with the font in the full picture.
func (r *Reader) read(g *image.Gray, l layout, scale float64, today time.Time) (*Reading, bool) {
	l.frame = l.frame.Magnified(scale)
	g, factor := l.sized(g)
	l.frame = l.frame.Magnified(factor)
	t := r.look(g, l)
	for _, reach := range []int{3, 2} {
		_, points := l.compare(g, t, reach)
		if err := l.straighten(points); err != nil {
			return nil, false
		}
	}
	found, _ := l.compare(g, t, 2)
	reading, ok := l.decide(found, today)
	if !ok {
		return nil, false
	}
	for i := range reading.Corners {
		reading.Corners[i].X /= factor
		reading.Corners[i].Y /= factor
	}
	return reading, true
}

// sized shrinks the picture if its characters are much larger than the
// templates, so that no pixel is left out.
func (l *layout) sized(g *image.Gray) (*image.Gray, float64) {
	x0, y0 := l.frame.Apply(float64(l.columns)/2, l.spacing/2)
	x1, y1 := l.frame.Apply(float64(l.columns)/2+1, l.spacing/2)
	pitch := math.Hypot(x1-x0, y1-y0)
	if pitch < 1.5*cellWidth {
		return g, 1
	}
	factor := 1.1 * cellWidth / pitch
	smaller := raster.Resize(g, int(float64(g.Rect.Dx())*factor), int(float64(g.Rect.Dy())*factor))
	return smaller, float64(smaller.Rect.Dx()) / float64(g.Rect.Dx())
}

// row cuts a row for the comparison, with room for shifts.
func (l *layout) row(g *image.Gray, y, room int) strip {
	return cut(g, l.frame, float64(y)*l.spacing, l.columns, cellWidth, cellHeight, room, room)
}

// look finds the templates that look most like what the cells seem to show.
func (r *Reader) look(g *image.Gray, l layout) *glyphs {
	const reach = 4
	sums := make([]float32, len(r.looks))
	patch := make([]float32, cellWidth*cellHeight)
	every := max(l.rows*l.columns/sampled, 1)
	for y := range l.rows {
		s := l.row(g, y, reach)
		for x := y % every; x < l.columns; x += every {
			tops := make([]float32, len(r.looks))
			for at := range shifts(reach, 2) {
				scale := s.unitScale(patch, x, at)
				for i, t := range r.looks {
					tops[i] = max(tops[i], scale*dot(patch, t.of[l.labels[y][x].glyph]))
				}
			}
			for i, top := range tops {
				sums[i] += top
			}
		}
	}
	best := 0
	for i, sum := range sums {
		if sum > sums[best] {
			best = i
		}
	}
	return r.looks[best]
}

// shifts are the places up to reach pixels away, in steps.
func shifts(reach, step int) func(yield func(image.Point) bool) {
	return func(yield func(image.Point) bool) {
		for y := -reach; y <= reach; y += step {
			for x := -reach; x <= reach; x += step {
				if !yield(image.Pt(x, y)) {
					return
				}
			}
		}
	}
}

// unitScale copies a cell into a patch and gives the factor that makes its
// length 1, or 0 for a cell that shows nothing. Paper is light and ink is dark
// in both, so the sign is right.
func (s strip) unitScale(patch []float32, x int, at image.Point) float32 {
	squares := s.patch(patch, x*cellWidth+at.X, at.Y, cellWidth, cellHeight)
	if squares < flat {
		return 0
	}
	return float32(1 / math.Sqrt(squares))
}

// pair is a place in cells and the one in the picture that it turned out to be.
type pair struct{ cell, picture raster.Point }

// compare gives the scores of every cell, within shifts of up to reach pixels,
// and where the cells are that are surely read.
func (l *layout) compare(g *image.Gray, t *glyphs, reach int) ([][]scores, []pair) {
	all := make([][]scores, l.rows)
	var points []pair
	for y := range l.rows {
		s := l.row(g, y, reach)
		all[y] = make([]scores, l.columns)
		for x := range all[y] {
			found, at := s.compare(t, x, reach)
			all[y][x] = found
			if found[found.best()] < trusted {
				continue
			}
			v := float64(y) * l.spacing
			points = append(points, pair{
				raster.Point{X: float64(x) + 0.5, Y: v},
				s.place(l.frame, x*cellWidth+at.X, at.Y, v, cellWidth),
			})
		}
	}
	return all, points
}

// compare gives the scores of one cell and where its best glyph is. All glyphs
// are compared at every second shift, the likeliest at all.
func (s strip) compare(t *glyphs, x, reach int) (found scores, place image.Point) {
	patch := make([]float32, cellWidth*cellHeight)
	top := float32(0)
	try := func(step int, of []int) {
		for at := range shifts(reach, step) {
			scale := s.unitScale(patch, x, at)
			for _, g := range of {
				score := scale * dot(patch, t.of[g])
				found[g] = max(found[g], score)
				if score > top {
					top, place = score, at
				}
			}
		}
	}
	every := make([]int, len(found))
	for i := range every {
		every[i] = i
	}
	try(2, every)
	try(1, found.likeliest(shortlist))
	return found, place
}

// likeliest are the n best glyphs.
func (s *scores) likeliest(n int) []int {
	var top []int
	left := *s
	for range n {
		best := left.best()
		top = append(top, best)
		left[best] = -1
	}
	return top
}

// straighten lays the frame through where the cells are.
func (l *layout) straighten(points []pair) (err error) {
	var from, to []raster.Point
	for _, p := range points {
		from, to = append(from, p.cell), append(to, p.picture)
	}
	l.frame, err = raster.Fit(from, to)
	return err
}

// decide turns the scores into a zone, if they are good enough.
func (l *layout) decide(found [][]scores, today time.Time) (*Reading, bool) {
	cells := make([][]mrz.Costs, len(found))
	for y, row := range found {
		for x := range row {
			cells[y] = append(cells[y], row[x].costs())
		}
	}
	format, known := mrz.FormatOf(l.rows, l.columns, mrz.Alphabet[found[0][0].best()])
	if !known {
		return nil, false
	}
	solution, err := mrz.Solve(format, cells, today)
	if err != nil {
		return nil, false
	}
	reading := &Reading{Solution: solution, Score: meanScore(found, solution.Lines), Corners: l.corners()}
	return reading, reading.Score >= MinScore && solution.Classed <= maxClassed && reading.anyRight()
}

// anyRight says whether one check digit at least is right: chance gives that
// to a third of what only looks like a zone, all others are refused.
func (r *Reading) anyRight() bool {
	for _, right := range r.Checks {
		if right {
			return true
		}
	}
	return false
}

// corners are the text's, clockwise from its beginning.
func (l *layout) corners() (c [4]raster.Point) {
	bottom := l.spacing*float64(l.rows-1) + 0.6
	for i, at := range [4]raster.Point{{X: 0, Y: -0.6}, {X: 1, Y: -0.6}, {X: 1, Y: bottom}, {X: 0, Y: bottom}} {
		c[i].X, c[i].Y = l.frame.Apply(at.X*float64(l.columns), at.Y)
	}
	return c
}

// meanScore is how well the characters of the lines correlate on average.
func meanScore(found [][]scores, lines []string) float64 {
	sum, n := 0.0, 0
	for y, line := range lines {
		for x := range len(line) {
			sum += float64(found[y][x][strings.IndexByte(mrz.Alphabet, line[x])])
			n++
		}
	}
	return sum / float64(n)
}
