package malformed

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
)

// Upload is one request body.
type Upload struct {
	// Kind says what is wrong, and in which form it is sent.
	Kind        string
	ContentType string
	Body        []byte
}

// Source makes uploads. It is not safe for concurrent use.
type Source struct {
	random      *rand.Rand
	photo, draw []byte // a JPEG and a PNG that are good
	kinds       []kind
	n           int
}

// kind is a way to be malformed.
type kind struct {
	name string
	make func(*Source) []byte
}

// NewSource gives the source of a seed: the same seed makes the same uploads.
func NewSource(seed uint64) (*Source, error) {
	s := &Source{random: rand.New(rand.NewPCG(seed, 0)), kinds: slices.Concat(cuts(), bombs(), others(), lies())} // #nosec G404 -- the same again is the point
	picture := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for i := range 120 * 90 {
		picture.Set(i%120, i/120, color.RGBA{s.byte(), s.byte(), s.byte(), 255})
	}
	var photo, drawing bytes.Buffer
	if err := jpeg.Encode(&photo, picture, nil); err != nil {
		return nil, fmt.Errorf("make a JPEG: %w", err)
	}
	if err := png.Encode(&drawing, picture); err != nil {
		return nil, fmt.Errorf("make a PNG: %w", err)
	}
	s.photo, s.draw = photo.Bytes(), drawing.Bytes()
	return s, nil
}

// Next gives the next upload: each kind in turn, in a form by chance.
func (s *Source) Next() Upload {
	k := s.kinds[s.n%len(s.kinds)]
	s.n++
	return s.wrap(k.name, k.make(s))
}

// wrap puts an image into the body of a request.
func (s *Source) wrap(name string, content []byte) Upload {
	mediaType := []string{"image/jpeg", "image/png"}[s.random.IntN(2)]
	switch s.random.IntN(8) {
	case 0, 1, 2:
		return Upload{name + ", multipart", "multipart/form-data; boundary=b", s.multipart(content, "\r\n--b--\r\n")}
	case 3:
		return Upload{name + ", multipart without its end", "multipart/form-data; boundary=b", s.multipart(content, "")}
	case 4:
		body := dataURL(mediaType, content)
		return Upload{name + ", data URL cut short", "application/json", body[:s.random.IntN(len(body))]}
	case 5:
		body := dataURL(mediaType, content)
		body[s.random.IntN(len(body))] = "\x00\xff\"\\{<\x7f"[s.random.IntN(7)]
		return Upload{name + ", data URL with rubbish", "application/json", body}
	default:
		return Upload{name + ", data URL", "application/json", dataURL(mediaType, content)}
	}
}

func (s *Source) multipart(content []byte, end string) []byte {
	head := "--b\r\nContent-Disposition: form-data; name=\"front\"; filename=\"front.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
	return slices.Concat([]byte(head), content, []byte(end))
}

func dataURL(mediaType string, content []byte) []byte {
	return []byte(`{"front":"data:` + mediaType + `;base64,` + base64.StdEncoding.EncodeToString(content) + `"}`)
}

func (s *Source) byte() byte { return byte(s.random.Uint32()) } // #nosec G115 -- the lowest

// rubbish gives up to n bytes, at least one.
func (s *Source) rubbish(n int) []byte {
	b := make([]byte, 1+s.random.IntN(n))
	for i := range b {
		b[i] = s.byte()
	}
	return b
}
