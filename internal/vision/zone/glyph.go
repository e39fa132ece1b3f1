package zone

import (
	"fmt"
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/dossier-id/dossier/internal/ocrb"
	"github.com/dossier-id/dossier/internal/vision/mrz"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// The cell of a character in templates: as wide as the pitch. The letters'
// middle is the cell's middle.
const (
	cellWidth  = 20
	cellHeight = 28
	finer      = 4 // how much finer glyphs are drawn before they are averaged
)

// Measures of the font in em.
const (
	advance   = 0.723
	capHeight = 0.72
)

// glyphs are templates of all characters of [mrz.Alphabet], each with mean 0
// and length 1, so that a product with a patch is a correlation.
type glyphs struct {
	w, h int
	of   [len(mrz.Alphabet)][]float32
}

// look is how characters can look in a picture: how tall, and how far out of
// focus or moved, along the row and across.
type look struct {
	tall   float64 // height in units of the font's
	across [2]float64
}

// looks are those that are tried with each weight.
func looks() []look {
	sigmas := []float64{0.8, 1.5, 2.4, 3.5}
	var all []look
	for _, tall := range []float64{0.9, 1, 1.1} {
		for _, sx := range sigmas {
			for _, sy := range sigmas {
				all = append(all, look{tall, [2]float64{sx, sy}})
			}
		}
	}
	return all
}

// heavier is what the strokes of the second weight gain, in pixels of the fine
// drawing: print whose ink has spread.
const heavier = 5

// usual is the look that cells are searched with.
func usual() look { return look{1, [2]float64{2, 2}} }

// drawn are the glyphs of the font, finely drawn, ink 255.
type drawn [len(mrz.Alphabet)]*image.Gray

func draws() (*drawn, error) {
	parsed, err := opentype.Parse(ocrb.TrueType())
	if err != nil {
		return nil, fmt.Errorf("parse the OCR-B font: %w", err)
	}
	const em = finer * cellWidth / advance
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: em, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("scale the OCR-B font: %w", err)
	}
	var all drawn
	for i, char := range mrz.Alphabet {
		img := image.NewGray(image.Rect(0, 0, finer*cellWidth, finer*cellHeight))
		pen := fixed.Point26_6{Y: fixed.Int26_6(math.Round(64 * (finer*cellHeight/2 + em*capHeight/2)))}
		box, mask, at, _, ok := face.Glyph(pen, char)
		if !ok {
			return nil, fmt.Errorf("the OCR-B font lacks %q", char)
		}
		draw.DrawMask(img, box, image.White, image.Point{}, mask, at, draw.Over)
		all[i] = img
	}
	return &all, nil
}

// bolder gives the glyphs with heavier strokes.
func (d *drawn) bolder(pixels int) *drawn {
	var all drawn
	for i, img := range d {
		all[i] = raster.Dilate(img, pixels)
	}
	return &all
}

// looking makes the templates for a look, whose weight the glyphs have.
func (d *drawn) looking(l look) *glyphs {
	g := &glyphs{w: cellWidth, h: cellHeight}
	columns, rows := gauss(l.across[0]), gauss(l.across[1])
	for i, img := range d {
		cell := ink(img, l.tall)
		g.of[i] = unit(blurred(cell, cellWidth, cellHeight, columns, rows))
	}
	return g
}

// halved are the same templates for cells of half the size.
func (g *glyphs) halved() *glyphs {
	half := &glyphs{w: g.w / 2, h: g.h / 2}
	for i, from := range g.of {
		to := make([]float32, 0, half.w*half.h)
		for y := 0; y < g.h; y += 2 {
			for x := 0; x < g.w; x += 2 {
				to = append(to, from[y*g.w+x]+from[y*g.w+x+1]+from[(y+1)*g.w+x]+from[(y+1)*g.w+x+1])
			}
		}
		half.of[i] = unit(to)
	}
	return half
}

// ink averages a fine drawing into a cell, dark on light, at another height.
func ink(img *image.Gray, tall float64) []float32 {
	cell := make([]float32, cellWidth*cellHeight)
	const middle = finer * cellHeight / 2
	for y := range finer * cellHeight {
		from := int(math.Floor(middle + (float64(y)+0.5-middle)/tall))
		if from < 0 || from >= finer*cellHeight {
			continue
		}
		for x, v := range img.Pix[from*img.Stride : (from+1)*img.Stride] {
			cell[y/finer*cellWidth+x/finer] -= float32(v)
		}
	}
	return cell
}

// gauss is half of a bell, from its middle outwards.
func gauss(sigma float64) []float32 {
	taps := make([]float32, int(3*sigma)+1)
	for i := range taps {
		taps[i] = float32(math.Exp(-float64(i*i) / (2 * sigma * sigma)))
	}
	return taps
}

// blurred blurs a cell along both axes; around it there is paper.
func blurred(cell []float32, w, h int, columns, rows []float32) []float32 {
	across, out := make([]float32, len(cell)), make([]float32, len(cell))
	for i := range cell {
		x, y := i%w, i/w
		for k, tap := range columns {
			if x >= k {
				across[i] += tap * cell[y*w+x-k]
			}
			if k > 0 && x+k < w {
				across[i] += tap * cell[y*w+x+k]
			}
		}
	}
	for i := range cell {
		x, y := i%w, i/w
		for k, tap := range rows {
			if y >= k {
				out[i] += tap * across[(y-k)*w+x]
			}
			if k > 0 && y+k < h {
				out[i] += tap * across[(y+k)*w+x]
			}
		}
	}
	return out
}

// unit moves the mean to 0 and the length to 1; nothing stays nothing.
func unit(v []float32) []float32 {
	mean, squares := moments(v)
	if squares < 1e-6 {
		clear(v)
		return v
	}
	scale := float32(1 / math.Sqrt(squares))
	for i := range v {
		v[i] = (v[i] - mean) * scale
	}
	return v
}

// moments are the mean and the sum of squares around it.
func moments(v []float32) (mean float32, squares float64) {
	var sum, sq float64
	for _, x := range v {
		sum += float64(x)
		sq += float64(x) * float64(x)
	}
	n := float64(len(v))
	return float32(sum / n), max(sq-sum*sum/n, 0)
}

// dot is the product of two patches of one size, a multiple of four.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	for i := 3; i < len(a); i += 4 {
		p, q := a[i-3:i+1:i+1], b[i-3:i+1:i+1] // one check of the bounds instead of eight
		s0 += p[0] * q[0]
		s1 += p[1] * q[1]
		s2 += p[2] * q[2]
		s3 += p[3] * q[3]
	}
	return s0 + s1 + s2 + s3
}
