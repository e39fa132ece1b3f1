package specimen

import (
	"image"
	"strings"
)

// passport draws a TD3 data page: 125 × 88 mm, the zone in the lowest 23.2 mm (ICAO Doc 9303-4).
func (o Order) passport() (*image.RGBA, error) {
	c := newCanvas(125, 88, 1400)
	c.tint(rgb{0.91, 0.94, 0.97}, rgb{0.97, 0.92, 0.93})
	c.waves(rgb{0.55, 0.70, 0.84}, 0.3, -4, 68)
	c.waves(rgb{0.88, 0.68, 0.72}, 2.1, -4, 68)
	c.rosette(point{93, 40}, 17, 9, rgb{0.70, 0.62, 0.80})
	c.rect(0, 64.8, 125, 23.2, shade(rgb{0.98, 0.98, 0.97}, 0.88))
	o.passportTitle(c)
	o.passportFields(c)
	picture := o.portrait(c.px(35), c.px(45))
	c.rect(4.7, 15.7, 35.6, 45.6, grey())
	c.place(picture, 5, 16, 35, 45, 1)
	c.place(picture, 103, 38, 15, 19.3, 0.45)
	c.stamp(point{78, 41}, 12)
	c.zone(6.6, 75.2, 6.35, o.zoneLines())
	return c.img, c.err
}

func (o Order) passportTitle(c *canvas) {
	blue := shade(rgb{0.14, 0.20, 0.42}, 1)
	state := countryOf(o.Country)
	c.rect(0, 0, 125, 1.2, blue)
	c.emblem(point{10.5, 8.2}, 5, blue)
	c.textWithin(bold, 5, 18, 8, 50, state.name, blue)
	c.text(regular, 2.6, 18, 12, "SPECIMEN · not a real document", grey())
	end := c.text(bold, 3.4, 76, 7, "PASSPORT", blue)
	c.text(italic, 3, end+1.5, 7, "Passeport", blue)
	c.text(regular, 2.3, 76, 11.6, "Void · Nobody owns it", grey())
}

func (o Order) passportFields(c *canvas) {
	h := o.Holder
	const left, middle, right, size = 44, 72, 97, 3.1
	c.entry(left, 17.5, 20, size, "Type / Type", "P")
	c.entry(middle, 17.5, 22, size, "Country code / Code du pays", o.Country)
	c.entry(right, 17.5, 26, size, "Passport No. / Passeport N°", o.Number)
	c.entry(left, 24.2, 76, size, "1. Surname / Nom", strings.ToUpper(h.LastName))
	c.entry(left, 30.9, 76, size, "2. Given names / Prénoms", strings.ToUpper(h.FirstName))
	c.entry(left, 37.6, 40, size, "3. Nationality / Nationalité", countryOf(h.Nationality).name)
	c.entry(left, 44.3, 26, size, "4. Date of birth / Date de naissance", printed(h.Birth))
	c.entry(middle, 44.3, 12, size, "5. Sex / Sexe", h.Sex)
	c.entry(middle, 37.6, 29, size, "6. Place of birth / Lieu de naissance", strings.ToUpper(h.BirthPlace))
	c.entry(left, 51, 26, size, "7. Date of issue / Date de délivrance", printed(o.Issued))
	c.entry(middle, 51, 29, size, "8. Authority / Autorité", "MINISTRY OF SPECIMENS")
	c.entry(left, 57.7, 27, size, "9. Date of expiry / Date d'expiration", printed(o.Expiry))
	c.text(regular, 0.62*size, middle, 57.7, "10. Holder's signature", grey())
	c.signature(o, middle, 61.5, 22)
}
