package specimen

import (
	"errors"
	"fmt"
	"image/color"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/pdf417"
)

// symbol encodes the licence's text. The encoder writes a wrong left row indicator unless the number of rows is a
// multiple of three (its issue 93), so error level and padding are varied until it is.
func (o Order) symbol() (string, barcode.Barcode, error) {
	for padding := range 40 {
		text := o.aamva(padding)
		for _, level := range []byte{4, 3} {
			code, err := pdf417.Encode(text, level)
			if err != nil {
				return "", nil, fmt.Errorf("encode PDF417: %w", err)
			}
			if rows := code.Bounds().Dy() / symbolRow; rows%3 == 0 {
				return text, code, nil
			}
		}
	}
	return "", nil, errors.New("no PDF417 symbol with a readable number of rows")
}

// symbolRow is how many pixels high the encoder draws a row.
const symbolRow = 2

// pdf417 prints a symbol to fill a rectangle, with a quiet zone of two modules around it.
func (c *canvas) pdf417(code barcode.Barcode, x, y, w, h float64) {
	box := code.Bounds()
	rows := box.Dy() / symbolRow
	module, row := w/float64(box.Dx()+4), h/float64(rows+1)
	c.rect(x, y, w, h, color.White)
	var bars [][]point
	for i := range rows {
		top := y + row*(float64(i)+0.5)
		for j := 0; j < box.Dx(); j++ {
			start := j
			for j < box.Dx() && dark(code.At(j, i*symbolRow)) {
				j++
			}
			if left, right := x+module*float64(start+2), x+module*float64(j+2); j > start {
				bars = append(bars, []point{{left, top}, {right, top}, {right, top + row}, {left, top + row}})
			}
		}
	}
	c.fill(color.Black, bars...)
}

func dark(c color.Color) bool {
	grey, _, _, _ := c.RGBA()
	return grey < 0x8000
}
