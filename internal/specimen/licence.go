package specimen

import (
	"image"
	"image/color"
	"math"
	"strings"
)

// Cards have the size of a bank card in millimetres (ID-1 of ISO/IEC 7810); pixels is the width of their pictures.
const (
	cardWidth, cardHeight = 85.6, 53.98
	cardPixels            = 1400
)

// category is a class of vehicles that a holder may drive.
type category struct {
	class  string
	wheels int // of its pictogram
	held   bool
}

// categories are those of EU Directive 2006/126, article 4, in the order of the table on the back.
func categories() []category {
	return []category{
		{"AM", 2, true},
		{"A1", 2, false},
		{"A2", 2, false},
		{"A", 2, false},
		{"B1", 3, false},
		{"B", 4, true},
		{"C1", 4, false},
		{"C", 6, false},
		{"D1", 4, false},
		{"D", 6, false},
		{"BE", 6, false},
		{"C1E", 6, false},
		{"CE", 8, false},
		{"D1E", 6, false},
		{"DE", 8, false},
		{"T", 3, false},
	}
}

// licenceFront draws the numbered fields of EU Directive 2006/126, annex I.
func (o Order) licenceFront() (*image.RGBA, error) {
	c := newCanvas(cardWidth, cardHeight, cardPixels)
	c.licencePaper()
	c.rosette(point{62, 34}, 15, 8, rgb{0.80, 0.55, 0.62})
	o.licenceTitle(c)
	picture := o.portrait(c.px(22), c.px(28))
	c.place(picture, 3.5, 17.5, 22, 28, 1)
	c.place(picture, 69, 36, 11, 14, 0.4)
	o.licenceFields(c)
	c.stamp(point{56, 34}, 9)
	return c.img, c.err
}

// licencePaper is the pink ground of both sides.
func (c *canvas) licencePaper() {
	c.tint(rgb{0.97, 0.87, 0.89}, rgb{0.95, 0.91, 0.93})
	c.waves(rgb{0.90, 0.66, 0.72}, 0.8, -4, cardHeight+4)
	c.waves(rgb{0.72, 0.70, 0.84}, 2.9, -4, cardHeight+4)
}

// licenceTitle prints the blue flag with twelve stars and the state's sign, and the title.
func (o Order) licenceTitle(c *canvas) {
	state := countryOf(o.Country)
	blue, gold := color.RGBA{R: 20, G: 50, B: 140, A: 255}, color.RGBA{R: 250, G: 214, B: 40, A: 255}
	c.rect(3.5, 3, 12.5, 10.5, blue)
	for i := range 12 {
		sin, cos := math.Sincos(math.Pi * float64(i) / 6)
		c.star(point{9.75 + 3.9*sin, 8.25 - 3.9*cos}, 0.75, gold)
	}
	width := c.measure(bold, 3, state.sign)
	c.text(bold, 3, 9.75-width/2, 9.3, state.sign, color.White)
	c.textWithin(bold, 4, 20, 7.2, 44, "DRIVING LICENCE", shade(rgb{0.14, 0.20, 0.42}, 1))
	c.textWithin(regular, 3, 20, 11.6, 44, state.name, black())
	c.text(bold, 2.6, 65.5, 7, "SPECIMEN", shade(rgb{0.75, 0.1, 0.12}, 1))
}

func (o Order) licenceFields(c *canvas) {
	h := o.Holder
	const left, size = 28.5, 2.9
	line := func(x, y, width float64, number, value string) {
		c.text(regular, 2.1, x, y, number, grey())
		c.textWithin(bold, size, x+5, y, width-5, value, black())
	}
	line(left, 18.5, 52, "1.", strings.ToUpper(h.LastName))
	line(left, 22.5, 52, "2.", strings.ToUpper(h.FirstName))
	line(left, 26.5, 52, "3.", licenceDate(h.Birth)+" "+strings.ToUpper(h.BirthPlace))
	line(left, 30.5, 27, "4a.", licenceDate(o.Issued))
	line(left+27, 30.5, 26, "4c.", "SPECIMEN OFFICE")
	line(left, 34.5, 27, "4b.", licenceDate(o.Expiry))
	line(left, 38.5, 38, "5.", o.Number)
	c.text(regular, 2.1, left, 42.5, "7.", grey())
	c.signature(o, left+5, 43, 18)
	line(left, 48.5, 38, "8.", h.Address)
	line(3.5, 51, 60, "9.", heldClasses())
}

// licenceBack draws the table of classes, fields 9 to 12.
//
// A symbol with the licence's data stands under it: a card without a machine readable zone would otherwise be
// blank to a reader without character recognition.
func (o Order) licenceBack() (*image.RGBA, error) {
	_, code, err := o.symbol()
	if err != nil {
		return nil, err
	}
	c := newCanvas(cardWidth, cardHeight, cardPixels)
	c.licencePaper()
	c.rect(4, 2.2, 78, 32.5, shade(rgb{1, 1, 1}, 0.55))
	columns := []float64{4, 13, 24, 43, 62, 82}
	for i, title := range []string{"9.", "", "10.", "11.", "12."} {
		c.text(regular, 1.7, columns[i]+1, 3.9, title, grey())
	}
	const top, row = 4.3, 1.9
	rules := [][]point{{{4, 2.2}, {82, 2.2}}}
	for i, class := range categories() {
		y := top + row*float64(i)
		rules = append(rules, []point{{4, y}, {82, y}})
		c.text(bold, 1.75, 5, y+1.6, class.class, black())
		c.vehicle(point{columns[1] + 5.5, y + row/2}, class.wheels)
		o.classRow(c, class, columns, y+1.6)
	}
	bottom := top + row*16
	rules = append(rules, []point{{4, bottom}, {82, bottom}})
	for _, x := range columns {
		rules = append(rules, []point{{x, 2.2}, {x, bottom}})
	}
	c.stroke(grey(), 0.12, rules...)
	c.stamp(point{43, 24}, 9)
	c.pdf417(code, 4, 35.4, 78, 16.2)
	c.text(bold, 1.6, 4, 53.2, "SPECIMEN · "+countryOf(o.Country).name+" · not a real document", black())
	return c.img, c.err
}

// classRow prints the dates of one class; classes that the holder lacks are struck out.
func (o Order) classRow(c *canvas, class category, columns []float64, baseline float64) {
	if !class.held {
		c.stroke(grey(), 0.15, []point{{columns[2] + 3, baseline - 0.6}, {columns[3] - 3, baseline - 0.6}},
			[]point{{columns[3] + 3, baseline - 0.6}, {columns[4] - 3, baseline - 0.6}})
		return
	}
	c.text(bold, 1.75, columns[2]+3, baseline, licenceDate(o.Issued), black())
	c.text(bold, 1.75, columns[3]+3, baseline, licenceDate(o.Expiry), black())
}

// vehicle is a pictogram: a body on wheels.
func (c *canvas) vehicle(centre point, wheels int) {
	half := 0.9 + 0.28*float64(wheels)
	axles := max(wheels/2, 2)
	c.rect(centre.x-half, centre.y-0.45, 2*half, 0.7, grey())
	c.rect(centre.x-half*0.5, centre.y-0.85, half, 0.5, grey())
	for i := range axles {
		x := centre.x - half*0.7 + 1.4*half*float64(i)/float64(axles-1)
		c.ellipse(x, centre.y+0.35, 0.42, 0.42, black())
	}
}

// heldClasses is field 9 of the front.
func heldClasses() string {
	var held []string
	for _, class := range categories() {
		if class.held {
			held = append(held, class.class)
		}
	}
	return strings.Join(held, "/")
}
