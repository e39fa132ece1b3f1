package quality

import "image"

// cutOff is how much of one edge of the picture runs through what the picture
// is of: through a face, or through a document that lies on something darker. A
// picture that shows nothing but the document is whole. g is the part of the
// picture that lies between bands, shown where that is.
func cutOff(g *image.Gray, shown image.Rectangle, p Picture) float64 {
	if len(p.Faces) > 0 && 5*p.Faces[0].Dx() > max(p.Image.Rect.Dx(), p.Image.Rect.Dy()) {
		return cutFace(p.Faces[0], p.Image.Rect)
	}
	level := otsu(g)
	most, edges, free := 0.0, 0, 0
	for i, contact := range contacts(g, level) {
		band, there := bandAt(i, shown, p.Grey)
		if there && band <= level {
			continue // an even table, or the screen of a telephone: no edge of the document is there
		}
		edges++
		if !there {
			most = max(most, contact)
		}
		if !there && contact <= 0.05 {
			free++
		}
	}
	if free < max(1, edges-2) {
		return 0 // it reaches more than two edges, or all that there are beside bands: a scan
	}
	return most
}

// bandAt is the grey value of the band beyond the upper (0) or the lower (1) edge of what is shown, if there is one.
func bandAt(edge int, shown image.Rectangle, g *image.Gray) (value uint8, there bool) {
	y := shown.Min.Y - 1
	if edge == 1 {
		y = shown.Max.Y
	}
	if edge > 1 || y < g.Rect.Min.Y || y >= g.Rect.Max.Y {
		return 0, false
	}
	return percentile(g.Pix[y*g.Stride:y*g.Stride+g.Rect.Dx()], 0.5), true
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
