package specimen

import (
	"image/color"
	"math"
)

// rgb is a colour with parts from 0 to 1.
type rgb [3]float64

func (c rgb) colour() color.RGBA {
	return color.RGBA{R: level(c[0]), G: level(c[1]), B: level(c[2]), A: 255}
}

func (c rgb) times(f float64) rgb { return rgb{c[0] * f, c[1] * f, c[2] * f} }

// level is a part from 0 to 1 as a byte.
func level(f float64) uint8 { return uint8(255*min(max(f, 0), 1) + 0.5) }

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b rgb, t float64) rgb {
	return rgb{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

// smooth rises from 0 at low to 1 at high without corners; with low above high it falls.
func smooth(low, high, x float64) float64 {
	t := min(max((x-low)/(high-low), 0), 1)
	return t * t * (3 - 2*t)
}

// bump is 1 at the origin and falls off over the two widths.
func bump(x, y, wx, wy float64) float64 {
	d := (x*x)/(wx*wx) + (y*y)/(wy*wy)
	if d > 9 {
		return 0
	}
	return math.Exp(-d)
}

// noise is smooth value noise between 0 and 1 with one knot per unit.
func noise(seed uint64, x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int64(fx), int64(fy)
	tx, ty := smooth(0, 1, x-fx), smooth(0, 1, y-fy)
	top := knot(seed, ix, iy)*(1-tx) + knot(seed, ix+1, iy)*tx
	bottom := knot(seed, ix, iy+1)*(1-tx) + knot(seed, ix+1, iy+1)*tx
	return top*(1-ty) + bottom*ty
}

// knot hashes a lattice place to a number between 0 and 1 (the finisher of SplitMix64).
func knot(seed uint64, x, y int64) float64 {
	z := seed + uint64(x)*0x9e3779b97f4a7c15 + uint64(y)*0xc2b2ae3d27d4eb4f
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return float64((z^(z>>31))>>11) / (1 << 53)
}
