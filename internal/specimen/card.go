package specimen

import (
	"image"
	"strings"
)

// cardFront draws the front of an identity card or residence permit of bank card size (ICAO Doc 9303-5).
func (o Order) cardFront() (*image.RGBA, error) {
	c := newCanvas(cardWidth, cardHeight, cardPixels)
	o.cardPaper(c)
	c.rosette(point{60, 30}, 14, 7, rgb{0.62, 0.70, 0.72})
	o.cardTitle(c)
	c.place(o.portrait(c.px(25), c.px(32)), 4, 15.5, 25, 32, 1)
	o.cardFields(c)
	c.stamp(point{57, 31}, 9)
	return c.img, c.err
}

// cardBack draws the three lines of the zone under the rest of the particulars.
func (o Order) cardBack() (*image.RGBA, error) {
	c := newCanvas(cardWidth, cardHeight, cardPixels)
	o.cardPaper(c)
	h := o.Holder
	c.entry(5, 5.5, 50, 2.7, "Address / Adresse", h.Address)
	c.entry(5, 12, 30, 2.7, "Place of birth / Lieu de naissance", strings.ToUpper(h.BirthPlace))
	c.entry(5, 18.5, 24, 2.7, "Date of issue / Date de délivrance", printed(o.Issued))
	c.entry(36, 18.5, 30, 2.7, "Authority / Autorité", "MINISTRY OF SPECIMENS")
	c.emblem(point{74.5, 10.5}, 6, shade(rgb{0.30, 0.40, 0.52}, 0.8))
	c.stamp(point{44, 14}, 8)
	c.rect(0, 29.5, cardWidth, cardHeight-29.5, shade(rgb{0.98, 0.98, 0.97}, 0.88))
	c.text(regular, 1.8, 5, 28, "SPECIMEN · not a real document", grey())
	c.zone(4.7, 37, 5.9, o.zoneLines())
	return c.img, c.err
}

// cardPaper tells the two kinds apart: green-blue for identity cards, rose and blue for permits.
func (o Order) cardPaper(c *canvas) {
	if o.Type == ResidencePermit {
		c.tint(rgb{0.96, 0.90, 0.93}, rgb{0.88, 0.92, 0.97})
		c.waves(rgb{0.86, 0.64, 0.74}, 1.2, -4, cardHeight+4)
		c.waves(rgb{0.62, 0.74, 0.88}, 2.6, -4, cardHeight+4)
		return
	}
	c.tint(rgb{0.88, 0.95, 0.95}, rgb{0.93, 0.95, 0.86})
	c.waves(rgb{0.58, 0.78, 0.78}, 0.4, -4, cardHeight+4)
	c.waves(rgb{0.78, 0.80, 0.58}, 1.9, -4, cardHeight+4)
}

func (o Order) cardTitle(c *canvas) {
	title, french := "IDENTITY CARD", "Carte d'identité"
	if o.Type == ResidencePermit {
		title, french = "RESIDENCE PERMIT", "Titre de séjour"
	}
	dark := shade(rgb{0.12, 0.26, 0.36}, 1)
	c.emblem(point{8.5, 7.8}, 4.4, dark)
	c.textWithin(bold, 3.9, 15, 7.2, 40, countryOf(o.Country).name, dark)
	end := c.text(bold, 2.7, 15, 11.4, title, dark)
	c.text(italic, 2.4, end+1.3, 11.4, french, dark)
	c.text(bold, 2.6, 65, 6, "SPECIMEN", shade(rgb{0.75, 0.1, 0.12}, 1))
}

func (o Order) cardFields(c *canvas) {
	h := o.Holder
	const left, right, size = 32, 59, 2.7
	c.entry(left, 16.5, 51, size, "Surname / Nom", strings.ToUpper(h.LastName))
	c.entry(left, 22.6, 51, size, "Given names / Prénoms", strings.ToUpper(h.FirstName))
	c.entry(left, 28.7, 25, size, "Nationality / Nationalité", h.Nationality)
	c.entry(right, 28.7, 10, size, "Sex / Sexe", h.Sex)
	c.entry(left, 34.8, 25, size, "Date of birth / Né(e) le", printed(h.Birth))
	c.entry(right, 34.8, 25, size, "Valid until / Expire le", printed(o.Expiry))
	c.entry(left, 40.9, 25, size, "Document No. / N°", o.Number)
	if o.Type == ResidencePermit {
		c.entry(right, 40.9, 25, size, "Type of permit", "SPECIMEN STAY")
	}
	c.text(regular, 0.62*size, left, 47, "Signature", grey())
	c.signature(o, left, 50.3, 19)
}

// td2 draws the larger card, 105 × 74 mm, with two lines of zone on the front (ICAO Doc 9303-6).
func (o Order) td2() (*image.RGBA, error) {
	c := newCanvas(105, 74, 1400)
	o.cardPaper(c)
	c.waves(rgb{0.58, 0.78, 0.78}, 0.4, 54, 78)
	c.rosette(point{76, 34}, 15, 11, rgb{0.62, 0.70, 0.72})
	c.rect(0, 52, 105, 22, shade(rgb{0.98, 0.98, 0.97}, 0.88))
	o.cardTitle(c)
	c.place(o.portrait(c.px(26), c.px(34)), 4, 15.5, 26, 34, 1)
	o.cardFields(c)
	c.entry(83, 40.9, 20, 2.7, "Date of issue", printed(o.Issued))
	c.stamp(point{70, 32}, 10)
	c.zone(6, 60.5, 6.35, o.zoneLines())
	return c.img, c.err
}
