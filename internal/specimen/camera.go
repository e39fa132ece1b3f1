package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// lens is how well a level photographs. Lengths are in pixels of its frame, angles in degrees.
type lens struct {
	width         int        // of the frame
	fill          [2]float64 // share of the frame's width or height that the document takes
	turn          float64    // at most
	keystone      float64    // how far a corner strays, in parts of the document's width
	blur          [2]float64 // standard deviation
	motion        float64    // length of the longest smear
	noise         float64    // standard deviation, of 255
	uneven        float64    // loss of light across the frame
	shadow, glare float64    // strength, 0 for none
	quality       int        // of the JPEG
}

// lensOf gives the levels: flat, careful, casual and bad.
func lensOf(level int) lens {
	return [4]lens{
		{quality: 90},
		{width: 2000, fill: [2]float64{0.82, 0.92}, turn: 2, keystone: 0.01, blur: [2]float64{0.4, 0.8}, noise: 3, uneven: 0.12, quality: 90},
		{
			width: 1600, fill: [2]float64{0.68, 0.84}, turn: 8, keystone: 0.045, blur: [2]float64{0.7, 1.3}, noise: 7,
			uneven: 0.25, shadow: 0.25, glare: 0.35, quality: 75,
		},
		{
			width: 1280, fill: [2]float64{0.62, 0.78}, turn: 18, keystone: 0.08, blur: [2]float64{1, 2}, motion: 3, noise: 13,
			uneven: 0.35, shadow: 0.32, glare: 0.5, quality: 45,
		},
	}[level]
}

// photographed turns the flat sheet into the ordered picture: reflection, position, focus, noise and colour, in
// the order in which light, lens and telephone would spoil it.
func (o Order) photographed(sheet *image.RGBA) *image.RGBA {
	l, r := lensOf(o.Level), o.rand("camera")
	img, onSheet := sheet, flat(sheet)
	if o.Type != Selfie {
		img, onSheet = o.framed(sheet, l, r)
	}
	if o.Level > 0 {
		l.light(img, r)
	}
	if o.has(Glare) {
		reflect(img, onSheet, o.rand("glare"))
	}
	img = o.focus(img, l, r)
	addNoise(img, l.noise, r)
	if o.has(Screenshot) {
		img = screenshot(img)
	}
	if o.has(Grey) {
		drain(img)
	}
	return img
}

// framed lays the document on a table before the camera; a flat picture is the document itself. It gives the picture
// and the map from its pixels to places on the document.
func (o Order) framed(sheet *image.RGBA, l lens, r *rand.Rand) (*image.RGBA, homography) {
	if o.Level > 0 {
		return o.lay(sheet, l, r)
	}
	if !o.has(CutOff) {
		return sheet, flat(sheet)
	}
	box := sheet.Bounds()
	return copyOf(sheet, image.Rect(0, 0, box.Dx()*78/100, box.Dy()*88/100)), flat(sheet)
}

// flat maps the pixels of a sheet on places from 0 to 1.
func flat(sheet *image.RGBA) homography {
	return homography{1 / float64(sheet.Rect.Dx()), 0, 0, 0, 1 / float64(sheet.Rect.Dy()), 0, 0, 0, 1}
}

// lay projects the sheet into a frame of 4 to 3.
func (o Order) lay(sheet *image.RGBA, l lens, r *rand.Rand) (*image.RGBA, homography) {
	frame := image.NewRGBA(image.Rect(0, 0, l.width, l.width*3/4))
	aspect := float64(sheet.Bounds().Dy()) / float64(sheet.Bounds().Dx())
	corners := o.corners(l, aspect, r)
	view := squareTo(corners).inverse()
	table := newTable(r)
	across := math.Hypot(corners[1].x-corners[0].x, corners[1].y-corners[0].y)
	card := &sheetOnTable{img: sheet, corner: o.kind().corner, aspect: aspect, pixel: 1 / across}
	for y := range frame.Rect.Dy() {
		for x := range frame.Rect.Dx() {
			fx, fy := float64(x)+0.5, float64(y)+0.5
			u, v := view.apply(fx, fy)
			c, cover := rgb{}, card.cover(u, v)
			if cover < 1 {
				c = table.at(fx/float64(l.width), fy/float64(l.width)).times(card.shadow(u, v))
			}
			if cover > 0 {
				c = mix(c, card.sample(u, v), cover)
			}
			frame.SetRGBA(x, y, c.colour())
		}
	}
	return frame, view
}

// corners places the document in the frame, clockwise from its upper left.
func (o Order) corners(l lens, aspect float64, r *rand.Rand) [4]point {
	w, h := float64(l.width), float64(l.width)*3/4
	share := l.fill[0] + (l.fill[1]-l.fill[0])*r.Float64()
	angle := either(r) * l.turn * math.Pi / 180
	sin, cos := math.Sincos(angle)
	tall := math.Abs(sin) + aspect*math.Abs(cos) // of the turned document, in its own widths
	width := min(share*w, 0.97*w/(math.Abs(cos)+aspect*math.Abs(sin)+2*l.keystone), 0.95*h/(tall+2*l.keystone))
	if o.Fill > 0 {
		width = o.Fill * w
	}
	centre := point{w/2 + either(r)*0.02*w, h/2 + either(r)*0.015*h}
	if o.has(CutOff) {
		centre.x = w - 0.28*width
	}
	var out [4]point
	for i, c := range [4]point{{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}} {
		x, y := c.x*width, c.y*width*aspect
		x, y = x+either(r)*l.keystone*width*0.7, y+either(r)*l.keystone*width*0.7
		out[i] = point{centre.x + cos*x - sin*y, centre.y + sin*x + cos*y}
	}
	return out
}

// either is a number between -1 and 1.
func either(r *rand.Rand) float64 { return 2*r.Float64() - 1 }

// light lets the light fall off across the frame, throws a shadow and sets a weak reflection.
func (l lens) light(img *image.RGBA, r *rand.Rand) {
	box := img.Bounds()
	size := float64(max(box.Dx(), box.Dy()))
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	edge, soft := 0.25*either(r), 0.05+0.1*r.Float64()
	sinS, cosS := math.Sincos(2 * math.Pi * r.Float64())
	gx, gy, gr := 0.3+0.4*r.Float64(), 0.2+0.35*r.Float64(), 0.05+0.05*r.Float64()
	warm := 0.05 * either(r) * min(l.uneven*5, 1)
	eachPixel(img, func(x, y int, c rgb) rgb {
		u, v := float64(x)/size, float64(y)/size
		du, dv := u-0.5, v-0.4
		gain := 1 - l.uneven*(0.3+cos*du+sin*dv)
		gain *= 1 - l.shadow*smooth(edge-soft, edge+soft, cosS*du+sinS*dv)
		c = rgb{c[0] * gain * (1 + warm), c[1] * gain, c[2] * gain * (1 - warm)}
		return mix(c, rgb{1, 1, 1}, l.glare*bump(u-gx, v-gy, gr, 0.7*gr))
	})
}

// focus blurs as the level or the flaw wants.
func (o Order) focus(img *image.RGBA, l lens, r *rand.Rand) *image.RGBA {
	sigma := l.blur[0] + (l.blur[1]-l.blur[0])*r.Float64()
	angle, length := 2*math.Pi*r.Float64(), l.motion*r.Float64()
	if o.has(Blurred) {
		sigma = float64(img.Bounds().Dx()) / 170
	}
	if length > 1 {
		smear(img, angle, length)
	}
	if sigma > 0 {
		return blur(img, sigma)
	}
	return img
}
