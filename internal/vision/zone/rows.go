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
	tile        = 16  // side of the blocks whose ink rows are compared with
	rowShare    = 30  // percent of the highest ink around that belong to a row: fillers have little
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
	for _, patch := range patches(ink, levels(ink)) {
		if r, ok := patch.row(); ok {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(b.length(), a.length()) })
	rows = mend(rows[:min(len(rows), maxRows)])
	return slices.DeleteFunc(rows, func(r row) bool { return r.length() < 8*r.thickness })
}

// levels gives for each block of the picture the ink that makes a row: a share
// of the way from the least ink around it, which is noise, to the highest.
func levels(ink *image.Gray) *image.Gray {
	w, h := ink.Rect.Dx(), ink.Rect.Dy()
	high := image.NewGray(image.Rect(0, 0, (w+tile-1)/tile, (h+tile-1)/tile))
	low := image.NewGray(high.Rect)
	for i := range low.Pix {
		low.Pix[i] = 255
	}
	for y := range h {
		at := y / tile * high.Stride
		for x, v := range ink.Pix[y*w : (y+1)*w] {
			high.Pix[at+x/tile] = max(high.Pix[at+x/tile], v)
			low.Pix[at+x/tile] = min(low.Pix[at+x/tile], v)
		}
	}
	high, low = raster.Dilate(high, 3), raster.Erode(low, 3)
	for i, v := range low.Pix {
		high.Pix[i] = uint8(max(int(v)+(int(high.Pix[i])-int(v))*rowShare/100, int(v)+faintest))
	}
	return high
}

// run is a piece of a pixel row that has ink.
type run struct{ y, from, to int }

// patch is ink that hangs together.
type patch []run

// patches labels what has more ink than the level around it.
func patches(ink, level *image.Gray) []patch {
	var all, above []int // indices of runs: of the row that is scanned, of the one above
	var runs []run
	parent := []int{}
	for y := range ink.Rect.Dy() {
		above, all = all, above[:0]
		for _, r := range inked(ink, level, y) {
			id := len(runs)
			runs, parent, all = append(runs, r), append(parent, id), append(all, id)
			for len(above) > 0 && runs[above[0]].to < r.from {
				above = above[1:]
			}
			for _, other := range above {
				if runs[other].from > r.to {
					break
				}
				parent[root(parent, other)] = root(parent, id)
			}
		}
	}
	return gather(runs, parent)
}

func root(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

func gather(runs []run, parent []int) []patch {
	index := make(map[int]int)
	var out []patch
	for i, r := range runs {
		top := root(parent, i)
		at, known := index[top]
		if !known {
			at = len(out)
			index[top] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], r)
	}
	return out
}

// inked gives the runs of one pixel row.
func inked(ink, level *image.Gray, y int) []run {
	w := ink.Rect.Dx()
	row := level.Pix[y/tile*level.Stride:]
	var runs []run
	start := -1
	for x, v := range ink.Pix[y*w : (y+1)*w] {
		dark := v >= row[x/tile]
		if dark && start < 0 {
			start = x
		} else if !dark && start >= 0 {
			runs = append(runs, run{y, start, x})
			start = -1
		}
	}
	if start >= 0 {
		runs = append(runs, run{y, start, w})
	}
	return runs
}

// row takes the moments of a patch and says whether it can be part of a row.
func (p patch) row() (row, bool) {
	var n, sx, sy, sxx, sxy, syy float64
	for _, r := range p {
		m, y := float64(r.to-r.from), float64(r.y)+0.5
		x := float64(r.from+r.to) / 2
		n, sx, sy = n+m, sx+m*x, sy+m*y
		sxx += m * (x*x + (m*m-1)/12)
		sxy += m * x * y
		syy += m * y * y
	}
	if n < minLength {
		return row{}, false
	}
	x, y := sx/n, sy/n
	r := fromMoments(n, x, y, sxx/n-x*x, sxy/n-x*y, syy/n-y*y)
	for _, piece := range p {
		for _, end := range []int{piece.from, piece.to} {
			along := (float64(end)-x)*r.dx + (float64(piece.y)+0.5-y)*r.dy
			r.from, r.to = min(r.from, along), max(r.to, along)
		}
	}
	return r, r.length() >= minLength && r.length() >= 2*r.thickness
}

func fromMoments(n, x, y, xx, xy, yy float64) row {
	angle := math.Atan2(2*xy, xx-yy) / 2
	dy, dx := math.Sincos(angle)
	if dx+dy/2 < 0 { // rows of one block have one direction; few are turned by the 63 degrees where this flips
		dx, dy = -dx, -dy
	}
	across := xx*dy*dy - 2*xy*dx*dy + yy*dx*dx
	return row{x: x, y: y, dx: dx, dy: dy, thickness: math.Sqrt(12*max(across, 0) + 1), mass: n}
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
	across := (b.y-a.y)*a.dx - (b.x-a.x)*a.dy
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
