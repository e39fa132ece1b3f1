package figures

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

func saved(quality int) func(image.Image) ([]byte, error) {
	return func(img image.Image) ([]byte, error) {
		var b bytes.Buffer
		err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
		return b.Bytes(), err
	}
}

func greyPNG(img image.Image) ([]byte, error) {
	out := image.NewGray(img.Bounds())
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	var b bytes.Buffer
	err := png.Encode(&b, out)
	return b.Bytes(), err
}

func palettePNG(img image.Image) ([]byte, error) {
	var steps color.Palette
	for v := 0; v < 256; v += 17 {
		steps = append(steps, color.RGBA{R: uint8(v), G: uint8(v), B: uint8(v * 15 / 16), A: 255})
	}
	out := image.NewPaletted(img.Bounds(), steps)
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	var b bytes.Buffer
	err := png.Encode(&b, out)
	return b.Bytes(), err
}

// oriented says in the file's Exif that the picture has to be turned.
func oriented(way byte) func(image.Image) ([]byte, error) {
	return func(img image.Image) ([]byte, error) {
		file, err := saved(85)(img)
		exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string([]byte{way}) + "\x00\x00\x00\x00\x00\x00\x00"
		app1 := "\xff\xe1\x00" + string([]byte{byte(len(exif) + 2)}) + exif
		return append([]byte("\xff\xd8"+app1), file[2:]...), err
	}
}

func resized(img *image.RGBA, width int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, width*img.Rect.Dy()/img.Rect.Dx()))
	draw.ApproxBiLinear.Scale(out, out.Rect, img, img.Rect, draw.Src, nil)
	return out
}

// laid puts the sheet on something of one colour: how wide, where its corner is, and how many degrees it is turned.
func laid(sheet *image.RGBA, frame image.Rectangle, part, left, top, degrees float64, on color.RGBA) *image.RGBA {
	out := image.NewRGBA(frame)
	draw.Draw(out, frame, image.NewUniform(on), image.Point{}, draw.Src)
	w, h := float64(frame.Dx()), float64(frame.Dy())
	small := resized(sheet, int(part*w))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	draw.BiLinear.Transform(out, f64.Aff3{cos, -sin, left*w + sin*float64(small.Rect.Dy())/2, sin, cos, top * h}, small, small.Rect, draw.Over, nil)
	return out
}

// shaded is lit from one side: the far one has a third of the light.
func shaded(img *image.RGBA) *image.RGBA {
	return eachChannel(img, func(x, _ int, v float64) float64 { return v * (1 - 0.67*float64(x)/float64(img.Rect.Dx())) })
}

// grained is a sensor in bad light.
func grained(img *image.RGBA) *image.RGBA {
	r := rand.New(rand.NewPCG(3, 4))
	return eachChannel(img, func(_, _ int, v float64) float64 { return 0.6*v + 20 + 12*r.NormFloat64() })
}

// lamp adds light that fades, above the zone.
func lamp(img *image.RGBA) *image.RGBA {
	w := float64(img.Rect.Dx())
	return eachChannel(img, func(x, y int, v float64) float64 {
		d := math.Hypot(float64(x)-0.55*w, float64(y)-0.28*w) / (0.12 * w)
		return v + 700*math.Exp(-d*d)
	})
}

func eachChannel(img *image.RGBA, change func(x, y int, v float64) float64) *image.RGBA {
	for i, v := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = uint8(min(max(change(i/4%img.Rect.Dx(), i/4/img.Rect.Dx(), float64(v)), 0), 255))
		}
	}
	return img
}

// turnedBy turns clockwise by quarters of a circle.
func turnedBy(quarters int) func(*image.RGBA) *image.RGBA {
	return func(img *image.RGBA) *image.RGBA {
		for range quarters {
			turned := image.NewRGBA(image.Rect(0, 0, img.Rect.Dy(), img.Rect.Dx()))
			for y := range img.Rect.Dy() {
				for x := range img.Rect.Dx() {
					turned.SetRGBA(img.Rect.Dy()-1-y, x, img.RGBAAt(x, y))
				}
			}
			img = turned
		}
		return img
	}
}
