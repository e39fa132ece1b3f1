package quality

import (
	"image"
	"slices"
)

// cutOff is how much of one edge of the picture runs through what the picture
// is of: through a face, or through a document that lies on something darker
// or lighter. A picture that shows nothing but the document is whole. g is the part of the picture that lies between
// bands; own says which of its edges, upper, lower, left and right, are also those of the picture.
func cutOff(g *image.Gray, own [4]bool, p Picture) float64 {
	if len(p.Faces) > 0 && 5*p.Faces[0].Dx() > max(p.Image.Rect.Dx(), p.Image.Rect.Dy()) {
		return cutFace(p.Faces[0], p.Image.Rect)
	}
	edges := contacts(g, otsu(g))
	sorted := slices.Sorted(slices.Values(edges[:]))
	if sorted[1] > 0.05 {
		return 0 // it reaches more than two edges: a scan
	}
	most := 0.0
	for i, contact := range edges {
		if own[i] {
			most = max(most, contact)
		}
	}
	return most
}

// cutFace is the part of a face's box that lies outside the picture.
func cutFace(face, frame image.Rectangle) float64 {
	inside := face.Intersect(frame)
	return 1 - float64(inside.Dx()*inside.Dy())/float64(max(face.Dx()*face.Dy(), 1))
}

// contacts is how much of each edge is as light as the document, where light
// is what exceeds a level.
func contacts(g *image.Gray, level uint8) [4]float64 {
	const inset = 2
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w <= 2*inset || h <= 2*inset {
		return [4]float64{}
	}
	var edges [4]float64
	for x := range w {
		edges[0] += light(g, x, inset, level) / float64(w)
		edges[1] += light(g, x, h-1-inset, level) / float64(w)
	}
	for y := range h {
		edges[2] += light(g, inset, y, level) / float64(h)
		edges[3] += light(g, w-1-inset, y, level) / float64(h)
	}
	return edges
}

func light(g *image.Gray, x, y int, level uint8) float64 {
	if g.Pix[y*g.Stride+x] > level {
		return 1
	}
	return 0
}

// otsu is the level that parts light from dark best (N. Otsu, 1979): the
// variance between both is largest.
func otsu(g *image.Gray) uint8 {
	var counts [256]float64
	var total, sum float64
	for _, v := range g.Pix {
		counts[v]++
		sum += float64(v)
		total++
	}
	var below, belowSum, most float64
	level := 0
	for v, n := range counts {
		below += n
		belowSum += n * float64(v)
		if below == 0 || below == total {
			continue
		}
		apart := belowSum/below - (sum-belowSum)/(total-below)
		if between := below * (total - below) * apart * apart; between > most {
			most, level = between, v
		}
	}
	return uint8(level)
}
