package specimen

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// eachPixel replaces every colour of the picture.
func eachPixel(img *image.RGBA, change func(x, y int, c rgb) rgb) {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:]
		for x := range img.Rect.Dx() {
			p := row[4*x : 4*x+3 : 4*x+3]
			c := change(x, y, rgb{float64(p[0]) / 255, float64(p[1]) / 255, float64(p[2]) / 255})
			p[0], p[1], p[2] = level(c[0]), level(c[1]), level(c[2])
		}
	}
}

// blur is a Gaussian of the standard deviation, first along rows and then along columns. A wide one is reckoned
// at half the size, where nothing is left that would show the difference.
func blur(img *image.RGBA, sigma float64) *image.RGBA {
	if sigma > 3 {
		half := scaled(img, image.Rect(0, 0, img.Rect.Dx()/2, img.Rect.Dy()/2))
		return scaled(blur(half, sigma/2), img.Rect)
	}
	weights := bell(sigma)
	return convolve(convolve(img, weights, 1, 0), weights, 0, 1)
}

// bell gives the weights of a Gaussian from its middle outwards; all of them together make 1.
func bell(sigma float64) []float64 {
	weights := make([]float64, int(math.Ceil(2.6*sigma))+1)
	sum := 0.0
	for i := range weights {
		weights[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		if sum += weights[i]; i > 0 {
			sum += weights[i]
		}
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

// convolve weighs each pixel with its neighbours along one axis, a row at a time; the edge pixels go on outside.
func convolve(img *image.RGBA, weights []float64, dx, dy int) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	w, h := img.Rect.Dx(), img.Rect.Dy()
	sums := make([]float64, 3*w)
	for y := range h {
		clear(sums)
		gather(sums, img, y, 0, weights[0])
		for i := 1; i < len(weights); i++ {
			gather(sums, img, max(y-i*dy, 0), -i*dx, weights[i])
			gather(sums, img, min(y+i*dy, h-1), i*dx, weights[i])
		}
		for x := range w {
			p, sum := out.Pix[out.PixOffset(x, y):][:4:4], sums[3*x:][:3:3]
			p[0], p[1], p[2], p[3] = level(sum[0]/255), level(sum[1]/255), level(sum[2]/255), 255
		}
	}
	return out
}

// gather adds a row, moved by some pixels, to sums of red, green and blue.
func gather(sums []float64, img *image.RGBA, y, shift int, weight float64) {
	row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
	for x := range img.Rect.Dx() {
		p, sum := row[4*min(max(x+shift, 0), img.Rect.Dx()-1):][:3:3], sums[3*x:][:3:3]
		sum[0] += weight * float64(p[0])
		sum[1] += weight * float64(p[1])
		sum[2] += weight * float64(p[2])
	}
}

// smear moves the picture along a line while the shutter is open.
func smear(img *image.RGBA, angle, length float64) {
	still := copyOf(img, img.Rect)
	sin, cos := math.Sincos(angle)
	const steps = 5
	w, h := img.Rect.Dx(), img.Rect.Dy()
	eachPixel(img, func(x, y int, _ rgb) rgb {
		var sum rgb
		for i := range steps {
			t := length * (float64(i)/(steps-1) - 0.5)
			sx, sy := x+int(math.Round(cos*t)), y+int(math.Round(sin*t))
			at := still.PixOffset(min(max(sx, 0), w-1), min(max(sy, 0), h-1))
			for k := range sum {
				sum[k] += float64(still.Pix[at+k]) / (255 * steps)
			}
		}
		return sum
	})
}

// addNoise adds a sensor's noise: mostly brightness, a third of it colour.
func addNoise(img *image.RGBA, sigma float64, r *rand.Rand) {
	if sigma == 0 {
		return
	}
	sigma /= 255
	eachPixel(img, func(_, _ int, c rgb) rgb {
		bright, hue := sigma*r.NormFloat64(), 0.33*sigma*r.NormFloat64()
		return rgb{c[0] + bright + hue, c[1] + bright - 0.4*hue, c[2] + bright - 0.7*hue}
	})
}

// reflect blows out a large spot of the document, as a lamp over a laminated card does: so much light that no shade on
// the document shows in it. onSheet maps the picture's pixels on the document; what lies beside it does not shine.
func reflect(img *image.RGBA, onSheet homography, r *rand.Rand) {
	cx, cy := 0.35+0.3*r.Float64(), 0.3+0.15*r.Float64()
	sin, cos := math.Sincos(0.6 * either(r))
	eachPixel(img, func(x, y int, c rgb) rgb {
		u, v := onSheet.apply(float64(x)+0.5, float64(y)+0.5)
		if u < 0 || u > 1 || v < 0 || v > 1 {
			return c
		}
		u, v = u-cx, v-cy
		u, v = cos*u+sin*v, cos*v-sin*u
		return mix(c, rgb{1, 1, 1}, min(1, 1.9*math.Exp(-(u*u/0.05+v*v/0.035))))
	})
}

// drain leaves only brightness.
func drain(img *image.RGBA) {
	eachPixel(img, func(_, _ int, c rgb) rgb {
		luma := 0.299*c[0] + 0.587*c[1] + 0.114*c[2]
		return rgb{luma, luma, luma}
	})
}

// screenshot shows the picture in the gallery of a telephone with 1080 × 2340 pixels.
func screenshot(img *image.RGBA) *image.RGBA {
	const width, height = 1080, 2340
	c := newCanvas(108, 234, width)
	c.rect(0, 0, 108, 234, color.Black)
	white := color.RGBA{R: 240, G: 240, B: 240, A: 255}
	c.text(regular, 4.2, 6, 7, "12:34", white)
	c.rect(93, 3.6, 8, 4, white)
	for i := range 4 {
		c.rect(80+2*float64(i), 7.6-float64(i+1), 1.4, float64(i+1), white)
	}
	c.text(regular, 5, 14, 21, "Gallery", white)
	c.stroke(white, 0.7, []point{{9, 17}, {6, 19.5}, {9, 22}})
	for i := range 4 {
		x := 15 + 26*float64(i)
		c.ellipse(x, 217, 3.2, 3.2, white)
		c.ellipse(x, 217, 2.5, 2.5, color.Black)
	}
	c.rect(38, 230, 32, 1.2, white)
	shown := min(height*0.78, width*float64(img.Rect.Dy())/float64(img.Rect.Dx()))
	wide := shown * float64(img.Rect.Dx()) / float64(img.Rect.Dy())
	c.place(img, (108-wide/10)/2, 115-shown/20, wide/10, shown/10, 1)
	return c.img
}

// scaled is the picture in another size.
func scaled(img *image.RGBA, size image.Rectangle) *image.RGBA {
	out := image.NewRGBA(size)
	draw.BiLinear.Scale(out, size, img, img.Rect, draw.Src, nil)
	return out
}

// copyOf is the part of a picture as one of its own.
func copyOf(img *image.RGBA, part image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Copy(out, image.Point{}, img, part, draw.Src, nil)
	return out
}
