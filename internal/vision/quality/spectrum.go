package quality

import (
	"image"
	"math"
	"math/bits"
	"math/cmplx"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// patchSize is the side of the square in the middle whose spectrum is taken; a
// power of two.
const patchSize = 256

// screenPattern looks for the grid of a screen that was photographed: a lone
// peak in the spectrum, off the axes, which print and JPEG have their lines on.
// It is the peak's height, as a logarithm, in units of what is around it.
func screenPattern(g *image.Gray) float64 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w < patchSize || h < patchSize {
		return 1
	}
	field := make([][]complex128, patchSize)
	for y := range field {
		field[y] = make([]complex128, patchSize)
		row := g.Pix[(h-patchSize)/2*w+y*w+(w-patchSize)/2:]
		for x := range field[y] {
			field[y][x] = complex(float64(row[x])*window(x)*window(y), 0)
		}
	}
	transform(field)
	return lonePeak(field)
}

// window fades a patch out towards its edges.
func window(i int) float64 {
	return 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/patchSize)
}

// transform is the two-dimensional Fourier transform, in place.
func transform(field [][]complex128) {
	column := make([]complex128, patchSize)
	for _, row := range field {
		fourier(row)
	}
	for x := range patchSize {
		for y := range field {
			column[y] = field[y][x]
		}
		fourier(column)
		for y := range field {
			field[y][x] = column[y]
		}
	}
}

// fourier is Cooley and Tukey's transform of a power of two.
func fourier(v []complex128) {
	shift := 64 - bits.Len(uint(len(v)-1))
	for i := range v {
		if j := int(bits.Reverse64(uint64(i)) >> shift); j > i {
			v[i], v[j] = v[j], v[i]
		}
	}
	for size := 2; size <= len(v); size *= 2 {
		step := cmplx.Rect(1, -2*math.Pi/float64(size))
		for start := 0; start < len(v); start += size {
			turn := complex(1, 0)
			for i := start; i < start+size/2; i++ {
				odd := turn * v[i+size/2]
				v[i], v[i+size/2] = v[i]+odd, v[i]-odd
				turn *= step
			}
		}
	}
}

// lonePeak compares every frequency that is not low and not near an axis with
// the mean of the square around it.
func lonePeak(field [][]complex128) float64 {
	const (
		lowest = 20 // periods within the patch
		axis   = 6
		around = 4
	)
	logs := image.NewGray(image.Rect(0, 0, patchSize, patchSize))
	for y, row := range field {
		for x, v := range row {
			logs.Pix[y*patchSize+x] = uint8(min(12*math.Log1p(cmplx.Abs(v)), 255))
		}
	}
	mean := raster.Blur(logs, around)
	peak := 1.0
	for y := range patchSize / 2 {
		for x := range patchSize {
			fx, fy := min(x, patchSize-x), y
			if fx < axis || fy < axis || fx*fx+fy*fy < lowest*lowest {
				continue
			}
			at := y*patchSize + x
			peak = max(peak, float64(logs.Pix[at])/max(float64(mean.Pix[at]), 40))
		}
	}
	return peak
}
