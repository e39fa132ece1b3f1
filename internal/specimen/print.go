package specimen

import (
	"image/color"
	"math"
	"strings"
	"time"
)

// The inks of the print. Functions rather than variables, so that nothing can change them.
func black() color.Color { return color.RGBA{R: 24, G: 24, B: 30, A: 255} }
func grey() color.Color  { return color.RGBA{R: 92, G: 96, B: 108, A: 255} }
func shade(c rgb, a float64) color.Color {
	return color.NRGBA{R: level(c[0]), G: level(c[1]), B: level(c[2]), A: level(a)}
}

// tint colours the whole sheet, running from one colour on the left to another on the right.
func (c *canvas) tint(left, right rgb) {
	box := c.img.Bounds()
	for x := range box.Dx() {
		col := mix(left, right, float64(x)/float64(box.Dx())).colour()
		for y := range box.Dy() {
			c.img.SetRGBA(x, y, col)
		}
	}
}

// waves covers a band of the sheet with a guilloche: thin lines that swing against each other.
func (c *canvas) waves(col rgb, phase, top, bottom float64) {
	width := float64(c.img.Bounds().Dx()) / c.scale
	var lines [][]point
	for y := top; y < bottom; y += 1.7 {
		line := make([]point, 0, 128)
		for x := -1.0; x <= width+1; x += 1 {
			swing := 2.6*math.Sin(0.11*x+phase+0.12*y) + 1.1*math.Sin(0.31*x-0.07*y+2*phase)
			line = append(line, point{x, y + swing})
		}
		lines = append(lines, line)
	}
	c.stroke(shade(col, 0.55), 0.13, lines...)
}

// rosette draws a ring of intertwined loops, as engraved on banknotes.
func (c *canvas) rosette(centre point, radius float64, petals int, col rgb) {
	var lines [][]point
	for ring := range 5 {
		line := make([]point, 0, 401)
		for i := range 401 {
			angle := 2 * math.Pi * float64(i) / 400
			r := radius * (0.62 + 0.38*math.Sin(float64(petals)*angle+float64(ring)*0.55))
			sin, cos := math.Sincos(angle)
			line = append(line, point{centre.x + r*cos, centre.y + r*sin})
		}
		lines = append(lines, line)
	}
	c.stroke(shade(col, 0.6), 0.12, lines...)
}

// star fills a star with five points.
func (c *canvas) star(centre point, radius float64, col color.Color) {
	ring := make([]point, 10)
	for i := range ring {
		r := radius
		if i%2 == 1 {
			r *= 0.4
		}
		sin, cos := math.Sincos(math.Pi * float64(i) / 5)
		ring[i] = point{centre.x + r*sin, centre.y - r*cos}
	}
	c.fill(col, ring)
}

// emblem is Utopia's: a star over waves in a ring.
func (c *canvas) emblem(centre point, radius float64, col color.Color) {
	c.ellipse(centre.x, centre.y, radius, radius, col)
	c.ellipse(centre.x, centre.y, 0.88*radius, 0.88*radius, color.White)
	c.star(point{centre.x, centre.y - 0.15*radius}, 0.55*radius, col)
	for i := range 2 {
		line := make([]point, 0, 21)
		for j := range 21 {
			x := (float64(j)/10 - 1) * 0.6 * radius
			y := (0.45+0.2*float64(i))*radius + 0.06*radius*math.Sin(float64(j)*0.9)
			line = append(line, point{centre.x + x*(1-0.3*float64(i)), centre.y + y})
		}
		c.stroke(col, 0.08*radius, line)
	}
}

// entry prints a small label with its value under it, within a width.
func (c *canvas) entry(x, y, width, size float64, label, value string) {
	c.textWithin(regular, 0.62*size, x, y, width, label, grey())
	c.textWithin(bold, size, x, y+1.1*size, width, value, black())
}

// signature scribbles what a hand might make of the seed.
func (c *canvas) signature(o Order, x, y, width float64) {
	r := o.rand("signature")
	a, b, d := 2+3*r.Float64(), 5+4*r.Float64(), 6.28*r.Float64()
	line := make([]point, 0, 161)
	for i := range 161 {
		t := float64(i) / 160
		swing := (math.Sin(a*7*t+d) + 0.6*math.Sin(b*9*t)) * (1.1 - 0.7*t)
		line = append(line, point{x + width*(t+0.035*math.Sin(b*8*t+d)), y - width*0.09*swing})
	}
	c.stroke(color.RGBA{R: 20, G: 28, B: 90, A: 235}, 0.28, line)
}

// zone prints lines of a machine readable zone in OCR-B of size 1: 2.54 mm a character (ICAO Doc 9303-3, section 4.4).
func (c *canvas) zone(x, baseline, spacing float64, lines []string) {
	const pitch, advance = 2.54, 0.723 // millimetres; the font's advance in em
	for i, line := range lines {
		for j := range len(line) {
			c.text(machine, pitch/advance, x+float64(j)*pitch, baseline+float64(i)*spacing, line[j:j+1], color.Black)
		}
	}
}

// stamp prints SPECIMEN across a place, faint enough to read through.
func (c *canvas) stamp(centre point, size float64) {
	c.slanted(bold, size, centre, -0.32, "SPECIMEN", shade(rgb{0.75, 0.1, 0.12}, 0.22))
}

// printed writes a date as documents for travel do: 12 AUG 1990.
func printed(t time.Time) string { return strings.ToUpper(t.Format("02 Jan 2006")) }

// licenceDate writes a date as licences do: 12.08.1990.
func licenceDate(t time.Time) string { return t.Format("02.01.2006") }

// slashed writes a date as in the United States: 08/12/1990.
func slashed(t time.Time) string { return t.Format("01/02/2006") }
