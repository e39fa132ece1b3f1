package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// head is the look of a person who does not exist: bones, skin and hair. Lengths are in units of half a head,
// chin at y = 1 and crown at y = -1, the nose on x = 0.
type head struct {
	width, jaw, taper          float64 // half width of the skull; how square the jaw is; how long the chin
	eyeGap, eyeSize, eyeY      float64
	noseWidth, noseLength      float64
	mouthWidth, lip, mouthY    float64
	browY, browHeavy, browTilt float64
	hairline, part, length     float64 // length of the hair: 0 cropped, 1 to the ears, 2 to the shoulders
	volume                     float64
	beard                      float64 // 0 none to 1 full
	skin, hair, iris, lips     rgb
	grain                      uint64    // seed of the strands and pores
	profile                    []float64 // half widths of the face from crown to chin
}

// newHead draws the person of a seed. Sex "F" or "M" leans towards long hair or beards; the bones come from the seed.
func newHead(seed uint64, sex string) head {
	r := rand.New(rand.NewPCG(seed, 0x68656164))
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	h := head{
		width: between(0.64, 0.72), jaw: between(2.2, 2.9), taper: between(1.45, 1.75),
		eyeGap: between(0.265, 0.315), eyeSize: between(0.118, 0.14), eyeY: between(-0.04, 0.03),
		noseWidth: between(0.085, 0.12), noseLength: between(0.33, 0.42),
		mouthWidth: between(0.21, 0.28), lip: between(0.045, 0.075), mouthY: between(0.59, 0.64),
		browY: between(0.17, 0.22), browHeavy: between(0.024, 0.036), browTilt: between(-0.05, 0.05),
		hairline: between(-0.68, -0.56), part: between(-0.4, 0.4), length: between(0, 0.8), volume: between(1.02, 1.06),
		skin: pick(r, skins()), hair: pick(r, hairs()), iris: pick(r, irises()),
		grain: r.Uint64(),
	}
	h.lips = mix(h.skin, rgb{0.66, 0.24, 0.26}, between(0.38, 0.6))
	if h.skin[0] < 0.6 {
		h.hair = pick(r, hairs()[:2])
	}
	beard, long := between(-1.2, 0.9), between(1, 2.2)
	switch sex {
	case "F":
		h.length, h.volume = long, h.volume+0.04
		h.browHeavy *= 0.7
		h.lip *= 1.15
		h.jaw -= 0.25
	case "M":
		h.beard = max(0, beard)
		h.jaw += 0.3
	}
	h.tabulate()
	return h
}

// skins run from light to dark; the last two go with the first two hairs only.
func skins() []rgb {
	return []rgb{
		{0.93, 0.76, 0.66}, {0.88, 0.69, 0.57}, {0.82, 0.62, 0.48}, {0.71, 0.51, 0.38}, {0.55, 0.38, 0.28}, {0.45, 0.30, 0.22},
	}
}

func hairs() []rgb {
	return []rgb{
		{0.10, 0.08, 0.07}, {0.20, 0.13, 0.09}, {0.33, 0.21, 0.12}, {0.50, 0.34, 0.19}, {0.70, 0.55, 0.33}, {0.45, 0.20, 0.10},
	}
}

func irises() []rgb {
	return []rgb{{0.30, 0.18, 0.10}, {0.42, 0.28, 0.14}, {0.27, 0.34, 0.24}, {0.28, 0.38, 0.48}}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// sitting is how and where a head is photographed.
type sitting struct {
	yaw, roll float64 // the head's turn, radians; small
	light     [3]float64
	ambient   float64
	cloth     rgb
	centre    point   // of the head, in fractions of the picture
	size      float64 // head height as a fraction of the picture's height
}

// photograph paints the heads one after another, the first one over the background; no head paints the room alone.
func photograph(width, height int, room func(u, v float64) rgb, people ...portrayed) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, room((float64(x)+0.5)/float64(width), (float64(y)+0.5)/float64(height)).colour())
		}
	}
	for _, p := range people {
		p.paint(img)
	}
	return img
}

// portrayed is one head in its sitting.
type portrayed struct {
	head
	sitting
}

// paint lays the head over the picture.
func (p portrayed) paint(img *image.RGBA) {
	box := img.Bounds()
	unit := float64(box.Dy()) * p.size / 2
	cx, cy := p.centre.x*float64(box.Dx()), p.centre.y*float64(box.Dy())
	sin, cos := math.Sincos(p.roll)
	ink := newInk(p, unit)
	for y := range box.Dy() {
		for x := range box.Dx() {
			u, v := (float64(x)+0.5-cx)/unit, (float64(y)+0.5-cy)/unit
			below := img.RGBAAt(x, y)
			under := rgb{float64(below.R) / 255, float64(below.G) / 255, float64(below.B) / 255}
			img.SetRGBA(x, y, ink.at(cos*u+sin*v, cos*v-sin*u, under).colour())
		}
	}
}
