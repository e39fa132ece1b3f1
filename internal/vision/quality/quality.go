package quality

import (
	"fmt"
	"image"
	"math"
	"time"

	"github.com/dossier-id/dossier/internal/vision/meta"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// Report is what was measured in a picture.
type Report struct {
	Width     int `json:"width"` // pixels, upright
	Height    int `json:"height"`
	ShortSide int `json:"shortSide"`

	Sharpness     float64 `json:"sharpness"`     // part of its height that the step of a good edge takes within three pixels of 800
	Brightness    float64 `json:"brightness"`    // median, 0 to 255
	Glare         float64 `json:"glare"`         // part of the picture in one blown-out spot
	CutOff        float64 `json:"cutOff"`        // part of an edge of the picture that runs through the document
	Colour        float64 `json:"colour"`        // chroma that one pixel in twenty has, 0 to 255
	FlatBands     float64 `json:"flatBands"`     // part of the rows that are drawn and not photographed
	ScreenPattern float64 `json:"screenPattern"` // height of a lone peak in the spectrum, 1 for none

	Camera         string `json:"camera,omitempty"`  // that the file names
	TakenAt        string `json:"takenAt,omitempty"` // local time of the camera, without a zone
	Software       string `json:"software,omitempty"`
	Edited         bool   `json:"edited"` // by a program to edit pictures with, the file says
	PerceptualHash string `json:"perceptualHash"`

	// Problems lists the limits that are exceeded; hints are marked in Limits.
	Problems []Problem `json:"problems"`

	info meta.Info
}

// Picture is what is measured.
type Picture struct {
	Image         *image.RGBA // upright, its longer side at most about 2000 pixels
	Grey          *image.Gray // the same
	Width, Height int         // of the file's picture, upright
	Info          meta.Info
	// Faces are the boxes of faces. A picture of a person is cut off where its
	// face is; any other where its document is.
	Faces []image.Rectangle
}

// sharpSize and thumbSize are the longer sides of what is measured.
const (
	sharpSize = 800
	thumbSize = 240
)

// Measure measures a picture. It depends on nothing but the picture.
func Measure(p Picture) *Report {
	r := &Report{
		Width: p.Width, Height: p.Height, ShortSide: min(p.Width, p.Height),
		Software: p.Info.Software, Edited: p.Info.Edited(), info: p.Info,
	}
	if p.Info.Camera() {
		r.Camera = fmt.Sprintf("%s %s", p.Info.Make, p.Info.Model)
	}
	if !p.Info.TakenAt.IsZero() {
		r.TakenAt = p.Info.TakenAt.Format(time.DateTime)
	}
	r.pixels(p)
	r.PerceptualHash = fmt.Sprintf("%016x", Hash(p.Grey))
	r.Problems = make([]Problem, 0)
	for _, l := range Limits() {
		if l.exceeds(r) {
			r.Problems = append(r.Problems, l.Problem)
		}
	}
	return r
}

// pixels measures what the picture shows; of a screenshot, between its bands.
func (r *Report) pixels(p Picture) {
	bands, shown := flatBands(p.Grey)
	r.FlatBands = rounded(bands)
	thumb, grey := raster.Shrink(p.Image, thumbSize), p.Grey
	if shown.Empty() {
		shown = grey.Rect
	}
	if shown != grey.Rect {
		thumb, grey = raster.Shrink(p.Image.SubImage(shown), thumbSize), raster.Crop(grey, shown)
	}
	half, _ := raster.Limit(grey, sharpSize)
	small := raster.Grey(thumb)
	r.Sharpness = rounded(sharpness(half))
	r.Brightness = float64(percentile(small.Pix, 0.5))
	r.Glare = rounded(glare(grey))
	r.CutOff = rounded(cutOff(small, shown, p))
	r.Colour = float64(percentile(chroma(thumb), 0.95))
	r.ScreenPattern = rounded(screenPattern(grey))
}

// rounded keeps four digits, so that reports read well.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// percentile is the value that so large a part of the pixels do not exceed.
func percentile(pix []uint8, part float64) uint8 {
	var counts [256]int
	for _, v := range pix {
		counts[v]++
	}
	if len(pix) == 0 {
		return 0
	}
	left := int(part * float64(len(pix)))
	for v, n := range counts {
		if left -= n; left < 0 {
			return uint8(v)
		}
	}
	return 255
}

// chroma is how far apart the channels of each pixel are.
func chroma(img *image.RGBA) []uint8 {
	out := make([]uint8, len(img.Pix)/4)
	for i := range out {
		r, g, b := img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2]
		out[i] = max(r, g, b) - min(r, g, b)
	}
	return out
}

// sharpness is how much of the step at an edge is taken within three pixels:
// the best edges of those that stand out, after a light smoothing that takes
// the noise away.
func sharpness(g *image.Gray) float64 {
	const near, wide, bright = 3, 17, 128
	soft := raster.Blur(g, 1)
	faintest := uint8(max(24*min(int(percentile(soft.Pix, 0.98)), bright)/bright, 4)) // in the dark, edges are faint
	step, whole := raster.Contrast(soft, near), raster.Contrast(soft, wide)
	stands := max(percentile(whole.Pix, 0.98)/2, faintest)
	var parts []uint8
	for i, w := range whole.Pix {
		if w >= stands {
			parts = append(parts, uint8(200*int(step.Pix[i])/int(w)))
		}
	}
	return float64(percentile(parts, 0.98)) / 200
}
