package browsertest

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"os"

	"golang.org/x/image/draw"
)

// The frame of the fake camera, in pixels.
const (
	FrameWidth  = 1280
	FrameHeight = 720
)

// turn is how many frames each of several pictures is shown: 0.4 s.
const turn = 6

// writeCamera writes a film of pictures as YUV4MPEG2, 4:2:0, with the
// limited range that Chromium takes every such file to have. It is put in place
// whole, as a page may be opening it.
func writeCamera(path string, pictures []image.Image) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, _ = fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F15:1 Ip A1:1 C420jpeg\n", FrameWidth, FrameHeight)
	for _, picture := range pictures {
		frame := Framed(picture)
		for range turn {
			writeFrame(w, frame)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Framed gives what the camera shows of a picture: it is in the middle of the
// frame, as large as it can be.
func Framed(img image.Image) *image.RGBA {
	frame := image.NewRGBA(image.Rect(0, 0, FrameWidth, FrameHeight))
	draw.Draw(frame, frame.Rect, image.NewUniform(color.Gray{96}), image.Point{}, draw.Src)
	size := img.Bounds().Size()
	scale := min(float64(FrameWidth)/float64(size.X), float64(FrameHeight)/float64(size.Y))
	to := image.Rect(0, 0, int(float64(size.X)*scale), int(float64(size.Y)*scale))
	to = to.Add(image.Pt((FrameWidth-to.Dx())/2, (FrameHeight-to.Dy())/2))
	draw.CatmullRom.Scale(frame, to, img, img.Bounds(), draw.Src, nil)
	return frame
}

// writeFrame writes the three planes. Errors stay in the writer.
func writeFrame(w *bufio.Writer, img *image.RGBA) {
	_, _ = w.WriteString("FRAME\n")
	chroma := [2][]byte{}
	for y := range FrameHeight {
		for x := range FrameWidth {
			p := img.Pix[img.PixOffset(x, y):]
			luma, cb, cr := color.RGBToYCbCr(p[0], p[1], p[2])
			_ = w.WriteByte(limited(luma, 219))
			if x%2 == 0 && y%2 == 0 {
				chroma[0], chroma[1] = append(chroma[0], limited(cb, 224)), append(chroma[1], limited(cr, 224))
			}
		}
	}
	_, _ = w.Write(chroma[0])
	_, _ = w.Write(chroma[1])
}

// limited maps 0…255 to 16…16+span.
func limited(v byte, span uint16) byte { return byte(16 + uint16(v)*span/255) } // #nosec G115 -- at most 16+224
