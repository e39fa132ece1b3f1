package quality

import (
	"image"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// A reflection is where the sensor is full: many pixels have the highest value there is, whatever its noise, nothing of
// the print is left in a thick spot, and what is just beyond its edge is still lit. White paper may be as bright, as in a
// scan, but writing goes through it and it ends at once.
const (
	glareSize   = 400 // pixels of the longer side
	full        = 253 // value of a pixel that can be no brighter
	fullShare   = 77  // of 255: how many of the pixels of the picture that make one of the smaller picture
	textureless = 8   // largest difference within 5 × 5 pixels of a spot
	beyond      = 5   // pixels around a spot that its light still reaches
	stillLit    = 212 // what nine of ten of them are at least
	thick       = 21  // pixels
)

// glare is the part of the picture that its largest reflection takes.
func glare(g *image.Gray) (part float64) {
	small, _ := raster.Limit(g, glareSize)
	small = raster.Blur(small, 1)
	spots := raster.Dilate(raster.Erode(blownOut(g, small), thick), thick)
	for _, p := range raster.Patches(spots, raster.Levels(spots, 50, 1)) {
		if !spans(p, spots.Rect) && fades(p.Mask(spots.Rect), small) {
			part = max(part, p.Moments().Mass/float64(len(spots.Pix)))
		}
	}
	return part
}

// blownOut marks what is full and has no texture, in the size of the smaller picture.
func blownOut(g, small *image.Gray) *image.Gray {
	brightest := image.NewGray(g.Rect)
	for i, v := range g.Pix {
		if v >= full {
			brightest.Pix[i] = 255
		}
	}
	spots, _ := raster.Limit(brightest, glareSize)
	spots = raster.Blur(spots, 1)
	varies := raster.Contrast(small, 5)
	for i, v := range spots.Pix {
		spots.Pix[i] = 0
		if v >= fullShare && varies.Pix[i] <= textureless {
			spots.Pix[i] = 255
		}
	}
	return spots
}

// spans says whether a patch reaches from an edge of the picture to the opposite one: that is what the document lies
// on, or the wall behind a person.
func spans(p raster.Patch, frame image.Rectangle) bool {
	left, right := p.Extent(raster.Point{}, raster.Point{X: 1})
	top, bottom := p.Extent(raster.Point{}, raster.Point{Y: 1})
	return right-left >= float64(frame.Dx()) || bottom-top >= float64(frame.Dy())
}

// fades says whether the surroundings of a spot are bright whatever is printed there.
func fades(spot, g *image.Gray) bool {
	var around []uint8
	for i, v := range raster.Dilate(spot, 2*beyond+1).Pix {
		if v > spot.Pix[i] {
			around = append(around, g.Pix[i])
		}
	}
	return percentile(around, 0.1) >= stillLit
}
