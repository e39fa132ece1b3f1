package face

import (
	"image"
	"image/draw"
)

// Portrait cuts out a face with its hair, neck and shoulders, in the
// proportions of a passport's photograph (35 to 45), as far as the picture
// reaches.
func Portrait(img image.Image, f Face) *image.RGBA {
	size := f.Box.Dx()
	middle := f.Box.Min.Add(f.Box.Max).Div(2)
	crop := image.Rect(middle.X-size*7/10, middle.Y-size*9/10, middle.X+size*7/10, middle.Y+size*9/10).
		Add(img.Bounds().Min).Intersect(img.Bounds())
	out := image.NewRGBA(image.Rect(0, 0, crop.Dx(), crop.Dy()))
	draw.Draw(out, out.Rect, img, crop.Min, draw.Src)
	return out
}
