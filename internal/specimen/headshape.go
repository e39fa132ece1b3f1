package specimen

import "math"

// outline is the half width of the face at height y, negative above the crown and below the chin.
func (h *head) outline(y float64) float64 {
	if y <= -1 || y >= 1 {
		return -1
	}
	at := (y + 1) / 2 * float64(len(h.profile)-1)
	i := int(at)
	return h.profile[i] + (h.profile[i+1]-h.profile[i])*(at-float64(i))
}

// tabulate keeps the outline in steps: it is asked for many times for every pixel.
func (h *head) tabulate() {
	const knots = 2048
	h.profile = make([]float64, knots+1)
	for i := range h.profile {
		h.profile[i] = h.halfWidth(2*float64(i)/knots - 1)
	}
}

// halfWidth joins a skull and a jaw, both rounded, where the face is widest.
func (h *head) halfWidth(y float64) float64 {
	const widest = 0.05
	if y < widest {
		t := (widest - y) / (1 + widest)
		return h.width * math.Pow(1-math.Pow(t, 2.5), 1/2.3)
	}
	t := (y - widest) / (1 - widest)
	return h.width * math.Pow(1-math.Pow(t, h.jaw), 1/h.taper)
}

// depth is how far the face stands out towards the camera at a place.
func (h *head) depth(x, y float64) float64 {
	w := h.outline(y)
	if math.Abs(x) >= w {
		return 0
	}
	t := math.Abs(x) / w
	return w * math.Pow(1-math.Pow(t, 2.3), 1/2.1)
}

// relief is depth with the features on it: sockets, nose, cheeks, lips and chin.
func (h *head) relief(x, y float64) float64 {
	side := math.Abs(x)
	z := h.depth(x, y)
	z += 0.035 * bump(side-0.22, y-h.eyeY+h.browY, 0.22, 0.09)
	z -= 0.085 * bump(side-h.eyeGap+0.02, y-h.eyeY, 0.17, 0.13)
	z += 0.045 * bump(side-h.eyeGap, y-h.eyeY, 0.12, 0.08)
	z += 0.03 * bump(side-0.42, y-0.2, 0.2, 0.16)
	z += h.nose(side, y)
	z -= 0.02 * bump(side-0.27, y-h.mouthY+0.12, 0.04, 0.13)
	z += 0.05 * bump(x, y-h.mouthY, 0.24, 0.12)
	z += 0.025 * bump(side, y-h.mouthY-0.5*h.lip, 0.13, 0.7*h.lip)
	z += 0.02 * bump(side-0.05, y-h.mouthY+0.55*h.lip, 0.08, 0.6*h.lip)
	z -= 0.035 * bump(x, y-h.mouthY, h.mouthWidth*0.8, 0.02)
	z -= 0.03 * bump(x, y-h.mouthY-0.14, 0.15, 0.04)
	return z + 0.05*bump(x, y-0.86, 0.16, 0.1)
}

// nose is the ridge from between the eyes down to the tip, and the wings beside it.
func (h *head) nose(side, y float64) float64 {
	top, tip := h.eyeY-0.05, h.noseLength
	if y < top-0.1 || y > tip+0.25 {
		return 0
	}
	along := min(max((y-top)/(tip-top), 0), 1)
	width := 0.05 + 0.045*along*along
	ridge := (0.03 + 0.10*along) * bump(side, 0, width, 1) * smooth(tip+0.14, tip-0.03, y) * smooth(top-0.1, top+0.12, y)
	wing := 0.05 * bump(side-h.noseWidth, y-tip, 0.045, 0.06)
	return ridge + 0.045*bump(side, y-tip+0.01, 0.085, 0.085) + wing
}
