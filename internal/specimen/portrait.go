package specimen

import (
	"image"
)

// person is the holder's head, by the seed.
func (o Order) person() head { return newHead(o.Seed, o.Holder.Sex) }

// clothing is what the holder wears on the picture of a purpose.
func (o Order) clothing(purpose string) rgb {
	wardrobe := []rgb{{0.16, 0.20, 0.30}, {0.30, 0.32, 0.34}, {0.35, 0.14, 0.17}, {0.15, 0.29, 0.25}, {0.45, 0.42, 0.37}}
	return wardrobe[o.rand("clothing "+purpose).IntN(len(wardrobe))]
}

// portrait is the photograph on a document: straight, evenly lit, before a light wall (ISO/IEC 19794-5).
func (o Order) portrait(width, height int) *image.RGBA {
	wall := func(_, v float64) rgb { return rgb{0.83, 0.86, 0.89}.times(1.04 - 0.08*v) }
	return photograph(width, height, wall, portrayed{o.person(), sitting{
		light: [3]float64{-0.25, -0.4, 0.9}, ambient: 0.45, cloth: o.clothing("portrait"),
		centre: point{0.5, 0.46}, size: 0.68,
	}})
}

// selfie is the holder at arm's length in a room.
func (o Order) selfie() *image.RGBA {
	const width, height = 900, 1200
	r := o.rand("selfie")
	turn := func(span float64) float64 { return span * (2*r.Float64() - 1) }
	s := sitting{
		yaw: turn(0.09), roll: turn(0.05), light: [3]float64{turn(0.6), -0.35, 0.8}, ambient: 0.42,
		cloth: o.clothing("selfie"), centre: point{0.5 + turn(0.03), 0.45 + turn(0.02)}, size: 0.52,
	}
	return photograph(width, height, o.room(), portrayed{o.person(), s})
}

// room is a wall out of focus with a window, a picture and a shelf.
func (o Order) room() func(u, v float64) rgb {
	r := o.rand("room")
	walls := []rgb{{0.78, 0.75, 0.69}, {0.66, 0.72, 0.74}, {0.74, 0.69, 0.66}, {0.62, 0.66, 0.60}}
	wall, window, shelf := walls[r.IntN(len(walls))], 0.72+0.1*r.Float64(), 0.55+0.15*r.Float64()
	seed := r.Uint64()
	return func(u, v float64) rgb {
		c := wall.times(1.02 - 0.22*v + 0.05*noise(seed, 3*u, 3*v))
		pane := smooth(-0.03, 0.03, u-window) * smooth(0.5, 0.44, v)
		frame := smooth(0.012, 0.03, bar(u, window+0.12)) * smooth(0.012, 0.03, bar(v, 0.22))
		c = mix(c, mix(rgb{0.5, 0.48, 0.45}, rgb{0.93, 0.96, 0.98}, frame), pane)
		books := rgb{0.35 + 0.4*knot(seed, int64(u*42), 0), 0.3 + 0.3*knot(seed, int64(u*42), 1), 0.3 + 0.3*knot(seed, int64(u*42), 2)}
		return mix(c, mix(rgb{0.36, 0.27, 0.2}, books, smooth(0.02, 0, v-shelf-0.16)), smooth(0.3, 0.27, u)*smooth(-0.02, 0.02, v-shelf)*smooth(0.22, 0.19, v-shelf))
	}
}

// bar is the distance to the middle of a bar.
func bar(x, middle float64) float64 { return max(x-middle, middle-x) }
