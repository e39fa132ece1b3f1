package specimen

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// point is a place on a canvas in millimetres from its upper left corner.
type point struct{ x, y float64 }

// canvas is a sheet that is drawn on in millimetres. The first error stays in err and is asked for once, at the end.
type canvas struct {
	img   *image.RGBA
	scale float64 // pixels per millimetre
	types *typeset
	err   error
}

// newCanvas makes a white sheet of width × height millimetres, pixels wide.
func newCanvas(width, height float64, pixels int) *canvas {
	scale := float64(pixels) / width
	img := image.NewRGBA(image.Rect(0, 0, pixels, int(math.Round(height*scale))))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	return &canvas{img: img, scale: scale, types: newTypeset()}
}

// rect fills an upright rectangle.
func (c *canvas) rect(x, y, w, h float64, col color.Color) {
	c.fill(col, []point{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}})
}

// ellipse fills an upright ellipse.
func (c *canvas) ellipse(cx, cy, rx, ry float64, col color.Color) {
	const corners = 72
	ring := make([]point, corners)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		ring[i] = point{cx + rx*cos, cy + ry*sin}
	}
	c.fill(col, ring)
}

// fill fills closed outlines, all with the same colour. Outlines that turn the same way may overlap.
func (c *canvas) fill(col color.Color, outlines ...[]point) {
	box := c.bounds(outlines)
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	at := func(p point) (float32, float32) {
		return float32(p.x*c.scale - float64(box.Min.X)), float32(p.y*c.scale - float64(box.Min.Y))
	}
	for _, outline := range outlines {
		for i, p := range outline {
			if x, y := at(p); i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	r.Draw(c.img, box, image.NewUniform(col), image.Point{})
}

// bounds is the part of the canvas, in pixels, that the outlines touch.
func (c *canvas) bounds(outlines [][]point) image.Rectangle {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, outline := range outlines {
		for _, p := range outline {
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	if low.x > high.x {
		return image.Rectangle{}
	}
	return image.Rect(
		int(math.Floor(low.x*c.scale)), int(math.Floor(low.y*c.scale)),
		int(math.Ceil(high.x*c.scale)), int(math.Ceil(high.y*c.scale)),
	).Intersect(c.img.Bounds())
}

// stroke draws lines of one width in millimetres and one colour.
func (c *canvas) stroke(col color.Color, width float64, lines ...[]point) {
	outlines := make([][]point, 0, len(lines))
	for _, line := range lines {
		outlines = append(outlines, thick(line, width/2))
	}
	c.fill(col, outlines...)
}

// thick is the outline of a line with half a width on each side.
func thick(line []point, half float64) []point {
	outline := make([]point, 2*len(line))
	for i, p := range line {
		before, after := line[max(i-1, 0)], line[min(i+1, len(line)-1)]
		dx, dy := after.x-before.x, after.y-before.y
		length := max(math.Hypot(dx, dy), 1e-9)
		nx, ny := -dy/length*half, dx/length*half
		outline[i] = point{p.x + nx, p.y + ny}
		outline[len(outline)-1-i] = point{p.x - nx, p.y - ny}
	}
	return outline
}

// text writes s with its baseline at y, size in millimetres per em, and gives the x where it ends.
func (c *canvas) text(st style, size, x, y float64, s string, col color.Color) float64 {
	face, err := c.types.face(sized{st, size * c.scale})
	if err != nil {
		c.err = err
		return x
	}
	pen := font.Drawer{Dst: c.img, Src: image.NewUniform(col), Face: face, Dot: c.dot(x, y)}
	pen.DrawString(s)
	return float64(pen.Dot.X) / 64 / c.scale
}

// textWithin writes s like text, smaller if it would be wider than width.
func (c *canvas) textWithin(st style, size, x, y, width float64, s string, col color.Color) {
	if w := c.measure(st, size, s); w > width {
		size *= width / w
	}
	c.text(st, size, x, y, s, col)
}

// measure is the width of s in millimetres.
func (c *canvas) measure(st style, size float64, s string) float64 {
	face, err := c.types.face(sized{st, size * c.scale})
	if err != nil {
		c.err = err
		return 0
	}
	return float64(font.MeasureString(face, s)) / 64 / c.scale
}

// slanted writes s centred on a place and turned by an angle in radians, as a stamp.
func (c *canvas) slanted(st style, size float64, centre point, angle float64, s string, col color.Color) {
	width := c.measure(st, size, s)
	stamp := &canvas{scale: c.scale, types: c.types}
	stamp.img = image.NewRGBA(image.Rect(0, 0, int(width*c.scale)+2, int(1.4*size*c.scale)))
	stamp.text(st, size, 0, size, s, col)
	sin, cos := math.Sincos(angle)
	ox, oy := width*c.scale/2, 0.65*size*c.scale
	turn := f64.Aff3{
		cos, -sin, centre.x*c.scale - cos*ox + sin*oy,
		sin, cos, centre.y*c.scale - sin*ox - cos*oy,
	}
	draw.BiLinear.Transform(c.img, turn, stamp.img, stamp.img.Bounds(), draw.Over, nil)
}

// place scales img into the rectangle, at an opacity between 0 and 1.
func (c *canvas) place(img image.Image, x, y, w, h, opacity float64) {
	box := image.Rect(c.px(x), c.px(y), c.px(x+w), c.px(y+h))
	mask := image.NewUniform(color.Alpha{A: uint8(math.Round(opacity * 255))})
	draw.ApproxBiLinear.Scale(c.img, box, img, img.Bounds(), draw.Over, &draw.Options{SrcMask: mask})
}

func (c *canvas) px(mm float64) int { return int(math.Round(mm * c.scale)) }

func (c *canvas) dot(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(x * c.scale * 64), Y: fixed.Int26_6(y * c.scale * 64)}
}
