package picture

import (
	"bufio"
	"errors"
	"io"
)

// The media types that Look knows.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
)

// Header is what the beginning of an image says of it. Sides are in pixels and
// at least 1.
type Header struct {
	MediaType     string
	Width, Height int
}

// Fault says why bytes are no image that is taken. Its text goes on from the
// name of the image.
type Fault string

// Error gives the text.
func (f Fault) Error() string { return string(f) }

// The faults.
const (
	NotImage Fault = "is not a JPEG or PNG image"
	Broken   Fault = "is a broken image"
	CutShort Fault = "ends before the image does"
	Animated Fault = "is animated"
	CMYK     Fault = "is in the colours of print, not RGB or grey"
	Unusual  Fault = "is in a form of JPEG or PNG that cameras do not write"
	Carries  Fault = "carries another file"
)

// bufferBytes is how much is looked at in one go: what a decoder of an upload gives
// at a time fits in.
const bufferBytes = 32 << 10

// Look reads an image to the end of r. accept hears the header as soon as it is
// known, and its error ends the look. The error is a Fault, that of accept, or
// that of r.
func Look(r io.Reader, accept func(Header) error) error {
	l := &look{in: bufio.NewReaderSize(r, bufferBytes), accept: accept}
	err := l.image()
	if err == nil {
		err = l.rest()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return CutShort
	}
	return err
}

// look is one reading.
type look struct {
	in     *bufio.Reader
	accept func(Header) error
	at     int64 // how many bytes were read
	other  otherFile
}

func (l *look) image() error {
	start, err := l.in.Peek(len(pngSignature))
	if err != nil && len(start) < 3 {
		return NotImage
	}
	switch {
	case string(start[:3]) == "\xff\xd8\xff":
		return l.jpeg()
	case string(start) == pngSignature:
		return l.png()
	}
	return NotImage
}

// rest reads what follows the image.
func (l *look) rest() error {
	l.other.behind(l.peek(signatureLength))
	for {
		part, err := l.next()
		if errors.Is(err, io.EOF) {
			return l.other.verdict(l.at)
		}
		if err != nil {
			return err
		}
		l.other.see(part, l.at)
		l.skip(len(part))
	}
}

// next gives some bytes without taking them, at least one, or io.EOF.
func (l *look) next() ([]byte, error) {
	if _, err := l.in.Peek(1); err != nil {
		return nil, err
	}
	return l.in.Peek(l.in.Buffered())
}

// peek gives up to n bytes without taking them.
func (l *look) peek(n int) []byte {
	b, _ := l.in.Peek(n)
	return b
}

// skip takes bytes that next or peek gave.
func (l *look) skip(n int) {
	_, _ = l.in.Discard(n)
	l.at += int64(n)
}

// take gives n bytes, at most 4 KiB, that are good until the next call.
func (l *look) take(n int) ([]byte, error) {
	b, err := l.in.Peek(n)
	if err != nil {
		return nil, err
	}
	l.skip(n)
	return b, nil
}

// pass hands n bytes on as they pass.
func (l *look) pass(n int64, to func([]byte)) error {
	for n > 0 {
		part, err := l.next()
		if err != nil {
			return err
		}
		part = part[:min(int64(len(part)), n)]
		to(part)
		l.skip(len(part))
		n -= int64(len(part))
	}
	return nil
}
