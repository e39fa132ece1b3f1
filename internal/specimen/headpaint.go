package specimen

import "math"

// ink paints one head, place by place.
type ink struct {
	portrayed
	pixel  float64 // size of one picture element in head units: the width of soft edges
	layers []layer // from the back to the front
}

// layer is a part of a head: what it covers, from 0 to 1, and its colour there.
type layer struct {
	cover  func(x, y float64) float64
	colour func(x, y float64) rgb
}

func newInk(p portrayed, unit float64) *ink {
	length := math.Sqrt(p.light[0]*p.light[0] + p.light[1]*p.light[1] + p.light[2]*p.light[2])
	for i := range p.light {
		p.light[i] /= length
	}
	k := &ink{portrayed: p, pixel: 1 / unit}
	k.layers = []layer{
		{k.maneCover, k.mane},
		{k.neckCover, k.neck},
		{k.clothesCover, k.clothes},
		{k.earCover, k.ear},
		{k.faceCover, k.face},
		{k.hairCover, k.hairAt},
	}
	return k
}

// at gives the colour of the picture at a place, over what lies under the head.
func (k *ink) at(x, y float64, under rgb) rgb {
	if y < -1.25 {
		return under
	}
	c := under
	for _, l := range k.layers {
		if cover := l.cover(x, y); cover > 0 {
			c = mix(c, l.colour(x, y), cover)
		}
	}
	return c
}

func (k *ink) faceCover(x, y float64) float64 { return k.edge(k.outline(y) - math.Abs(x)) }

// edge turns a signed distance inside a shape into coverage.
func (k *ink) edge(inside float64) float64 {
	return smooth(-1.2*k.pixel, 1.2*k.pixel, inside)
}

// lit shades a colour by a slope of the surface; shadows keep a warm tinge.
func (k *ink) lit(c rgb, dx, dy float64) rgb {
	n := 1 / math.Sqrt(dx*dx+dy*dy+1)
	facing := (-dx*k.light[0] - dy*k.light[1] + k.light[2]) * n
	shade := k.ambient + (1.12-k.ambient)*max(0, (facing+0.15)/1.15)
	warm := min(max(1-shade, 0), 1)
	return rgb{c[0] * (shade + 0.06*warm), c[1] * shade, c[2] * (shade - 0.02*warm)}
}

// face is skin with its features, turned by the yaw: what stands out moves further.
func (k *ink) face(x, y float64) rgb {
	rim := 0.98 * max(k.outline(y), 0)
	fx := min(max(x-k.yaw*(k.depth(x, y)-0.25), -rim), rim)
	const step = 0.012
	z := k.relief(fx, y)
	dx, dy := (k.relief(fx+step, y)-z)/step, (k.relief(fx, y+step)-z)/step
	c := k.lit(k.complexion(fx, y), 0.9*dx, 0.9*dy)
	c = k.mouth(c, fx, y)
	c = k.nostrils(c, fx, y)
	c = k.eye(c, fx, y, -1)
	c = k.eye(c, fx, y, 1)
	c = k.brow(c, fx, y)
	return k.underHair(c, x, y)
}

// complexion is the skin's own colour: flushed cheeks and nose, pores, shadows round the eyes, beard.
func (k *ink) complexion(x, y float64) rgb {
	side := math.Abs(x)
	c := k.skin.times(0.975 + 0.05*noise(k.grain, 60*x, 60*y))
	c = c.times(0.97 + 0.06*noise(k.grain+1, 9*x, 9*y))
	flush := 0.35*bump(side-0.4, y-0.32, 0.2, 0.17) + 0.3*bump(x, y-k.noseLength, 0.12, 0.1)
	c = mix(c, rgb{c[0], c[1] * 0.84, c[2] * 0.82}, flush)
	c = mix(c, c.times(0.8), 0.6*bump(side-k.eyeGap, y-k.eyeY-0.05, 0.17, 0.11))
	if k.beard > 0 {
		c = mix(c, k.hair.times(0.8+0.5*noise(k.grain+2, 90*x, 30*y)), k.beard*k.beardCover(side, y))
	}
	return c
}

// beardCover is where a beard grows: jaw, chin and upper lip, not round the mouth itself.
func (k *ink) beardCover(side, y float64) float64 {
	jaw := smooth(0.30, 0.52, y-0.25*side)
	jaw *= smooth(0.24, 0.36, math.Hypot(side*0.9, 1.25*(y-k.mouthY+0.12)))
	moustache := bump(side-0.09, y-k.mouthY+0.115, 0.15, 0.045)
	chin := bump(side, y-k.mouthY-0.26, 0.2, 0.13)
	return min(1, max(jaw, moustache, chin))
}

// mouth lays the lips and the line between them over the skin.
func (k *ink) mouth(c rgb, x, y float64) rgb {
	side := math.Abs(x) / k.mouthWidth
	if side > 1.15 || math.Abs(y-k.mouthY) > 0.2 {
		return c
	}
	line := k.mouthY - 0.02*side*side + 0.008*math.Cos(side*9)
	full := math.Max(0, 1-side*side)
	bow := 1 - 0.22*bump(side, 0, 0.16, 1)
	upper := line - k.lip*0.85*math.Pow(full, 0.75)*bow
	lower := line + k.lip*1.25*math.Pow(full, 0.6)
	cover := smooth(-0.012, 0.012, y-upper) * smooth(-0.014, 0.014, lower-y) * smooth(1.0, 0.9, side)
	tone := k.lips
	if y < line {
		tone = tone.times(0.86)
	} else {
		tone = mix(tone, rgb{1, 0.9, 0.88}, 0.22*bump(x, y-line-0.6*k.lip, 0.1, 0.4*k.lip))
	}
	shade := (c[0] + c[1] + c[2]) / (k.skin[0] + k.skin[1] + k.skin[2])
	c = mix(c, tone.times(min(1.1, 0.25+0.75*shade)), 0.8*cover)
	return mix(c, k.lips.times(0.3), 0.85*bump(0, y-line, 1, 0.011)*smooth(1.06, 0.95, side))
}

func (k *ink) nostrils(c rgb, x, y float64) rgb {
	side := math.Abs(x)
	dark := 0.75 * bump(side-0.055, y-k.noseLength-0.058, 0.034, 0.016)
	fold := 0.35 * bump(side-k.noseWidth-0.035, y-k.noseLength, 0.016, 0.06)
	under := 0.28 * bump(x, y-k.noseLength-0.085, 0.11, 0.028)
	return mix(c, k.skin.times(0.22), min(0.85, dark+fold+under))
}

// eye paints white, iris, pupil, glint and lids of the eye on one side (-1 or 1).
func (k *ink) eye(c rgb, x, y, side float64) rgb {
	dx, dy := (x-side*k.eyeGap)/k.eyeSize, (y-k.eyeY)/k.eyeSize
	if math.Abs(dx) > 1.6 || math.Abs(dy) > 1.4 {
		return c
	}
	dy += 0.08 * dx * side // the outer corner sits a little higher
	upper := -0.46 * math.Sqrt(max(0, 1-math.Pow(math.Abs(dx), 2.2)))
	lower := 0.34 * math.Sqrt(max(0, 1-dx*dx))
	soft := 1.5 * k.pixel / k.eyeSize
	open := smooth(-soft, soft, dy-upper) * smooth(-soft, soft, lower-dy) * smooth(1, 0.97, math.Abs(dx))
	ball := rgb{0.92, 0.9, 0.88}.times(1 - 0.4*dx*dx)
	ball = k.irisAt(ball, dx, dy).times(0.62 + 0.38*smooth(0, 0.3, dy-upper))
	c = mix(c, ball, open)
	lash := 0.9*bump(0, dy-upper+0.02, 1, 0.075)*smooth(1.12, 0.9, math.Abs(dx)) + 0.3*bump(0, dy-lower, 1, 0.06)*smooth(1.02, 0.8, math.Abs(dx))
	c = mix(c, mix(k.hair, rgb{}, 0.6), min(0.92, lash))
	crease := -0.72 * math.Sqrt(max(0, 1-dx*dx/1.4))
	return mix(c, k.skin.times(0.5), 0.45*bump(0, dy-crease, 1, 0.07)*smooth(1.1, 0.7, math.Abs(dx)))
}

// irisAt lays iris, pupil and glint over the white, in units of half an eye's width.
func (k *ink) irisAt(ball rgb, dx, dy float64) rgb {
	r := math.Hypot(dx, dy+0.04)
	soft := 1.5 * k.pixel / k.eyeSize
	iris := k.iris.times(0.7 + 0.8*smooth(0.1, 0.36, r)*noise(k.grain+4, 12*math.Atan2(dy, dx), 3*r))
	iris = mix(iris, k.iris.times(0.3), smooth(0.33, 0.43, r))
	ball = mix(ball, iris, smooth(0.43+soft, 0.43-soft, r))
	ball = mix(ball, rgb{0.03, 0.03, 0.03}, smooth(0.19+soft, 0.19-soft, r))
	return mix(ball, rgb{1, 1, 1}, 0.9*bump(dx+0.13, dy+0.17, 0.1, 0.1))
}

// brow strokes the brow on both sides, thinning outwards.
func (k *ink) brow(c rgb, x, y float64) rgb {
	side := math.Abs(x)
	along := (side - k.eyeGap + 0.19) / 0.4
	if along < -0.1 || along > 1.1 {
		return c
	}
	arch := k.eyeY - k.browY - 0.05*math.Sin(math.Pi*min(1, max(0, along*0.85+0.05))) - k.browTilt*(along-0.4) + 0.02
	thick := k.browHeavy * (1.25 - 0.75*along)
	hairs := 0.55 + 0.45*noise(k.grain+5, 150*(side+0.6*(y-arch)), 14*y)
	return mix(c, k.hair.times(0.75), 0.92*hairs*bump(0, y-arch, 1, thick)*smooth(-0.06, 0.05, along)*smooth(1.05, 0.75, along))
}
