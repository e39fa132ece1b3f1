package raster

import (
	"image"
	"math"
)

// tile is the side of the squares that [Levels] looks at.
const tile = 16

// Levels gives for each tile of a picture the value above which a pixel stands
// out: share percent of the way from the least to the highest value of the
// tiles around, but at least by faintest above the least.
func Levels(g *image.Gray, share, faintest int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	high := image.NewGray(image.Rect(0, 0, (w+tile-1)/tile, (h+tile-1)/tile))
	low := image.NewGray(high.Rect)
	for i := range low.Pix {
		low.Pix[i] = 255
	}
	for y := range h {
		at := y / tile * high.Stride
		for x, v := range g.Pix[y*w : (y+1)*w] {
			high.Pix[at+x/tile] = max(high.Pix[at+x/tile], v)
			low.Pix[at+x/tile] = min(low.Pix[at+x/tile], v)
		}
	}
	high, low = Dilate(high, 3), Erode(low, 3)
	for i, v := range low.Pix {
		level := max(int(v)+(int(high.Pix[i])-int(v))*share/100, int(v)+faintest)
		high.Pix[i] = uint8(min(level, 255))
	}
	return high
}

// run is a piece of a pixel row.
type run struct{ y, from, to int }

// Patch is a set of pixels that hang together.
type Patch []run

// Patches labels the pixels that reach the levels of their tiles.
func Patches(g, levels *image.Gray) []Patch {
	var current, above []int // indices of the runs of the row that is scanned and of the one above
	var runs []run
	var parent []int
	for y := range g.Rect.Dy() {
		above, current = current, above[:0:0]
		for _, r := range standing(g, levels, y) {
			id := len(runs)
			runs, parent, current = append(runs, r), append(parent, id), append(current, id)
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

// gather sorts runs into patches, in the order of their first runs.
func gather(runs []run, parent []int) []Patch {
	index := make(map[int]int)
	var out []Patch
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

// standing gives the runs of one pixel row that reach their levels.
func standing(g, levels *image.Gray, y int) []run {
	w := g.Rect.Dx()
	level := levels.Pix[y/tile*levels.Stride:]
	var runs []run
	start := -1
	for x, v := range g.Pix[y*w : (y+1)*w] {
		stands := v >= level[x/tile]
		if stands && start < 0 {
			start = x
		} else if !stands && start >= 0 {
			runs = append(runs, run{y, start, x})
			start = -1
		}
	}
	if start >= 0 {
		runs = append(runs, run{y, start, w})
	}
	return runs
}

// Moments describe a patch by the rectangle that has the same ones.
type Moments struct {
	Mass          float64 // number of pixels
	X, Y          float64 // middle
	DX, DY        float64 // unit vector of the longer side
	Along, Across float64 // lengths of the sides
}

// Moments takes the moments of a patch that has a pixel or more.
func (p Patch) Moments() Moments {
	var n, sx, sy, sxx, sxy, syy float64
	for _, r := range p {
		m, y, x := float64(r.to-r.from), float64(r.y)+0.5, float64(r.from+r.to)/2
		n, sx, sy = n+m, sx+m*x, sy+m*y
		sxx += m * (x*x + (m*m-1)/12)
		sxy += m * x * y
		syy += m * y * y
	}
	x, y := sx/n, sy/n
	xx, xy, yy := sxx/n-x*x, sxy/n-x*y, syy/n-y*y
	dy, dx := math.Sincos(math.Atan2(2*xy, xx-yy) / 2)
	side := func(variance float64) float64 { return math.Sqrt(12*max(variance, 0) + 1) }
	return Moments{
		Mass: n, X: x, Y: y, DX: dx, DY: dy,
		Along: side(xx*dx*dx + 2*xy*dx*dy + yy*dy*dy), Across: side(xx*dy*dy - 2*xy*dx*dy + yy*dx*dx),
	}
}

// Mask shows a patch alone, white on black, in a picture of the size that it
// was found in.
func (p Patch) Mask(size image.Rectangle) *image.Gray {
	out := image.NewGray(size)
	for _, r := range p {
		for x := r.from; x < r.to; x++ {
			out.Pix[r.y*out.Stride+x] = 255
		}
	}
	return out
}

// Extent is how far a patch reaches from a point in a direction and against
// it.
func (p Patch) Extent(from, direction Point) (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	p.corners(func(x, y float64) {
		along := (x-from.X)*direction.X + (y-from.Y)*direction.Y
		least, most = min(least, along), max(most, along)
	})
	return least, most
}

// Farthest is the point of a patch that lies farthest in a direction.
func (p Patch) Farthest(direction Point) (found Point) {
	most := math.Inf(-1)
	p.corners(func(x, y float64) {
		if along := x*direction.X + y*direction.Y; along > most {
			most, found = along, Point{x, y}
		}
	})
	return found
}

// corners shows the ends of all runs.
func (p Patch) corners(show func(x, y float64)) {
	for _, r := range p {
		for _, y := range [2]int{r.y, r.y + 1} {
			show(float64(r.from), float64(y))
			show(float64(r.to), float64(y))
		}
	}
}
