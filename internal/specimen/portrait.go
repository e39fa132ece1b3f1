package specimen

import (
	"image"
	"math"
)

// people are the heads on a photograph: the holder's by the seed, unless a flaw wants it otherwise.
func (o Order) people() []head {
	holder := newHead(o.Seed, o.Holder.Sex)
	switch {
	case o.has(NoFace):
		return nil
	case o.has(TwoFaces):
		return []head{holder, o.stranger(holder, "M")}
	case o.has(OtherPerson):
		return []head{o.stranger(holder, o.Holder.Sex)}
	default:
		return []head{holder}
	}
}

// stranger is somebody whom nobody would take for the holder.
func (o Order) stranger(holder head, sex string) head {
	r := o.rand("stranger")
	for {
		h := newHead(r.Uint64(), sex)
		if h.skin != holder.skin && h.hair != holder.hair && math.Abs(h.width-holder.width) > 0.02 {
			return h
		}
	}
}

// seat gives each of the people a place: one in the middle, two side by side and smaller.
func (o Order) seat(s sitting) []portrayed {
	heads := o.people()
	seated := make([]portrayed, len(heads))
	for i, h := range heads {
		seated[i] = portrayed{h, s}
		if len(heads) == 2 {
			seated[i].size *= 0.66
			seated[i].centre = point{s.centre.x - 0.23 + 0.46*float64(i), s.centre.y + 0.1 - 0.03*float64(i)}
			seated[i].cloth = s.cloth.times(1 + 0.4*float64(i))
		}
	}
	return seated
}

// clothing is what the holder wears on the picture of a purpose.
func (o Order) clothing(purpose string) rgb {
	wardrobe := []rgb{{0.16, 0.20, 0.30}, {0.30, 0.32, 0.34}, {0.35, 0.14, 0.17}, {0.15, 0.29, 0.25}, {0.45, 0.42, 0.37}}
	return pick(o.rand("clothing "+purpose), wardrobe)
}

// portrait is the photograph on a document: straight, evenly lit, before a light wall (ISO/IEC 19794-5).
func (o Order) portrait(width, height int) *image.RGBA {
	wall := func(_, v float64) rgb { return rgb{0.83, 0.86, 0.89}.times(1.04 - 0.08*v) }
	return photograph(width, height, wall, o.seat(sitting{
		light: [3]float64{-0.25, -0.4, 0.9}, ambient: 0.45, cloth: o.clothing("portrait"),
		centre: point{0.5, 0.46}, size: 0.68,
	})...)
}

// selfie is the holder at arm's length in a room.
func (o Order) selfie() (*image.RGBA, error) {
	const width, height = 900, 1200
	r := o.rand("selfie")
	turn := func(span float64) float64 { return span * (2*r.Float64() - 1) }
	tilt := [4]float64{0.05, 0.06, 0.1, 0.13}[o.Level]
	s := sitting{
		yaw: turn(0.09), roll: turn(tilt), light: [3]float64{turn(0.6), -0.35, 0.8}, ambient: 0.42,
		cloth: o.clothing("selfie"), centre: point{0.5 + turn(0.03), 0.45 + turn(0.02)}, size: 0.52,
	}
	if o.has(CutOff) {
		s.centre.x = 0.02
	}
	return photograph(width, height, o.room(), o.seat(s)...), nil
}

// room is a wall out of focus with a window, a picture and a shelf.
func (o Order) room() func(u, v float64) rgb {
	r := o.rand("room")
	walls := []rgb{{0.78, 0.75, 0.69}, {0.66, 0.72, 0.74}, {0.74, 0.69, 0.66}, {0.62, 0.66, 0.60}}
	wall, window, shelf := pick(r, walls), 0.72+0.1*r.Float64(), 0.55+0.15*r.Float64()
	seed := r.Uint64()
	return func(u, v float64) rgb {
		c := wall.times(1.02 - 0.22*v + 0.05*noise(seed, 3*u, 3*v))
		pane := smooth(-0.03, 0.03, u-window) * smooth(0.5, 0.44, v)
		frame := smooth(0.012, 0.03, bar(u, window+0.12)) * smooth(0.012, 0.03, bar(v, 0.22))
		c = mix(c, mix(rgb{0.5, 0.48, 0.45}, rgb{0.93, 0.96, 0.98}, frame), pane)
		book := int64(u * 42)
		books := rgb{0.35 + 0.4*knot(seed, book, 0), 0.3 + 0.3*knot(seed, book, 1), 0.3 + 0.3*knot(seed, book, 2)}
		board := mix(rgb{0.36, 0.27, 0.2}, books, smooth(0.02, 0, v-shelf-0.16))
		return mix(c, board, smooth(0.3, 0.27, u)*smooth(-0.02, 0.02, v-shelf)*smooth(0.22, 0.19, v-shelf))
	}
}

// bar is the distance to the middle of a bar.
func bar(x, middle float64) float64 { return max(x-middle, middle-x) }
