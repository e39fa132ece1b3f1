package barcode

import (
	"cmp"
	"image"
	"slices"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// The search for stacked bars, in pixels of a picture of searchSize.
const (
	searchSize = 600
	edge       = 5    // reach of a change from dark to light
	joinRadius = 12   // bridges the widest bar, that of the start pattern
	share      = 48   // percent of the picture's densest change that a symbol has throughout
	faintest   = 24   // change by which a symbol at least stands out
	leastPart  = 0.01 // of the picture's area that a symbol takes
	solid      = 0.85 // part of the rectangle of the same moments that is inked
	maxStacks  = 2
	glance     = 300 // width that is enough to see the bars of the start and stop patterns

	// Sides of a symbol, the longer in units of the shorter.
	leastAspect, mostAspect = 1.3, 8
)

// quad are the corners of a symbol in the full picture, clockwise as seen with
// its longer side across.
type quad struct {
	corners       [4]raster.Point
	width, height float64 // mean lengths of the sides
}

// findStacks finds patches of dense edges that have the shape of a PDF417
// symbol, the largest first.
func findStacks(g *image.Gray) []quad {
	small, scale := raster.Limit(g, searchSize)
	ink := raster.Blur(raster.Contrast(small, edge), joinRadius)
	patches := raster.Patches(ink, dense(ink))
	slices.SortStableFunc(patches, func(a, b raster.Patch) int { return cmp.Compare(b.Moments().Mass, a.Moments().Mass) })
	var found []quad
	for _, p := range patches {
		m := p.Moments()
		if m.Mass < leastPart*float64(len(small.Pix)) || len(found) == maxStacks {
			break
		}
		if m.Mass < solid*m.Along*m.Across || m.Along < leastAspect*m.Across || m.Along > mostAspect*m.Across {
			continue
		}
		if q := quadOf(p, m, scale); barred(straight(g, q, glance)) {
			found = append(found, q)
		}
	}
	return found
}

// barred says whether both ends of a symbol have a bar that runs from top to
// bottom, as the start and the stop pattern do: lines of writing have not.
func barred(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	sum := 0
	for _, v := range g.Pix {
		sum += int(v)
	}
	paper := uint8(sum / len(g.Pix))
	bar := func(from, to int) bool {
		for x := from; x < to; x++ {
			dark := 0
			for y := h / 5; y < h-h/5; y++ {
				if g.Pix[y*w+x] < paper {
					dark++
				}
			}
			if dark > 85*(h-2*(h/5))/100 {
				return true
			}
		}
		return false
	}
	return bar(0, w*3/10) && bar(w*7/10, w)
}

// dense is one level for the whole picture: no writing is as dense as bars, so
// that the densest hundredth is a symbol's if there is one.
func dense(ink *image.Gray) *image.Gray {
	var counts [256]int
	for _, v := range ink.Pix {
		counts[v]++
	}
	top, above := 255, 0
	for ; top > 0 && above+counts[top] < len(ink.Pix)/100; top-- {
		above += counts[top]
	}
	levels := image.NewGray(ink.Rect)
	for i := range levels.Pix {
		levels.Pix[i] = uint8(max(top*share/100, faintest))
	}
	return levels
}

// quadOf takes the points of a patch that lie farthest along its diagonals.
func quadOf(p raster.Patch, m raster.Moments, scale float64) quad {
	if m.DX < 0 {
		m.DX, m.DY = -m.DX, -m.DY
	}
	q := quad{width: m.Along * scale, height: m.Across * scale}
	for i, side := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		u, v := side[0]/m.Along, side[1]/m.Across
		corner := p.Farthest(raster.Point{X: u*m.DX - v*m.DY, Y: u*m.DY + v*m.DX})
		q.corners[i] = raster.Point{X: corner.X * scale, Y: corner.Y * scale}
	}
	return q
}

// look is a way to show a symbol to the decoder.
type look func(*image.Gray, quad) *image.Gray

// looks are those that are tried.
func looks() []look {
	return []look{
		func(g *image.Gray, q quad) *image.Gray { return straight(g, q, 1300) },
		func(g *image.Gray, q quad) *image.Gray { return sharpened(straight(g, q, 1900), 4, 2) },
		func(g *image.Gray, q quad) *image.Gray { return sharpened(straight(g, q, 1500), 2, 3) },
		func(g *image.Gray, q quad) *image.Gray { return straight(g, q, 1900) },
	}
}

// straight draws the symbol upright with a quiet zone, so many pixels wide.
func straight(g *image.Gray, q quad, width int) *image.Gray {
	const quiet = 0.1 // of the width: also what the corners may be wrong by
	w, h := float64(width), float64(width)*min(q.height/q.width, 1)
	x, y := quiet*w, quiet*w/2
	m, err := raster.Fit([]raster.Point{{X: x, Y: y}, {X: w - x, Y: y}, {X: w - x, Y: h + y}, {X: x, Y: h + y}}, q.corners[:])
	if err != nil {
		return g
	}
	return raster.Warp(g, m, width, int(h+2*y))
}

// sharpened strengthens what differs from its surroundings.
func sharpened(g *image.Gray, radius, strength int) *image.Gray {
	soft := raster.Blur(g, radius)
	for i, v := range g.Pix {
		soft.Pix[i] = uint8(min(max(int(v)+strength*(int(v)-int(soft.Pix[i])), 0), 255))
	}
	return soft
}
