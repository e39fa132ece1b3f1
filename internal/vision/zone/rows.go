package zone

import (
	"cmp"
	"image"
	"math"
	"slices"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// The finder's measures in pixels of its picture. They suit rows whose
// characters stand 9 to 24 pixels apart.
const (
	strokeLimit = 11  // strokes are thinner
	joinRadius  = 5   // bridges the gap between characters, not between rows
	rowShare    = 30  // percent of the highest ink around that belong to a row; fillers have little
	faintest    = 5   // ink by which writing at least stands out
	minLength   = 40  // of a piece of a row
	maxRows     = 160 // that are looked at, the longest first
)

// row is a long thin patch of ink: its middle, its direction and its size.
type row struct {
	x, y      float64
	dx, dy    float64 // unit vector along the row
	from, to  float64 // ends along the row, from the middle
	thickness float64
	mass      float64
}

func (r *row) length() float64 { return r.to - r.from }

func (r *row) at(along float64) raster.Point {
	return raster.Point{X: r.x + along*r.dx, Y: r.y + along*r.dy}
}

// findRows finds rows of writing, the longest first.
func findRows(g *image.Gray) []row {
	ink := raster.Blur(raster.BlackHat(g, strokeLimit), joinRadius)
	var rows []row
	for _, patch := range raster.Patches(ink, raster.Levels(ink, rowShare, faintest)) {
		if r, ok := rowOf(patch); ok {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(b.length(), a.length()) })
	rows = mend(rows[:min(len(rows), maxRows)])
	return slices.DeleteFunc(rows, func(r row) bool { return r.length() < 8*r.thickness })
}

// rowOf says whether a patch can be part of a row.
func rowOf(p raster.Patch) (row, bool) {
	m := p.Moments()
	if m.Mass < minLength {
		return row{}, false
	}
	r := row{x: m.X, y: m.Y, dx: m.DX, dy: m.DY, thickness: m.Across, mass: m.Mass}
	if r.dx+r.dy/2 < 0 { // rows of one block have one direction; few are turned by the 63 degrees where this flips
		r.dx, r.dy = -r.dx, -r.dy
	}
	r.from, r.to = p.Extent(raster.Point{X: r.x, Y: r.y}, raster.Point{X: r.dx, Y: r.dy})
	return r, r.length() >= minLength && r.length() >= 2*r.thickness
}

// mend joins pieces that lie on one line, ends near each other: a reflection
// or a faint filler has torn them apart.
func mend(rows []row) []row {
	for i := 0; i < len(rows); i++ {
		for j := i + 1; j < len(rows); j++ {
			if joined, ok := join(&rows[i], &rows[j]); ok {
				rows[i] = joined
				rows = slices.Delete(rows, j, j+1)
				j = i
			}
		}
	}
	return rows
}

func join(a, b *row) (row, bool) {
	along := (b.x-a.x)*a.dx + (b.y-a.y)*a.dy
	across := a.across(b)
	turn := a.dx*b.dy - a.dy*b.dx
	gap := max(along-b.length()/2-a.to, a.from-along-b.length()/2)
	thick := min(a.thickness, b.thickness)
	if math.Abs(turn) > 0.12 || gap > 5*thick || gap < -2*thick || math.Abs(across) > 0.5*thick+0.03*math.Abs(along) ||
		max(a.thickness, b.thickness) > 1.8*thick {
		return row{}, false
	}
	ends := []raster.Point{a.at(a.from), a.at(a.to), b.at(b.from), b.at(b.to)}
	whole := row{thickness: (a.mass*a.thickness + b.mass*b.thickness) / (a.mass + b.mass), mass: a.mass + b.mass}
	whole.line(ends, a)
	return whole, true
}

// line lays the row through the outermost of some points.
func (r *row) line(ends []raster.Point, like *row) {
	along := func(p raster.Point) float64 { return (p.X-like.x)*like.dx + (p.Y-like.y)*like.dy }
	first := slices.MinFunc(ends, func(p, q raster.Point) int { return cmp.Compare(along(p), along(q)) })
	last := slices.MaxFunc(ends, func(p, q raster.Point) int { return cmp.Compare(along(p), along(q)) })
	length := math.Hypot(last.X-first.X, last.Y-first.Y)
	r.x, r.y = (first.X+last.X)/2, (first.Y+last.Y)/2
	r.dx, r.dy = (last.X-first.X)/length, (last.Y-first.Y)/length
	r.from, r.to = -length/2, length/2
}
