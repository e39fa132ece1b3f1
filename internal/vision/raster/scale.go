package raster

import (
	"image"
	"image/draw"
)

// Shrink copies a picture into RGBA so that no side is longer than longest
// pixels, averaging what falls together; a small picture keeps its size. What
// is transparent becomes white. Beside the result it needs the space of one
// band of the picture's rows.
func Shrink(img image.Image, longest int) *image.RGBA {
	box := img.Bounds()
	w, h := fit(box.Dx(), box.Dy(), longest)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	see, ok := img.(interface{ Opaque() bool })
	opaque := ok && see.Opaque()
	if w == box.Dx() {
		onWhite(out, img, box.Min, opaque)
		return out
	}
	space := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()/h+1))
	for y := range h {
		from, to := box.Dy()*y/h, max(box.Dy()*(y+1)/h, box.Dy()*y/h+1)
		rows := &image.RGBA{Pix: space.Pix, Stride: space.Stride, Rect: image.Rect(0, 0, box.Dx(), to-from)}
		onWhite(rows, img, box.Min.Add(image.Pt(0, from)), opaque)
		average(out.Pix[y*out.Stride:(y+1)*out.Stride], rows)
	}
	return out
}

// onWhite draws the part of a picture that begins at a point.
func onWhite(to *image.RGBA, img image.Image, from image.Point, opaque bool) {
	if !opaque {
		draw.Draw(to, to.Rect, image.White, image.Point{}, draw.Src)
	}
	draw.Draw(to, to.Rect, img, from, draw.Over)
}

// fit scales a size down so that its longer side is at most longest.
func fit(w, h, longest int) (int, int) {
	long := max(w, h)
	if long <= longest {
		return w, h
	}
	return max(w*longest/long, 1), max(h*longest/long, 1)
}

// average fills a row of RGBA with the means of the columns of a band.
func average(row []uint8, band *image.RGBA) {
	w, h := len(row)/4, band.Rect.Dy()
	for x := range w {
		from := band.Rect.Dx() * x / w
		to := max(band.Rect.Dx()*(x+1)/w, from+1)
		var r, g, b uint32
		for y := range h {
			p := band.Pix[y*band.Stride+4*from : y*band.Stride+4*to]
			for ; len(p) >= 4; p = p[4:] {
				r, g, b = r+uint32(p[0]), g+uint32(p[1]), b+uint32(p[2])
			}
		}
		n := uint32((to - from) * h)
		row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = uint8(r/n), uint8(g/n), uint8(b/n), 255
	}
}

// Grey gives the lightness of a picture (ITU-R BT.601).
func Grey(img *image.RGBA) *image.Gray {
	out := image.NewGray(img.Rect)
	for i := range out.Pix {
		p := img.Pix[4*i : 4*i+3 : 4*i+3]
		out.Pix[i] = uint8((299*uint32(p[0]) + 587*uint32(p[1]) + 114*uint32(p[2]) + 500) / 1000)
	}
	return out
}

// Resize gives g at another size, area by area when it shrinks and between
// pixels when it grows.
func Resize(g *image.Gray, w, h int) *image.Gray {
	if w == g.Rect.Dx() && h == g.Rect.Dy() {
		return g
	}
	columns, rows := weights(g.Rect.Dx(), w), weights(g.Rect.Dy(), h)
	out := image.NewGray(image.Rect(0, 0, w, h))
	line := make([]float32, g.Rect.Dx())
	for y, row := range rows {
		clear(line)
		for i, weight := range row.share {
			for x, v := range g.Pix[(row.from+i)*g.Stride : (row.from+i)*g.Stride+len(line)] {
				line[x] += weight * float32(v)
			}
		}
		for x, column := range columns {
			sum := float32(0.5)
			for i, weight := range column.share {
				sum += weight * line[column.from+i]
			}
			out.Pix[y*w+x] = uint8(sum)
		}
	}
	return out
}

// Limit gives g with no side longer than longest, and by what factor it
// shrank.
func Limit(g *image.Gray, longest int) (*image.Gray, float64) {
	w, h := fit(g.Rect.Dx(), g.Rect.Dy(), longest)
	return Resize(g, w, h), float64(g.Rect.Dx()) / float64(w)
}

// tap says which pixels make a new one, with shares that add up to one.
type tap struct {
	from  int
	share []float32
}

// weights resamples n pixels to m with a tent as wide as the coarser of both.
func weights(n, m int) []tap {
	taps := make([]tap, m)
	step := float64(n) / float64(m)
	reach := max(step, 1)
	for i := range taps {
		centre := (float64(i)+0.5)*step - 0.5
		from, to := max(int(centre-reach)+1, 0), min(int(centre+reach), n-1)
		from, to = min(from, n-1), max(to, min(from, n-1))
		share := make([]float32, to-from+1)
		sum := float32(0)
		for j := range share {
			share[j] = float32(max(1-abs(float64(from+j)-centre)/reach, 1e-6))
			sum += share[j]
		}
		for j := range share {
			share[j] /= sum
		}
		taps[i] = tap{from, share}
	}
	return taps
}

func abs(x float64) float64 { return max(x, -x) }

// Crop copies a part of a picture.
func Crop(g *image.Gray, part image.Rectangle) *image.Gray {
	part = part.Intersect(g.Rect)
	out := image.NewGray(image.Rect(0, 0, part.Dx(), part.Dy()))
	for y := range part.Dy() {
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], g.Pix[(part.Min.Y+y)*g.Stride+part.Min.X:])
	}
	return out
}

// Turn turns a picture clockwise by quarters of a circle.
func Turn(g *image.Gray, quarters int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if quarters &= 3; quarters == 0 {
		return g
	}
	size := image.Rect(0, 0, h, w)
	if quarters == 2 {
		size = g.Rect
	}
	out := image.NewGray(size)
	for y := range h {
		for x, v := range g.Pix[y*w : (y+1)*w] {
			at := (h-1-y)*w + w - 1 - x
			switch quarters {
			case 1:
				at = x*h + h - 1 - y
			case 3:
				at = (w-1-x)*h + y
			}
			out.Pix[at] = v
		}
	}
	return out
}

// TurnRGBA turns a picture clockwise by quarters of a circle.
func TurnRGBA(img *image.RGBA, quarters int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if quarters&1 == 1 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			to := out.PixOffset(x, y)
			switch quarters & 3 {
			case 1:
				to = out.PixOffset(h-1-y, x)
			case 2:
				to = out.PixOffset(w-1-x, h-1-y)
			case 3:
				to = out.PixOffset(y, w-1-x)
			}
			copy(out.Pix[to:to+4], img.Pix[img.PixOffset(x, y):])
		}
	}
	return out
}

// Mirror swaps left and right.
func Mirror(img *image.RGBA) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	w := img.Rect.Dx()
	for y := range img.Rect.Dy() {
		for x := range w {
			copy(out.Pix[out.PixOffset(w-1-x, y):][:4], img.Pix[img.PixOffset(x, y):])
		}
	}
	return out
}
