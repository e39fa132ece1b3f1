package figures

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// page is a sheet of writing that is no document: an invoice, code or a letter, in fonts that are not OCR-B, some of it
// in lines of capitals and fillers as long as those of a zone.
func page(tb testing.TB, i int) []byte {
	tb.Helper()
	r := rand.New(rand.NewPCG(uint64(i), 77))
	img := image.NewRGBA(image.Rect(0, 0, 1240, 900))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{R: 244, G: 242, B: 235, A: 255}), image.Point{}, draw.Src)
	size := 18 + 14*r.Float64()
	pen := font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{Y: uint8(20 + r.IntN(60))}), Face: typeface(tb, i, size)}
	for y := 60.0; y < 860; y += size * (1.2 + r.Float64()) {
		pen.Dot = fixed.P(60+r.IntN(20), int(y))
		pen.DrawString(writing(r, i))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 60 + r.IntN(35)}); err != nil {
		tb.Error(err)
	}
	return b.Bytes()
}

func typeface(tb testing.TB, i int, size float64) font.Face {
	tb.Helper()
	source := gomono.TTF
	if i%3 == 0 {
		source = goregular.TTF
	}
	return faceOf(tb, source, size)
}

// writing is a line: of words, or of the capitals, digits and fillers that a zone has.
func writing(r *rand.Rand, i int) string {
	if i%2 == 0 {
		const of = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<"
		line := make([]byte, []int{30, 36, 44, 50}[r.IntN(4)])
		for at := range line {
			line[at] = of[r.IntN(len(of))]
		}
		return string(line)
	}
	words := make([]string, 4+r.IntN(6))
	for at := range words {
		words[at] = word(r)
	}
	return strings.Join(words, " ")
}

// respoiled photographs a flat specimen with another camera than that of package specimen: on a chequered table or
// writing, turned and sheared, with a gradient of light in each colour, noise in blocks, and JPEG of another strength.
func respoiled(tb testing.TB, file []byte, i int) []byte {
	tb.Helper()
	sheet, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(i), 99))
	width := 1100 + r.IntN(1700)
	img := image.NewRGBA(image.Rect(0, 0, width, width*3/4))
	table(img, r)
	lay(img, sheet, r)
	soften(img, r)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 35 + r.IntN(60)}); err != nil {
		tb.Error(err)
	}
	return b.Bytes()
}

// table is squares, stripes or one colour, light or dark.
func table(img *image.RGBA, r *rand.Rand) {
	one := color.RGBA{R: uint8(r.IntN(256)), G: uint8(r.IntN(256)), B: uint8(r.IntN(256)), A: 255}
	other := color.RGBA{R: uint8(r.IntN(256)), G: uint8(r.IntN(256)), B: uint8(r.IntN(256)), A: 255}
	size, kind := 12+r.IntN(90), r.IntN(3)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := one
			if kind == 0 && (x/size+y/size)%2 == 1 || kind == 1 && (x+y/3)/size%2 == 1 {
				c = other
			}
			img.SetRGBA(x, y, c)
		}
	}
}

// lay puts the sheet into the picture: turned by up to ten degrees either way and sheared a little.
func lay(img *image.RGBA, sheet image.Image, r *rand.Rand) {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	sw, sh := float64(sheet.Bounds().Dx()), float64(sheet.Bounds().Dy())
	scale := min(w/sw, h/sh) * (0.62 + 0.24*r.Float64())
	sin, cos := math.Sincos((2*r.Float64() - 1) * 10 * math.Pi / 180)
	shear := 0.06 * (2*r.Float64() - 1)
	a, b, c, d := scale*cos, scale*(shear*cos-sin), scale*sin, scale*(shear*sin+cos)
	draw.CatmullRom.Transform(img, f64.Aff3{
		a, b, w/2 - a*sw/2 - b*sh/2,
		c, d, h/2 - c*sw/2 - d*sh/2,
	}, sheet, sheet.Bounds(), draw.Over, nil)
}

// soften goes through half the size and back now and then, and adds noise that neighbours share, and light.
func soften(img *image.RGBA, r *rand.Rand) {
	if part := 0.55 + 0.5*r.Float64(); part < 0.95 {
		small := image.NewRGBA(image.Rect(0, 0, int(part*float64(img.Rect.Dx())), int(part*float64(img.Rect.Dy()))))
		draw.BiLinear.Scale(small, small.Rect, img, img.Rect, draw.Src, nil)
		draw.BiLinear.Scale(img, img.Rect, small, small.Rect, draw.Src, nil)
	}
	noise, grain := 14*r.Float64(), 1+r.IntN(2)
	light := [3][2]float64{}
	for k := range light {
		light[k] = [2]float64{0.75 + 0.35*r.Float64(), 0.35 * (2*r.Float64() - 1)}
	}
	w := img.Rect.Dx()
	row := make([]float64, w/grain+1)
	for y := range img.Rect.Dy() {
		for x := range w {
			if y%grain == 0 && x%grain == 0 {
				row[x/grain] = noise * r.NormFloat64()
			}
			p := img.Pix[img.PixOffset(x, y):][:3]
			for k := range p {
				lit := float64(p[k])*(light[k][0]+light[k][1]*(float64(x)/float64(w)-0.5)) + row[x/grain]
				p[k] = uint8(min(max(lit, 0), 255))
			}
		}
	}
}
