package figures

import (
	"image"
	"image/color"
	"testing"

	"github.com/dossier-id/dossier/internal/vision/quality"
)

// manner is one way in which pictures of documents differ between those who make them.
type manner struct {
	name    string
	change  func(d *draft)                      // how the sheet is drawn; nil for as usual
	shot    func(sheet *image.RGBA) *image.RGBA // what is made of it; nil for the sheet itself
	file    func(img image.Image) ([]byte, error)
	problem quality.Problem // what is wrong with it
	lost    bool            // the zone need not be legible
}

// manners begins with those that have little in common with each other: they are what every run of the tests reads.
func manners() []manner {
	dark, white := color.RGBA{R: 46, G: 52, B: 60, A: 255}, color.RGBA{R: 255, G: 255, B: 255, A: 255}
	on := func(w, h int, part, left, top, degrees float64, c color.RGBA) func(*image.RGBA) *image.RGBA {
		return func(s *image.RGBA) *image.RGBA { return laid(s, image.Rect(0, 0, w, h), part, left, top, degrees, c) }
	}
	return append([]manner{
		{name: "strong engraving", change: func(d *draft) { d.guilloche = 90 }},
		{name: "tall frame", shot: on(1000, 1777, 0.9, 0.05, 0.4, 2, dark)},
		{name: "PNG of one channel", file: greyPNG, problem: quality.Grey},
		{name: "open booklet", change: func(d *draft) { d.above = d.height }},
		{name: "scan on white", shot: on(1800, 2475, 0.5, 0.04, 0.03, 0, white)},
		{name: "pale print", change: func(d *draft) { d.paper, d.ink = tone(176), tone(112) }},
		{name: "turned by its metadata, 6", file: oriented(6), shot: turnedBy(3)},

		{name: "as usual"},
		{name: "zone on white", change: func(d *draft) { d.band = white }},
		{name: "white paper", change: func(d *draft) { d.paper = white }},
		{name: "nothing but the zone", change: func(d *draft) { d.plain, d.height = true, d.width/4 }, problem: quality.Small},
		{name: "engraving behind the zone", change: func(d *draft) { d.guilloche = 50 }},
		{name: "green paper", change: func(d *draft) { d.paper = color.RGBA{R: 120, G: 172, B: 138, A: 255} }},
		{name: "blue band", change: func(d *draft) { d.band = color.RGBA{R: 110, G: 140, B: 196, A: 255} }},
		{name: "small characters", change: func(d *draft) { d.em = 1.25 }},
		{name: "large characters", change: func(d *draft) { d.em = 1.5 }},
		{name: "close lines", change: func(d *draft) { d.leading = 2.1 }},
		{name: "wide lines", change: func(d *draft) { d.leading = 3 }},
		{name: "heavy print", change: func(d *draft) { d.strikes = 3 }},
		{name: "zone at the edge", change: func(d *draft) { d.margin = 0.4 }},
		{name: "600 pixels", shot: func(s *image.RGBA) *image.RGBA { return resized(s, 600) }, problem: quality.Small},
		{name: "4200 pixels", shot: func(s *image.RGBA) *image.RGBA { return resized(s, 4200) }},
		{name: "JPEG 40", file: saved(40)},
		{name: "JPEG 20", file: saved(20)},
		{name: "PNG of a palette", file: palettePNG},
		{name: "turned by 5°", shot: on(1600, 1200, 0.85, 0.08, 0.1, 5, dark)},
		{name: "turned by 14°", shot: on(1600, 1360, 0.75, 0.16, 0.02, 14, dark)},
		{name: "black frame", shot: on(1400, 1034, 0.88, 0.06, 0.08, 0, color.RGBA{A: 255})},
		{name: "uneven light", shot: shaded},
		{name: "noise", shot: grained},
		{name: "turned by 90°", shot: turnedBy(1)},
		{name: "turned by 180°", shot: turnedBy(2)},
		{name: "turned by 270°", shot: turnedBy(3)},
		{name: "turned by its metadata, 3", file: oriented(3), shot: turnedBy(2)},
		{name: "turned by its metadata, 8", file: oriented(8), shot: turnedBy(1)},
	}, worse()...)
}

// worse are several manners at once.
func worse() []manner {
	return []manner{
		{
			name: "600 pixels, engraving, JPEG 40", change: func(d *draft) { d.guilloche = 60 }, file: saved(40),
			shot: func(s *image.RGBA) *image.RGBA { return resized(s, 600) }, problem: quality.Small,
		},
		{
			name: "pale, heavy, close, JPEG 30", file: saved(30),
			change: func(d *draft) { d.paper, d.ink, d.strikes, d.leading = tone(190), tone(120), 2, 2.2 },
		},
		{
			name: "engraving, uneven light, noise", change: func(d *draft) { d.guilloche = 60 },
			shot: func(s *image.RGBA) *image.RGBA { return grained(shaded(s)) },
		},
	}
}

func tone(v uint8) color.RGBA { return color.RGBA{R: v, G: v - 4, B: v - 10, A: 255} }

// spoiled are pictures that nobody can use, each for one reason.
func spoiled() []manner {
	return []manner{
		{name: "a lamp", shot: lamp, problem: quality.Glare, lost: true},
		{name: "out of focus", problem: quality.Blurred, lost: true, shot: func(s *image.RGBA) *image.RGBA {
			return resized(resized(resized(s, s.Rect.Dx()/18), s.Rect.Dx()/6), s.Rect.Dx())
		}},
		{name: "half outside", problem: quality.CutOff, lost: true, shot: func(s *image.RGBA) *image.RGBA {
			return grained(laid(s, image.Rect(0, 0, 1600, 1300), 0.9, 0.45, 0.12, 0, tone(60)))
		}},
		{name: "half outside, on an even table", problem: quality.CutOff, lost: true, shot: func(s *image.RGBA) *image.RGBA {
			return laid(s, image.Rect(0, 0, 1600, 1300), 0.9, 0.45, 0.12, 0, tone(60))
		}},
		{name: "the left outside, askew on an even table", problem: quality.CutOff, lost: true, shot: func(s *image.RGBA) *image.RGBA {
			return laid(s, image.Rect(0, 0, 1600, 1300), 0.9, -0.35, 0.12, 4, tone(110))
		}},
		{name: "the upper part outside, on an even table", problem: quality.CutOff, shot: func(s *image.RGBA) *image.RGBA {
			return laid(s, image.Rect(0, 0, 1600, 1300), 0.9, 0.05, -0.25, 0, tone(110))
		}},
		{name: "at night", problem: quality.Dark, lost: true, shot: func(s *image.RGBA) *image.RGBA {
			return eachChannel(s, func(_, _ int, v float64) float64 { return 0.11 * v })
		}},
	}
}

// of makes the i-th picture of a manner, and what is in its zone.
func (m manner) of(tb testing.TB, i int) (lines []string, file []byte) {
	tb.Helper()
	d, o := ordinary(), zoned(0, 6000+i)
	if m.change != nil {
		m.change(&d)
	}
	img := d.sheet(tb, o)
	if m.shot != nil {
		img = m.shot(img)
	}
	save := m.file
	if save == nil {
		save = saved(85)
	}
	file, err := save(img)
	if err != nil {
		tb.Error(err)
	}
	return linesOf(tb, o), file
}
