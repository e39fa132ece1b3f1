package dataurl

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/segmentio/asm/base64"
)

// header takes a data URL up to its comma and gives the media type it declares.
func header(key string, t *text) (string, error) {
	bad := &ValueError{key, "must be a data URL: data:<type>;base64,<data>"}
	var h [MaxToken]byte
	n := 0
	for ; ; n++ {
		if n == len(h) {
			return "", bad
		}
		if _, err := fill(t, h[n:n+1]); errors.Is(err, io.EOF) {
			return "", bad
		} else if err != nil {
			return "", err
		}
		if h[n] == ',' {
			break
		}
	}
	mediaType, ok := parseHeader(string(h[:n]))
	if !ok {
		return "", bad
	}
	return mediaType, nil
}

// parseHeader reads data:<type>[;parameter]...;base64.
func parseHeader(h string) (mediaType string, ok bool) {
	scheme, h, _ := strings.Cut(h, ":")
	rest := strings.LastIndexByte(h, ';')
	if !strings.EqualFold(scheme, "data") || rest < 0 || !strings.EqualFold(h[rest:], ";base64") {
		return "", false
	}
	declared, _, _ := strings.Cut(h[:rest], ";")
	if declared == "" {
		return "text/plain", true
	}
	return parseType(declared)
}

// parseType gives a media type without parameters in lower case.
func parseType(s string) (mediaType string, ok bool) {
	mediaType, params, err := mime.ParseMediaType(s)
	return mediaType, err == nil && len(params) == 0 && strings.Contains(mediaType, "/")
}

// chunk holds a stretch of a value, encoded and decoded. Being a multiple of
// four it is cut off only at the value's end. The decoder writes no further than
// out is long: TestDecoderKeepsToItsBuffers.
type chunk struct {
	in  [32 << 10]byte
	out [24 << 10]byte
}

// body decodes the base64 of one value.
type body struct {
	key   string
	text  *text
	chunk *chunk
	// out is what is decoded and unread.
	out    []byte
	padded bool
	err    error
}

// Read implements io.Reader. Who takes a whole chunk at a time gets it without a
// detour.
func (b *body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(b.out) == 0 && b.err == nil {
		room := b.chunk.out[:]
		if len(p) >= len(room) {
			room = p
		}
		b.next(room)
	}
	if len(b.out) == 0 {
		return 0, b.err
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

// next decodes one more chunk into a room that is long enough; afterwards there is
// something in out, or err is set, or both at the end.
func (b *body) next(room []byte) {
	n, err := fill(b.text, b.chunk.in[:])
	b.err = err
	if n == 0 || err != nil && !errors.Is(err, io.EOF) {
		return
	}
	out, ok := b.decode(room, b.chunk.in[:n])
	if !ok {
		b.err = &ValueError{b.key, "is not base64"}
		return
	}
	b.out = out
}

// decode turns base64 into bytes. What follows padding is no base64.
func (b *body) decode(room, in []byte) ([]byte, bool) {
	if b.padded {
		return nil, false
	}
	b.padded = in[len(in)-1] == '='
	return decode(room, in)
}

// decode turns base64 into bytes in a room that is long enough. What is no multiple
// of four long has no padding; and line breaks, which the decoders pass over, are no
// base64.
func decode(room, in []byte) ([]byte, bool) {
	if bytes.IndexByte(in, '\n') >= 0 || bytes.IndexByte(in, '\r') >= 0 {
		return nil, false
	}
	encoding := base64.StdEncoding
	if len(in)%4 != 0 {
		encoding = base64.RawStdEncoding
	}
	n, err := encoding.Decode(room, in)
	return room[:n], err == nil
}

// fill reads until p is full or r fails. Unlike io.ReadFull it keeps io.EOF
// apart from an underlying io.ErrUnexpectedEOF, which is how a broken
// connection shows.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = r.Read(p[n:])
		n += k
	}
	return n, err
}
