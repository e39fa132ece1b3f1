package raster

import (
	"errors"
	"image"
	"math"
)

// Point is a place in a picture: pixel (x, y) covers x to x+1 and y to y+1.
type Point struct{ X, Y float64 }

// Homography maps one plane on another in perspective, row by row.
type Homography [9]float64

// ErrDegenerate says that points do not fix a perspective.
var ErrDegenerate = errors.New("the points fix no perspective")

// Fit finds the perspective that maps from on to with the least squared error
// of its linear form; it needs four points or more, no three of four on a line.
func Fit(from, to []Point) (Homography, error) {
	if len(from) < 4 || len(from) != len(to) {
		return Homography{}, ErrDegenerate
	}
	pre, post := centring(from), centring(to)
	var normal [8][9]float64
	for i := range from {
		x, y := pre.Apply(from[i].X, from[i].Y)
		u, v := post.Apply(to[i].X, to[i].Y)
		accumulate(&normal, [9]float64{x, y, 1, 0, 0, 0, -x * u, -y * u, u})
		accumulate(&normal, [9]float64{0, 0, 0, x, y, 1, -x * v, -y * v, v})
	}
	solved, ok := eliminate(&normal)
	if !ok {
		return Homography{}, ErrDegenerate
	}
	m := Homography{solved[0], solved[1], solved[2], solved[3], solved[4], solved[5], solved[6], solved[7], 1}
	return post.Inverse().times(m).times(pre), nil
}

// centring moves points around the origin and scales them to about one, which
// keeps the equations well conditioned.
func centring(points []Point) Homography {
	var x, y, spread float64
	n := float64(len(points))
	for _, p := range points {
		x, y = x+p.X/n, y+p.Y/n
	}
	for _, p := range points {
		spread += math.Hypot(p.X-x, p.Y-y) / n
	}
	s := 1 / max(spread, 1e-9)
	return Homography{s, 0, -s * x, 0, s, -s * y, 0, 0, 1}
}

// accumulate adds an equation to normal equations.
func accumulate(normal *[8][9]float64, equation [9]float64) {
	for i := range normal {
		for j := range equation {
			normal[i][j] += equation[i] * equation[j]
		}
	}
}

// eliminate solves by Gauss's elimination with pivots.
func eliminate(m *[8][9]float64) (solved [8]float64, ok bool) {
	for i := range m {
		pivot := i
		for j := i + 1; j < len(m); j++ {
			if math.Abs(m[j][i]) > math.Abs(m[pivot][i]) {
				pivot = j
			}
		}
		m[i], m[pivot] = m[pivot], m[i]
		if !(math.Abs(m[i][i]) > 1e-12) {
			return solved, false
		}
		for j := i + 1; j < len(m); j++ {
			factor := m[j][i] / m[i][i]
			for k := i; k < len(m[j]); k++ {
				m[j][k] -= factor * m[i][k]
			}
		}
	}
	for i := len(m) - 1; i >= 0; i-- {
		sum := m[i][8]
		for j := i + 1; j < len(m); j++ {
			sum -= m[i][j] * solved[j]
		}
		solved[i] = sum / m[i][i]
	}
	return solved, true
}

// Apply maps a point.
func (m Homography) Apply(x, y float64) (float64, float64) {
	w := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / w, (m[3]*x + m[4]*y + m[5]) / w
}

// Scaled is the map of places that are counted in units of 1/s.
func (m Homography) Scaled(s float64) Homography {
	return Homography{m[0] / s, m[1] / s, m[2], m[3] / s, m[4] / s, m[5], m[6] / s, m[7] / s, m[8]}
}

// Magnified is the map on a picture that is s times as large.
func (m Homography) Magnified(s float64) Homography {
	return Homography{m[0] * s, m[1] * s, m[2] * s, m[3] * s, m[4] * s, m[5] * s, m[6], m[7], m[8]}
}

// Moved is the map with its origin moved to (u, v).
func (m Homography) Moved(u, v float64) Homography {
	return Homography{
		m[0], m[1], m[0]*u + m[1]*v + m[2],
		m[3], m[4], m[3]*u + m[4]*v + m[5],
		m[6], m[7], m[6]*u + m[7]*v + m[8],
	}
}

// Inverse maps back.
func (m Homography) Inverse() Homography {
	return Homography{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

func (m Homography) times(n Homography) (out Homography) {
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = m[3*i]*n[j] + m[3*i+1]*n[3+j] + m[3*i+2]*n[6+j]
		}
	}
	return out
}

// Warp draws w × h pixels of the plane that m maps on the picture, reading
// between pixels; what lies outside repeats the edge.
func Warp(g *image.Gray, m Homography, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.Pix[y*w+x] = At(g, m, float64(x)+0.5, float64(y)+0.5)
		}
	}
	return out
}

// At reads the picture where m maps a point, between pixels.
func At(g *image.Gray, m Homography, x, y float64) uint8 {
	x, y = m.Apply(x, y)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	x, y = min(max(x-0.5, 0), float64(w-1)), min(max(y-0.5, 0), float64(h-1))
	if !(x >= 0 && y >= 0) { // not a number: the point lies on the horizon
		return 0
	}
	ix, iy := min(int(x), max(w-2, 0)), min(int(y), max(h-2, 0))
	tx, ty := float32(x-float64(ix)), float32(y-float64(iy))
	right, below := min(ix+1, w-1)-ix, (min(iy+1, h-1)-iy)*w
	at := iy*w + ix
	top := float32(g.Pix[at])*(1-tx) + float32(g.Pix[at+right])*tx
	bottom := float32(g.Pix[at+below])*(1-tx) + float32(g.Pix[at+below+right])*tx
	return uint8(top*(1-ty) + bottom*ty + 0.5)
}
