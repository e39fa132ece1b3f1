package zone

import (
	"context"
	"errors"
	"image"
	"time"

	"github.com/dossier-id/dossier/internal/vision/mrz"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// What is accepted and how much is tried.
const (
	// MinScore is the least mean correlation of the characters with OCR-B that
	// is read as a zone. OCR-B has 0.95 and more, other fonts less than 0.84;
	// with those, repair would make digits agree over nonsense.
	MinScore = 0.85

	leastGlance = 0.66 // mean correlation of one row at a glance that is worth a search
	sameGlance  = 0.08 // difference that does not tell upright from upside down
	leastRow    = 0.66 // mean correlation of each row's cells that is worth a comparison
	maxBlocks   = 24   // blocks that are tried at each size
	maxClassed  = 6    // characters that may be none of their place's class
)

// ErrNone says that a picture shows no zone that can be read.
var ErrNone = errors.New("no machine readable zone")

// Reading is a zone that was found in a picture.
type Reading struct {
	*mrz.Solution
	Score   float64         // mean correlation of the characters with the font, at least [MinScore]
	Corners [4]raster.Point // of the text, clockwise from the first character
}

// Reader reads zones. It is safe for concurrent use.
type Reader struct {
	coarse *glyphs
	looks  []*glyphs
}

// New draws the templates of the font, which takes about a tenth of a second.
func New() (*Reader, error) {
	d, err := draws()
	if err != nil {
		return nil, err
	}
	r := &Reader{coarse: d.looking(usual()).halved()}
	for _, weight := range []*drawn{d, d.bolder(heavier)} {
		for _, l := range looks() {
			r.looks = append(r.looks, weight.looking(l))
		}
	}
	return r, nil
}

// sizes are the lengths of the longer side that rows are looked for at. Each
// finds characters 9 to 15 pixels apart: a passport that takes 55 to 95 percent
// of the picture, a card that fills it, and both down to a quarter of it.
func sizes() []int { return []int{800, 560, 420, 1200, 2000} }

// Read finds and reads the zone of a picture, whichever way it is turned. Its
// work is bounded by the picture's size; it fails with [ErrNone], or with ctx's
// error when that ends. today is what [mrz.Parse] takes.
func (r *Reader) Read(ctx context.Context, g *image.Gray, today time.Time) (*Reading, error) {
	for i, longest := range sizes() {
		small, scale := raster.Limit(g, longest)
		if side := max(small.Rect.Dx(), small.Rect.Dy()); i > 0 && side != longest {
			continue // no larger than what was looked at before
		}
		reading, err := r.search(ctx, g, small, scale, today)
		if reading != nil || err != nil {
			return reading, err
		}
	}
	return nil, ErrNone
}

// search tries the blocks that are found at one size.
func (r *Reader) search(ctx context.Context, g, small *image.Gray, scale float64, today time.Time) (*Reading, error) {
	blocks := findBlocks(findRows(small))
	for _, b := range blocks[:min(len(blocks), maxBlocks)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, s := range b.shapes() {
			for _, turned := range r.ways(small, b, s) {
				lay, ok := r.lay(small, turned, s)
				if !ok {
					continue
				}
				if reading, ok := r.read(g, lay, scale, today); ok {
					return reading, nil
				}
			}
		}
	}
	return nil, nil
}

// ways are the block as it is and upside down, as far as they look like writing, the likelier first. The other one is
// left out where the difference is clear: fillers look alike both ways.
func (r *Reader) ways(small *image.Gray, b block, s shape) []block {
	turned := b.upsideDown()
	upright, inverted := r.glance(small, b, s), r.glance(small, turned, s)
	likelier, other := b, turned
	if upright < inverted {
		likelier, other = turned, b
	}
	switch {
	case max(upright, inverted) < leastGlance:
		return nil
	case min(upright, inverted) < max(leastGlance, max(upright, inverted)-sameGlance):
		return []block{likelier}
	default:
		return []block{likelier, other}
	}
}

// layout is a block with cells laid on it: the frame maps cells on the
// picture, labels are the glyphs that the cells seem to show.
type layout struct {
	shape
	frame   raster.Homography
	spacing float64
	labels  [][]match
}

// lay lays cells along the rows of a block.
func (r *Reader) lay(small *image.Gray, b block, s shape) (layout, bool) {
	frame, spacing, err := b.frame(s, 1)
	if err != nil {
		return layout{}, false
	}
	l := layout{shape: s, frame: frame, spacing: spacing}
	var from, to []raster.Point
	for row := range s.rows {
		strip := r.coarseStrip(small, frame, float64(row)*spacing, s)
		c := chained(strip.scan(r.coarse, 1), s.columns, r.coarse.w)
		if c.score < leastRow {
			return layout{}, false
		}
		l.labels = append(l.labels, c.cells)
		for i, cell := range c.cells {
			from = append(from, raster.Point{X: float64(i) + 0.5, Y: float64(row) * spacing})
			to = append(to, strip.place(frame, c.x[i]-strip.left, cell.y, float64(row)*spacing, r.coarse.w))
		}
	}
	l.frame, err = raster.Fit(from, to)
	return l, err == nil
}

func (r *Reader) coarseStrip(small *image.Gray, frame raster.Homography, v float64, s shape) strip {
	t := r.coarse
	return cut(small, frame, v, s.columns, t.w, t.h, sway, margin*t.w)
}

// glance is how well a block's first row looks like writing in cells.
func (r *Reader) glance(small *image.Gray, b block, s shape) float64 {
	frame, _, err := b.frame(s, 1)
	if err != nil {
		return 0
	}
	found := r.coarseStrip(small, frame, 0, s).scan(r.coarse, 2)
	for i := 1; i < len(found); i += 2 {
		found[i] = found[i-1]
	}
	return chained(found, s.columns, r.coarse.w).score
}

// place is where the middle of a cell lies in the picture that was cut.
func (s strip) place(frame raster.Homography, x, y int, v float64, w int) raster.Point {
	px, py := frame.Apply(float64(x)/float64(w)+0.5, v+float64(y)/float64(w))
	return raster.Point{X: px, Y: py}
}
