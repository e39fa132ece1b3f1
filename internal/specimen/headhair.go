package specimen

import "math"

// hairCover is the hair in front: all of the skull but the opening for the face.
func (k *ink) hairCover(x, y float64) float64 {
	if y > 1.6 || math.Abs(x) > 1.1 {
		return 0
	}
	ragged := 0.02 * (noise(k.grain+6, 24*x, 24*y) - 0.5)
	return k.edge(k.skullInside(x, y)+ragged) * smooth(-0.03, 0.03, k.opening(x, y)+ragged)
}

// skullInside is the signed distance inside the outer edge of the hair, sides included.
func (k *ink) skullInside(x, y float64) float64 {
	bottom := 0.02 + 0.32*min(k.length, 1) // sideburns, or over the ears
	if k.length > 1 {
		bottom = 0.35 + 0.8*(k.length-1)
	}
	wide := (k.width + 0.015 + 0.05*min(k.length, 1.4)) * k.volume
	if y > 0 {
		return min(wide-math.Abs(x), bottom-y+0.05*noise(k.grain+11, 30*x, 0))
	}
	t := y / (1.02 * k.volume)
	if t < -1 {
		return -1
	}
	return wide*math.Pow(1-math.Pow(-t, 2.4), 1/2.3) - math.Abs(x)
}

// opening is positive where hair lies over the face: above the hairline and beside the temples.
func (k *ink) opening(x, y float64) float64 {
	side := math.Abs(x)
	line := k.hairline + 0.45*math.Pow(side/k.width, 2.5) + 0.12*k.part*x/k.width - 0.05*bump(x-k.part, 0, 0.12, 1)
	temple := 0.945*k.width - 0.06*min(k.length, 1.2)*smooth(-0.3, 0.3, y) // long hair comes in over the cheeks
	if k.length < 0.5 {
		temple = 0.93*k.width + 0.07*smooth(-0.15, 0.05, y)
	}
	return max(line-y, side-temple-0.25*max(0, y-0.4))
}

// hairAt is the colour of a strand: combed away from the parting, lit like the skull.
func (k *ink) hairAt(x, y float64) rgb {
	angle := math.Atan2(x-0.3*k.part, 1.25-(min(y, 0)+1)*0.6)
	radius := math.Hypot(x, y+0.1)
	flow := 55*angle + max(0, y)*math.Sin(5*y+4*k.part)
	strand := 0.6*noise(k.grain+7, flow, 2.2*radius) + 0.4*noise(k.grain+8, 2.7*flow, 4*radius)
	c := k.hair.times(0.55 + 0.9*strand)
	slope := min(math.Abs(x)/(k.width+0.15), 0.92)
	dx := math.Copysign(slope/math.Sqrt(1-slope*slope), x) * -0.8
	dy := min(0.9, 0.9*max(0, -0.1-y))
	sheen := 0.20 * bump(0, y+0.72-0.25*x*x+0.08*strand, 1, 0.11) * smooth(0.7, 0.1, math.Abs(x+0.15))
	return mix(k.lit(c, dx, dy), rgb{1, 0.97, 0.92}, sheen*strand)
}

// underHair darkens the skin next to the hair that hangs over it.
func (k *ink) underHair(c rgb, x, y float64) rgb {
	return c.times(1 - 0.3*smooth(-0.14, 0, k.opening(x, y))*smooth(0.3, -0.2, y-0.3*k.length))
}

// mane is long hair behind neck and shoulders.
func (k *ink) mane(x, y float64) rgb { return k.hairAt(x, y).times(0.62) }

func (k *ink) maneCover(x, y float64) float64 {
	if k.length <= 1 || y < 0 {
		return 0
	}
	bottom := 0.55 + 0.75*(k.length-1)
	wide := k.width + 0.08 + 0.04*math.Sin(3*y) - 0.12*smooth(bottom-0.4, bottom, y)
	return k.edge(min(wide-math.Abs(x), bottom-y+0.08*noise(k.grain+12, 22*x, 0)))
}

// neck is a column with the shadow of the chin on it.
func (k *ink) neck(x, y float64) rgb {
	half := k.neckHalf(y)
	slope := min(math.Abs(x)/half, 0.95)
	c := k.lit(k.skin.times(0.96), math.Copysign(slope/math.Sqrt(1-slope*slope), x)*-0.9, 0.1)
	shadow := smooth(1.32, 0.9, y-0.1*x*x-0.12*k.light[0]*x)
	tendon := 0.12 * bump(math.Abs(x)-0.16-0.1*(1.4-y), 0, 0.04, 1) * smooth(1.1, 1.3, y)
	return c.times(1 - 0.5*shadow - tendon)
}

func (k *ink) neckCover(x, y float64) float64 {
	if y < 0.4 || y > 1.6 {
		return 0
	}
	return k.edge(k.neckHalf(y) - math.Abs(x))
}

func (k *ink) neckHalf(y float64) float64 {
	spread := max(0, y-1.12)
	return k.width*0.62 + 0.02*(k.jaw-2.3) + 0.6*spread*math.Sqrt(spread)
}

// clothes are a round-necked jumper over sloping shoulders.
func (k *ink) clothes(x, y float64) rgb {
	fold := noise(k.grain+9, 2.5*x, 1.3*y) - 0.5
	c := k.cloth.times(0.93 + 0.1*noise(k.grain+10, 70*x, 70*y) + 0.16*fold)
	collar := smooth(0.1, 0.08, k.clothesInside(x, y)) * smooth(0.6, 0.57, math.Abs(x))
	return k.lit(mix(c, c.times(0.78), collar), -0.28*x, -0.25)
}

func (k *ink) clothesCover(x, y float64) float64 {
	if y < 1 {
		return 0
	}
	return k.edge(k.clothesInside(x, y))
}

// clothesInside is the signed distance below the shoulder line and the collar.
func (k *ink) clothesInside(x, y float64) float64 {
	side := math.Abs(x)
	far := max(0, side-1.15)
	shoulder := 1.26 + 0.2*max(0, side-0.45) + 0.55*far*far
	collar := 0.0
	if across := side / 0.56; across < 1 {
		collar = 1.2 + 0.24*math.Sqrt(1-across*across)
	}
	return y - max(shoulder-0.06, collar)
}

// ear is a shell beside the head at the height of the nose.
func (k *ink) ear(x, y float64) rgb {
	rim := math.Hypot((math.Abs(x)-k.earX())/0.085, (y-0.14)/0.22)
	c := k.lit(mix(k.skin, rgb{0.7, 0.3, 0.25}, 0.12), math.Copysign(0.5, x), 0)
	return c.times(0.95 - 0.3*bump(rim-0.45, 0, 0.25, 1))
}

func (k *ink) earX() float64 { return k.outline(0.1) + 0.015 }

func (k *ink) earCover(x, y float64) float64 {
	if math.Abs(y-0.14) > 0.25 || math.Abs(x) < 0.4 || math.Abs(x) > 1 {
		return 0
	}
	lobe := 0.085 - 0.03*smooth(0.1, 0.35, y)
	return k.edge(lobe * (1 - math.Hypot((math.Abs(x)-k.earX())/lobe, (y-0.14)/0.22)))
}
