package printed

import (
	"image"
	"math"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// The search for the direction of rows.
const (
	levelSize = 500  // pixels of the longer side that is searched
	steepest  = 20.0 // degrees
	step      = 0.5
	inked     = 24 // grey values by which ink is darker than its surroundings
)

// Level turns a picture so that its rows of print run level, up to twenty degrees either way.
func Level(g *image.Gray) *image.Gray {
	level, degrees := direction(g)
	if level {
		return g
	}
	return turned(g, degrees)
}

// direction is the slope of the rows of print, and whether they run level as they are.
func direction(g *image.Gray) (level bool, degrees float64) {
	small, _ := raster.Limit(g, levelSize)
	ink := raster.BlackHat(small, 9)
	most := alignment(ink, 0)
	for slope := -steepest; slope <= steepest; slope += step {
		if a := alignment(ink, slope); a > 1.02*most {
			degrees, most = slope, a
		}
	}
	return degrees == 0, degrees
}

// alignment is how unevenly ink is spread over rows of that slope: most where print runs along them.
func alignment(ink *image.Gray, degrees float64) (sum float64) {
	w, h := ink.Rect.Dx(), ink.Rect.Dy()
	slope := math.Tan(degrees * math.Pi / 180)
	rows := make([]float64, h+2*w)
	for y := range h {
		for x := range w {
			if ink.Pix[y*ink.Stride+x] >= inked {
				rows[w+y-int(slope*float64(x))]++
			}
		}
	}
	for _, n := range rows {
		sum += n * n
	}
	return sum
}

// turned turns about the middle; what was a row of that slope is level then.
func turned(g *image.Gray, degrees float64) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	x, y := float64(w)/2, float64(h)/2
	return raster.Warp(g, raster.Homography{cos, -sin, x - cos*x + sin*y, sin, cos, y - sin*x - cos*y, 0, 0, 1}, w, h)
}
