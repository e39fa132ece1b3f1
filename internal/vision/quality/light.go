package quality

import "image"

// flatBands is the part of the rows, in bands, that consist of one value but
// for a few pixels of writing: no camera takes such a picture, a telephone's
// screen has them above and below one. shown are the rows from the first to the
// last of the longest piece between bands.
func flatBands(g *image.Gray) (part float64, shown image.Rectangle) {
	const least = 16 // rows of a band
	w, h := g.Rect.Dx(), g.Rect.Dy()
	flat, band, start := 0, 0, 0
	end := func(y int) {
		if band < least && y < h {
			band = 0
			return
		}
		if band < least {
			band = 0
		}
		if piece := image.Rect(0, start, w, y-band); piece.Dy() > shown.Dy() {
			shown = piece
		}
		flat, start, band = flat+band, y, 0
	}
	for y := range h {
		if flatRow(g.Pix[y*w : (y+1)*w]) {
			band++
		} else if band > 0 {
			end(y)
		}
	}
	end(h)
	return float64(flat) / float64(h), shown
}

// flatRow says whether most pixels of a row have the value of the one that is
// in the middle of them all.
func flatRow(row []uint8) bool {
	middle, same := percentile(row, 0.5), 0
	for _, v := range row {
		if max(v, middle)-min(v, middle) <= 1 {
			same++
		}
	}
	return same*10 >= len(row)*8
}
