package raster

import "image"

// BlackHat shows what is darker than its surroundings and thinner than size
// pixels: writing, at its height, on nothing.
func BlackHat(g *image.Gray, size int) *image.Gray {
	closed := Erode(Dilate(g, size), size)
	for i, v := range g.Pix {
		closed.Pix[i] -= min(v, closed.Pix[i])
	}
	return closed
}

// Contrast is how much the square around each pixel varies.
func Contrast(g *image.Gray, size int) *image.Gray {
	high, low := Dilate(g, size), Erode(g, size)
	for i, v := range low.Pix {
		high.Pix[i] -= v
	}
	return high
}

// Dilate gives every pixel the highest value of the square around it.
func Dilate(g *image.Gray, size int) *image.Gray {
	return extreme(g, size, func(to, a, b []uint8) {
		for i := range to {
			to[i] = max(a[i], b[i])
		}
	})
}

// Erode gives every pixel the lowest value of the square around it.
func Erode(g *image.Gray, size int) *image.Gray {
	return extreme(g, size, func(to, a, b []uint8) {
		for i := range to {
			to[i] = min(a[i], b[i])
		}
	})
}

// extreme works in powers of two: the extreme of eight pixels is that of two
// neighbouring fours. Beyond the edges, the edge's pixel goes on.
func extreme(g *image.Gray, size int, pick func(to, a, b []uint8)) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	before := size / 2
	line := make([]uint8, w+size)
	for y := range h {
		pad(line, g.Pix[y*w:(y+1)*w], before)
		grow(size, func(reach, shift int) {
			pick(line[:len(line)-shift], line[:len(line)-shift], line[shift:])
		})
		copy(out.Pix[y*w:(y+1)*w], line)
	}
	return columns(out, size, before, pick)
}

// grow calls step with shifts that widen a window from one pixel to size.
func grow(size int, step func(reach, shift int)) {
	for reach := 1; reach < size; {
		shift := min(reach, size-reach)
		step(reach, shift)
		reach += shift
	}
}

func pad(line, row []uint8, before int) {
	for i := range before {
		line[i] = row[0]
	}
	n := copy(line[before:], row)
	for i := before + n; i < len(line); i++ {
		line[i] = row[len(row)-1]
	}
}

// columns does for columns what extreme does for rows, row against row, in
// bands of rows that stay in the cache.
func columns(g *image.Gray, size, before int, pick func(to, a, b []uint8)) *image.Gray {
	const band = 32
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	buffer := make([]uint8, (band+size)*w)
	for top := 0; top < h; top += band {
		rows := min(band, h-top)
		lines := buffer[:(rows+size)*w]
		for i := range rows + size {
			y := min(max(top+i-before, 0), h-1)
			copy(lines[i*w:(i+1)*w], g.Pix[y*w:(y+1)*w])
		}
		grow(size, func(reach, shift int) {
			pick(lines[:len(lines)-shift*w], lines[:len(lines)-shift*w], lines[shift*w:])
		})
		copy(out.Pix[top*w:(top+rows)*w], lines)
	}
	return out
}

// Blur averages squares of 2·radius+1 pixels; at the edges, what is there.
func Blur(g *image.Gray, radius int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	sums := make([]uint32, w)
	out := image.NewGray(g.Rect)
	for y := range min(radius, h) {
		add(sums, g.Pix[y*w:(y+1)*w])
	}
	for y := range h {
		if y+radius < h {
			add(sums, g.Pix[(y+radius)*w:(y+radius+1)*w])
		}
		if y > radius {
			subtract(sums, g.Pix[(y-radius-1)*w:(y-radius)*w])
		}
		rows := min(y+radius, h-1) - max(y-radius, 0) + 1
		slide(out.Pix[y*w:(y+1)*w], sums, radius, rows)
	}
	return out
}

func add(sums []uint32, row []uint8) {
	for i, v := range row {
		sums[i] += uint32(v)
	}
}

func subtract(sums []uint32, row []uint8) {
	for i, v := range row {
		sums[i] -= uint32(v)
	}
}

// slide averages windows of columns' sums.
func slide(to []uint8, sums []uint32, radius, rows int) {
	sum, n := uint32(0), 0
	for x := range min(radius, len(sums)) {
		sum += sums[x]
		n++
	}
	for x := range to {
		if x+radius < len(sums) {
			sum += sums[x+radius]
			n++
		}
		if x > radius {
			sum -= sums[x-radius-1]
			n--
		}
		to[x] = uint8(sum / uint32(n*rows))
	}
}
