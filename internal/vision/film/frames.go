package film

import (
	"bytes"
	"fmt"
	"image"

	"golang.org/x/image/vp8"
)

// maxPixels is the largest frame that is decoded, that of a film in Full HD.
const maxPixels = 1920 * 1088

// KeyFrames is how many frames [Film.Frame] can decode: those of VP8 films that need no other frame.
func (f *Film) KeyFrames() int { return len(f.frames) }

// Frame decodes a key frame. It fails for one that is broken or too large.
func (f *Film) Frame(i int) (img image.Image, err error) {
	defer func() {
		if broken := recover(); broken != nil { // the decoder was written for files that are checked before
			img, err = nil, fmt.Errorf("decode frame %d: %v", i, broken)
		}
	}()
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(f.frames[i]), len(f.frames[i]))
	header, err := d.DecodeFrameHeader()
	if err != nil {
		return nil, fmt.Errorf("decode the header of frame %d: %w", i, err)
	}
	if !header.KeyFrame || header.Width*header.Height > maxPixels || header.Width == 0 || header.Height == 0 {
		return nil, fmt.Errorf("frame %d of %d × %d pixels is not decoded", i, header.Width, header.Height)
	}
	decoded, err := d.DecodeFrame()
	if err != nil {
		return nil, fmt.Errorf("decode frame %d: %w", i, err)
	}
	return decoded, nil
}
