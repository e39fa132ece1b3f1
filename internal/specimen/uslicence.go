package specimen

import (
	"image"
	"strings"
)

// usFront draws a licence in the manner of the AAMVA design standard, annex A, with its element numbers.
func (o Order) usFront() (*image.RGBA, error) {
	c := newCanvas(cardWidth, cardHeight, cardPixels)
	c.usPaper()
	c.rosette(point{58, 32}, 15, 12, rgb{0.60, 0.72, 0.86})
	o.usTitle(c)
	picture := o.portrait(c.px(24), c.px(30.5))
	c.place(picture, 3, 15, 24, 30.5, 1)
	c.place(picture, 69, 35.5, 12, 15.3, 0.4)
	o.usFields(c)
	c.stamp(point{55, 33}, 9)
	return c.img, c.err
}

func (c *canvas) usPaper() {
	c.tint(rgb{0.88, 0.93, 0.98}, rgb{0.97, 0.95, 0.88})
	c.waves(rgb{0.60, 0.74, 0.90}, 1.7, -4, cardHeight+4)
	c.waves(rgb{0.90, 0.80, 0.58}, 0.2, -4, cardHeight+4)
}

func (o Order) usTitle(c *canvas) {
	c.rect(0, 0, cardWidth, 11, shade(rgb{0.13, 0.25, 0.50}, 1))
	c.star(point{7, 5.8}, 4, shade(rgb{0.98, 0.84, 0.30}, 1))
	end := c.text(bold, 5, 13, 7.4, "UTOPIA", shade(rgb{1, 1, 1}, 1))
	c.text(regular, 2.6, end+2, 7.4, o.Country, shade(rgb{1, 1, 1}, 1))
	c.text(bold, 3, 48, 5.2, "DRIVER LICENSE", shade(rgb{1, 1, 1}, 1))
	c.text(regular, 2.2, 48, 9, "SPECIMEN · not a real document", shade(rgb{1, 1, 1}, 1))
}

func (o Order) usFields(c *canvas) {
	h := o.Holder
	const left, right, size = 29, 59, 2.6
	line := func(x, y, width float64, label, value string) {
		end := c.text(regular, 1.8, x, y, label, grey())
		c.textWithin(bold, size, end+0.8, y, x+width-end-0.8, value, black())
	}
	line(left, 15.5, 30, "4d DLN", o.Number)
	line(right, 15.5, 24, "9 CLASS", "D")
	line(left, 19.7, 29, "3 DOB", slashed(h.Birth))
	line(right, 19.7, 25, "4b EXP", slashed(o.Expiry))
	line(left, 24.4, 54, "1", strings.ToUpper(h.LastName))
	line(left, 28.6, 54, "2", strings.ToUpper(h.FirstName))
	line(left, 32.8, 39, "8", strings.ToUpper(h.Address))
	line(left, 37, 18, "15 SEX", h.Sex)
	line(left+18, 37, 20, "16 HGT", "5'-08\"")
	line(left, 41.2, 18, "18 EYES", "BRO")
	line(left+18, 41.2, 20, "12 RESTR", "NONE")
	line(left, 45.4, 29, "4a ISS", slashed(o.Issued))
	line(left, 49.6, 38, "5 DD", o.Number+"S")
	c.signature(o, 5, 50, 17)
}

// usBack draws the back with the symbol.
func (o Order) usBack() (*image.RGBA, error) {
	_, code, err := o.symbol()
	if err != nil {
		return nil, err
	}
	c := newCanvas(cardWidth, cardHeight, cardPixels)
	c.usPaper()
	c.pdf417(code, 4, 4, 77.6, 21)
	c.textWithin(bold, 2.8, 4, 31, 77, "SPECIMEN · UTOPIA · "+o.Country, black())
	c.text(regular, 2.1, 4, 35, "CLASS D: any single vehicle that does not exist, on roads of Utopia.", black())
	c.text(regular, 2.1, 4, 38.2, "ENDORSEMENTS: none.   RESTRICTIONS: none.", black())
	c.text(regular, 2.1, 4, 41.4, "This card was drawn for tests and identifies nobody.", black())
	c.rect(0, 45, cardWidth, 6.5, shade(rgb{0.13, 0.12, 0.14}, 1))
	c.stamp(point{62, 36}, 7)
	return c.img, c.err
}
