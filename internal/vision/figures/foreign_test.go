package figures

import (
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/dossier-id/dossier/internal/ocrb"
	"github.com/dossier-id/dossier/internal/specimen"
)

// draft is how another generator than package specimen draws a document: everything that such generators do
// differently, in pixels of a sheet of its own. Only the lines of the zone come from an order.
type draft struct {
	width, height int
	paper, ink    color.RGBA
	band          color.RGBA // behind the zone; without a colour the paper goes on
	em            float64    // of the zone's characters, in their pitch; 1.383 is the standard
	leading       float64    // between lines, in their pitch; 2.5 is the standard
	margin        float64    // beside and below the zone, in the pitch
	guilloche     int        // how much darker its lines make the sheet; 0 for none
	above         int        // rows of a second page above, as of an open booklet
	strikes       int        // how many times the zone is printed, one pixel apart
	plain         bool       // nothing is on the sheet but the zone
}

// ordinary is the draft that the others differ from.
func ordinary() draft {
	return draft{
		width: 1200, height: 845, paper: color.RGBA{R: 236, G: 232, B: 220, A: 255}, ink: color.RGBA{R: 20, G: 20, B: 26, A: 255},
		em: 1.383, leading: 2.5, margin: 2.4, strikes: 1,
	}
}

// sheet draws a document with the lines of an order's zone.
func (d draft) sheet(tb testing.TB, o specimen.Order) *image.RGBA {
	tb.Helper()
	img := image.NewRGBA(image.Rect(0, 0, d.width, d.height+d.above))
	draw.Draw(img, img.Rect, image.NewUniform(d.paper), image.Point{}, draw.Src)
	lines := linesOf(tb, o)
	pitch := float64(d.width) / (float64(len(lines[0])) + 2*d.margin)
	foot := float64(img.Rect.Dy()) - d.margin*pitch
	top := int(foot - pitch*(d.leading*float64(len(lines)-1)+2.4))
	if d.band.A > 0 {
		draw.Draw(img, image.Rect(0, top, d.width, img.Rect.Dy()), image.NewUniform(d.band), image.Point{}, draw.Src)
	}
	if !d.plain {
		d.visual(tb, img, o, top)
	}
	d.engrave(img)
	for i, line := range lines {
		d.line(tb, img, line, pitch, foot-pitch*d.leading*float64(len(lines)-1-i))
	}
	return img
}

// line prints a line of the zone, character by character.
func (d draft) line(tb testing.TB, img *image.RGBA, line string, pitch, baseline float64) {
	tb.Helper()
	pen := font.Drawer{Dst: img, Src: image.NewUniform(d.ink), Face: faceOf(tb, ocrb.TrueType(), d.em*pitch)}
	for i := range len(line) {
		for strike := range d.strikes {
			x := (d.margin+float64(i)+0.5)*pitch - 0.36*d.em*pitch + float64(strike)
			pen.Dot = fixed.Point26_6{X: fixed.Int26_6(64 * x), Y: fixed.Int26_6(64 * baseline)}
			pen.DrawString(line[i : i+1])
		}
	}
}

// visual is what people read: a photograph as a grey oval, titles and fields in rows, above the zone.
func (d draft) visual(tb testing.TB, img *image.RGBA, o specimen.Order, bottom int) {
	tb.Helper()
	unit := float64(d.width) / 40
	oval := image.Rect(int(2*unit), bottom-int(14*unit), int(11*unit), bottom-int(2*unit))
	for y := oval.Min.Y; y < oval.Max.Y; y++ {
		for x := oval.Min.X; x < oval.Max.X; x++ {
			u, v := float64(2*x-oval.Min.X-oval.Max.X)/float64(oval.Dx()), float64(2*y-oval.Min.Y-oval.Max.Y)/float64(oval.Dy())
			if u*u+v*v < 1 {
				img.SetRGBA(x, y, color.RGBA{R: uint8(150 - 60*u), G: uint8(130 - 50*v), B: 120, A: 255})
			}
		}
	}
	pen := font.Drawer{Dst: img, Src: image.NewUniform(d.ink), Face: faceOf(tb, gobold.TTF, 1.5*unit)}
	pen.Dot = fixed.P(int(13*unit), bottom-int(14*unit))
	pen.DrawString("ATLANTIS · PASSPORT")
	pen.Face = faceOf(tb, goregular.TTF, 1.05*unit)
	for i, text := range []string{o.Holder.LastName, o.Holder.FirstName, "ATLANTEAN", o.Holder.Birth.Format("2 JAN 2006"), "PORT OF ATLANTIS", o.Number} {
		pen.Dot = fixed.P(int(13*unit), bottom-int((12-1.9*float64(i))*unit))
		pen.DrawString(text)
		pen.Dot.X = fixed.I(int(27 * unit))
		pen.DrawString("No. " + o.Number)
	}
	for y := 2 * unit; y < float64(bottom)-17*unit; y += 2 * unit { // a second page
		pen.Dot = fixed.P(int(3*unit), int(y))
		pen.DrawString("This page is reserved for official observations, there are none")
	}
}

// engrave lays wavy lines over the whole sheet.
func (d draft) engrave(img *image.RGBA) {
	if d.guilloche == 0 {
		return
	}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			wave := float64(y) + 14*math.Sin(float64(x)/37) + 6*math.Sin(float64(x)/11+float64(y)/50)
			if math.Mod(wave+1000, 9) > 2.4 {
				continue
			}
			p := img.Pix[img.PixOffset(x, y):][:3]
			for k := range p {
				p[k] -= min(p[k], uint8(d.guilloche*(2+k)/3))
			}
		}
	}
}

func faceOf(tb testing.TB, source []byte, size float64) font.Face {
	tb.Helper()
	parsed, err := opentype.Parse(source)
	if err != nil {
		tb.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		tb.Fatal(err)
	}
	return face
}
