package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// homography maps one plane on another in perspective, row by row.
type homography [9]float64

// squareTo maps the unit square on four corners, given clockwise from the image of (0, 0).
func squareTo(p [4]point) homography {
	dx1, dx2, sx := p[1].x-p[2].x, p[3].x-p[2].x, p[0].x-p[1].x+p[2].x-p[3].x
	dy1, dy2, sy := p[1].y-p[2].y, p[3].y-p[2].y, p[0].y-p[1].y+p[2].y-p[3].y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return homography{
		p[1].x - p[0].x + g*p[1].x, p[3].x - p[0].x + h*p[3].x, p[0].x,
		p[1].y - p[0].y + g*p[1].y, p[3].y - p[0].y + h*p[3].y, p[0].y,
		g, h, 1,
	}
}

// inverse maps back; the scale of the nine numbers does not matter.
func (m homography) inverse() homography {
	return homography{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

func (m homography) apply(x, y float64) (float64, float64) {
	w := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / w, (m[3]*x + m[4]*y + m[5]) / w
}

// sheetOnTable is a document with round corners and a shadow. Places on it run from 0 to 1.
type sheetOnTable struct {
	img            *image.RGBA
	corner, aspect float64 // radius and height, in widths
	pixel          float64 // size of a pixel of the frame, in widths
}

// cover is 1 on the sheet, 0 beside it and between them on its edge.
func (s *sheetOnTable) cover(u, v float64) float64 {
	return smooth(s.pixel, -s.pixel, s.outside(u, v))
}

// shadow is how much light the sheet leaves on the table beside it.
func (s *sheetOnTable) shadow(u, v float64) float64 {
	return 1 - 0.45*smooth(0.03, -0.01, s.outside(u-0.006, v-0.012))
}

// outside is the distance to the sheet's edge in widths, negative on the sheet.
func (s *sheetOnTable) outside(u, v float64) float64 {
	dx := math.Abs(u-0.5) - 0.5 + s.corner
	dy := math.Abs(v-0.5)*s.aspect - 0.5*s.aspect + s.corner
	return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - s.corner
}

// sample reads the sheet between its pixels.
func (s *sheetOnTable) sample(u, v float64) rgb {
	w, h := s.img.Rect.Dx(), s.img.Rect.Dy()
	x, y := min(max(u*float64(w)-0.5, 0), float64(w)-1.001), min(max(v*float64(h)-0.5, 0), float64(h)-1.001)
	ix, iy := int(x), int(y)
	tx, ty := x-float64(ix), y-float64(iy)
	at := s.img.PixOffset(ix, iy)
	p, q := s.img.Pix[at:at+8:at+8], s.img.Pix[at+s.img.Stride:at+s.img.Stride+8]
	var c rgb
	for i := range c {
		top := float64(p[i])*(1-tx) + float64(p[i+4])*tx
		bottom := float64(q[i])*(1-tx) + float64(q[i+4])*tx
		c[i] = (top*(1-ty) + bottom*ty) / 255
	}
	return c
}

// table is what a document is photographed on: wood, cloth or stone.
type table struct {
	material int
	colour   rgb
	angle    float64
	seed     uint64
}

func newTable(r *rand.Rand) table {
	woods := []rgb{{0.46, 0.32, 0.21}, {0.60, 0.45, 0.30}, {0.30, 0.21, 0.15}}
	others := []rgb{{0.24, 0.28, 0.36}, {0.36, 0.36, 0.35}, {0.20, 0.22, 0.22}, {0.44, 0.30, 0.30}}
	t := table{material: r.IntN(3), angle: 0.3 * either(r), seed: r.Uint64(), colour: pick(r, woods)}
	if other := pick(r, others); t.material > 0 {
		t.colour = other
	}
	return t
}

// at is the colour at a place, in widths of the frame.
func (t table) at(u, v float64) rgb {
	sin, cos := math.Sincos(t.angle)
	u, v = cos*u+sin*v, cos*v-sin*u
	switch t.material {
	case 0: // wood: grain along u
		wave := noise(t.seed, 3*u, 9*v)
		grain := noise(t.seed+1, 6*u, 120*v+14*wave)
		return t.colour.times(0.75 + 0.3*wave + 0.22*grain)
	case 1: // cloth: a weave
		weave := math.Sin(900*u) * math.Sin(900*v)
		return t.colour.times(0.9 + 0.08*weave + 0.2*noise(t.seed, 5*u, 5*v))
	default: // stone: specks
		return t.colour.times(0.8 + 0.25*noise(t.seed, 14*u, 14*v) + 0.15*noise(t.seed+2, 260*u, 260*v))
	}
}
