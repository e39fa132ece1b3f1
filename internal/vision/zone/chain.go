package zone

import (
	"image"
	"math"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// The measures of the search for cells, in pixels of the half-size strip.
const (
	margin    = 2 // cells beyond the row's ends
	sway      = 4 // how far rows may lie above or below where they were found
	stretch   = 1 // how much the distance of two cells may differ from the pitch
	stiffness = 0.02
	flat      = 150 // sum of squares below which a patch shows nothing
)

// strip is a row as a picture of its own, straightened: cells of the size of
// the templates, with room around them.
type strip struct {
	img        *image.Gray
	over, left int // room above the cells and before the first
}

// cut straightens one row of a frame. v is the row's middle; what is drawn are
// columns cells of w × h pixels.
func cut(g *image.Gray, frame raster.Homography, v float64, columns, w, h, over, left int) strip {
	s := float64(w)
	m := frame.Moved(-float64(left)/s, v-(float64(h)/2+float64(over))/s).Scaled(s)
	return strip{raster.Warp(g, m, columns*w+2*left, h+2*over), over, left}
}

// patch copies a cell's pixels, shifted from where they should be, and gives
// the length of what varies in it.
func (s strip) patch(to []float32, x, y, w, h int) float64 {
	i := 0
	var sum, squares int
	for row := range h {
		for _, v := range s.img.Pix[(s.over+y+row)*s.img.Stride+x+s.left:][:w] {
			to[i] = float32(v)
			sum += int(v)
			squares += int(v) * int(v)
			i++
		}
	}
	return float64(squares) - float64(sum)*float64(sum)/float64(w*h)
}

// match is the best glyph at a place of a strip.
type match struct {
	score float32
	glyph int
	y     int
}

// scan finds the best glyph at each place where a cell can begin.
func (s strip) scan(t *glyphs, step int) []match {
	n := s.img.Rect.Dx() - t.w + 1
	found := make([]match, n)
	patch := make([]float32, t.w*t.h)
	for x := range n {
		if x%step != 0 {
			continue
		}
		for y := -sway; y <= sway; y += step {
			squares := s.patch(patch, x-s.left, y, t.w, t.h)
			if squares < flat {
				continue
			}
			scale := float32(1 / math.Sqrt(squares))
			for g, template := range t.of {
				if score := scale * dot(patch, template); score > found[x].score {
					found[x] = match{score, g, y}
				}
			}
		}
	}
	return found
}

// chain is a row of cells in a strip: where each begins and what it shows.
type chain struct {
	x     []int
	cells []match
	score float64 // mean of the cells' scores
}

// chained lays columns cells of one pitch through the places that match best:
// the best path of a Viterbi search over places, in which a distance that
// differs from the pitch costs.
func chained(found []match, columns, pitch int) chain {
	n := len(found)
	best, next := make([]float64, n), make([]float64, n)
	from := make([][]int16, columns)
	for x := range found {
		best[x] = float64(found[x].score)
	}
	for i := 1; i < columns; i++ {
		from[i] = make([]int16, n)
		for x := range next {
			next[x] = math.Inf(-1)
			for d := -stretch; d <= stretch; d++ {
				at := x - pitch - d
				if at < 0 || at >= n {
					continue
				}
				if sum := best[at] - stiffness*float64(d*d) + float64(found[x].score); sum > next[x] {
					next[x], from[i][x] = sum, int16(at)
				}
			}
		}
		best, next = next, best
	}
	return trace(found, best, from)
}

func trace(found []match, best []float64, from [][]int16) chain {
	x := 0
	for i := range best {
		if best[i] > best[x] {
			x = i
		}
	}
	c := chain{x: make([]int, len(from)), cells: make([]match, len(from))}
	for i := len(from) - 1; i >= 0; i-- {
		c.x[i], c.cells[i] = x, found[x]
		c.score += float64(found[x].score) / float64(len(from))
		if i > 0 {
			x = int(from[i][x])
		}
	}
	return c
}
