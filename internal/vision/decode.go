package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"github.com/dossier-id/dossier/internal/vision/meta"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// The bounds of a file. A picture is refused by its header, before any of its
// pixels are decoded.
const (
	MaxBytes  = 20 << 20 // of the file
	maxDecode = 96 << 20 // bytes that the decoded picture takes with what its decoder needs beside
	minSide   = 16       // pixels
	workSize  = 2000     // pixels of the longer side that everything is measured at
)

var (
	// ErrFormat says that a file is no JPEG, PNG or WebP picture, or a broken
	// one.
	ErrFormat = errors.New("not a picture that can be read: JPEG, PNG and WebP can")
	// ErrSize says that a file or its picture is larger or smaller than what is
	// read: 20 MB; 25 megapixels for an ordinary JPEG or PNG, 12 for WebP, 6
	// for a progressive JPEG; 16 pixels a side.
	ErrSize = errors.New("the picture is too large or too small")
)

// picture is a file's picture, upright and at the size that is worked at.
type picture struct {
	image         *image.RGBA
	grey          *image.Gray
	width, height int // in the file, upright
	info          meta.Info
}

// format is a kind of file.
type format struct {
	magic  string
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
	cost   func([]byte, image.Config) int // bytes a pixel that decoding takes
}

func formats() []format {
	return []format{
		{
			"\xff\xd8",
			func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
			jpegCost,
		},
		{
			"\x89PNG",
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
			pngCost,
		},
		{
			"RIFF",
			func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
			func([]byte, image.Config) int { return 8 },
		},
	}
}

// jpegCost: a progressive picture keeps its coefficients, 32 bits each, until
// its end.
func jpegCost(b []byte, _ image.Config) int {
	const sof2, sos = 0xc2, 0xda
	for b = b[2:]; len(b) >= 4 && b[0] == 0xff && b[1] != sos; {
		if b[1] == sof2 {
			return 16
		}
		size := 2 + int(binary.BigEndian.Uint16(b[2:]))
		if b[1] == 0xff {
			size = 1 // filling
		}
		b = b[min(size, len(b)):]
	}
	return 4
}

// pngCost: four channels of 8 or 16 bits, twice when the file is interlaced.
func pngCost(b []byte, _ image.Config) int {
	const depth, interlace = 24, 28 // places in the file's header
	cost := 4
	if len(b) > interlace && b[depth] == 16 {
		cost *= 2
	}
	if len(b) > interlace && b[interlace] != 0 {
		cost *= 2
	}
	return cost
}

// decode reads a file's picture. It fails with [ErrFormat] or [ErrSize].
func decode(file []byte) (*picture, error) {
	if len(file) > MaxBytes {
		return nil, fmt.Errorf("%d bytes: %w", len(file), ErrSize)
	}
	for _, f := range formats() {
		if bytes.HasPrefix(file, []byte(f.magic)) {
			return f.read(file)
		}
	}
	return nil, ErrFormat
}

func (f *format) read(file []byte) (*picture, error) {
	config, err := f.config(file)
	if err != nil {
		return nil, fmt.Errorf("read the header: %w: %w", ErrFormat, err)
	}
	if min(config.Width, config.Height) < minSide || config.Width > maxDecode || config.Height > maxDecode ||
		config.Width*config.Height > maxDecode/f.cost(file, config) {
		return nil, fmt.Errorf("%d × %d pixels: %w", config.Width, config.Height, ErrSize)
	}
	img, err := f.decode(file)
	if err != nil {
		return nil, fmt.Errorf("decode the picture: %w: %w", ErrFormat, err)
	}
	return upright(raster.Shrink(img, workSize), config, meta.Read(file)), nil
}

// upright turns the picture as its metadata says.
func upright(img *image.RGBA, config image.Config, info meta.Info) *picture {
	p := &picture{image: img, width: config.Width, height: config.Height, info: info}
	if info.Mirrored {
		p.image = raster.Mirror(p.image)
	}
	if info.Turn != 0 {
		p.image = raster.TurnRGBA(p.image, info.Turn)
	}
	if info.Turn%2 == 1 {
		p.width, p.height = p.height, p.width
	}
	p.grey = raster.Grey(p.image)
	return p
}
