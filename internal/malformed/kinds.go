package malformed

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
)

// long makes short content as long as an image must be.
func long(text string) []byte { return []byte(text + strings.Repeat(" ", 4096)) }

// cuts are images that end too early or are damaged.
func cuts() []kind {
	return []kind{
		{"JPEG cut short", func(s *Source) []byte { return s.photo[:s.random.IntN(len(s.photo)-1)] }},
		{"PNG cut short", func(s *Source) []byte { return s.draw[:s.random.IntN(len(s.draw)-1)] }},
		{"PNG with a flipped bit", func(s *Source) []byte {
			b := bytes.Clone(s.draw)
			b[s.random.IntN(len(b))] ^= 1 << s.random.IntN(8)
			return b
		}},
		{"JPEG with rubbish for a head", func(s *Source) []byte { return slices.Concat(s.rubbish(600), s.photo[2:]) }},
		{"rubbish", func(s *Source) []byte { return s.rubbish(8000) }},
		{"nothing", func(*Source) []byte { return nil }},
		{"rubbish behind the start of a JPEG", func(s *Source) []byte { return slices.Concat([]byte("\xff\xd8\x00"), s.rubbish(8000)) }},
	}
}

// bombs declare sides up to 65,535 in a few bytes.
func bombs() []kind {
	sides := func(s *Source) (uint16, uint16) {
		pairs := [][2]uint16{{1, 65535}, {65535, 1}, {65535, 65535}, {10001, 100}, {100, 10001}, {10000, 9999}, {30000, 30000}, {63, 63}}
		p := pairs[s.random.IntN(len(pairs))]
		return p[0], p[1]
	}
	return []kind{
		{"PNG bomb", func(s *Source) []byte {
			b := bytes.Clone(s.draw)
			w, h := sides(s)
			binary.BigEndian.PutUint32(b[16:], uint32(w))
			binary.BigEndian.PutUint32(b[20:], uint32(h))
			binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
			return b
		}},
		{"JPEG bomb", func(s *Source) []byte {
			w, h := sides(s)
			return s.frame(func(sof []byte) []byte {
				binary.BigEndian.PutUint16(sof[5:], h)
				binary.BigEndian.PutUint16(sof[7:], w)
				return sof
			})
		}},
		{"PNG of no size", func(s *Source) []byte {
			b := bytes.Clone(s.draw)
			binary.BigEndian.PutUint32(b[16:], 0)
			binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
			return b
		}},
	}
}

// frame changes the frame header of the JPEG.
func (s *Source) frame(change func([]byte) []byte) []byte {
	at := bytes.Index(s.photo, []byte("\xff\xc0"))
	n := 2 + int(binary.BigEndian.Uint16(s.photo[at+2:]))
	return slices.Concat(s.photo[:at], change(bytes.Clone(s.photo[at:at+n])), s.photo[at+n:])
}

// others are files of another kind, and of two kinds at once.
func others() []kind {
	plain := func(name, text string) kind {
		return kind{name, func(*Source) []byte { return long(text) }}
	}
	return []kind{
		plain("GIF", "GIF89a\x40\x01\x40\x01\x00\x00\x00"), plain("animated GIF", "GIF89a\x40\x01\x40\x01\x00\x00\x00!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"),
		plain("WebP", "RIFF\x00\x10\x00\x00WEBPVP8 "), plain("BMP", "BM\x36\x10\x00\x00"), plain("TIFF", "II*\x00\x08\x00\x00\x00"),
		plain("HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), plain("AVIF", "\x00\x00\x00\x1cftypavif"), plain("JPEG XL", "\xff\x0a\xfa\x7f"),
		plain("JPEG 2000", "\x00\x00\x00\x0cjP  \r\n\x87\n"), plain("PDF", "%PDF-1.7\n"), plain("text", "front"),
		plain("SVG", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`),
		plain("XML with entities", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>`),
		{"zip behind a JPEG", func(s *Source) []byte { return slices.Concat(s.photo, s.zip()) }},
		{"zip in a JPEG", func(s *Source) []byte { return s.segment(0xfe, s.zip()) }},
		{"zip behind a PNG", func(s *Source) []byte { return slices.Concat(s.draw, s.zip()) }},
		{"zip in a PNG", func(s *Source) []byte { return s.chunk("zIPs", s.zip()) }},
		{"page behind a JPEG", func(s *Source) []byte { return slices.Concat(s.photo, []byte("<html><script>")) }},
		{"PDF behind a PNG", func(s *Source) []byte { return slices.Concat(s.draw, []byte("%PDF-1.4")) }},
		{"PDF in a JPEG", func(s *Source) []byte { return s.segment(0xfe, []byte("%PDF-1.4 rubbish")) }},
	}
}

// lies are images whose structure says what is not so, or what is not taken.
func lies() []kind {
	return []kind{
		{"animated PNG", func(s *Source) []byte { return s.chunk("acTL", []byte{0, 0, 0, 9, 0, 0, 0, 0}) }},
		{"JPEG in CMYK", func(s *Source) []byte {
			return s.frame(func(sof []byte) []byte {
				sof[3], sof[9] = sof[3]+3, 4
				return append(sof, 4, 0x11, 0)
			})
		}},
		{"EXIF longer than the file", func(s *Source) []byte {
			return slices.Concat(s.photo[:2], []byte("\xff\xe1\xff\xffExif\x00\x00"), s.rubbish(2000), s.photo[2:])
		}},
		{"EXIF without a length", func(s *Source) []byte {
			return slices.Concat(s.photo[:2], []byte("\xff\xe1\x00\x01Exif\x00\x00"), s.photo[2:])
		}},
		{"EXIF shorter than it is", func(s *Source) []byte {
			return slices.Concat(s.photo[:2], []byte("\xff\xe1\x00\x08Exif\x00\x00\x01\x01"), s.photo[2:])
		}},
		{"PNG chunk of 2 GB", func(s *Source) []byte {
			return slices.Concat(s.draw[:33], []byte("\x7f\xff\xff\xfftEXt"), s.draw[33:])
		}},
		{"PNG with a chunk of its own", func(s *Source) []byte { return s.chunk("EVIL", s.rubbish(100)) }},
		{"JPEG of an unusual process", func(s *Source) []byte {
			return s.frame(func(sof []byte) []byte {
				sof[1] = []byte{0xc3, 0xc5, 0xc9, 0xcf}[s.random.IntN(4)]
				return sof
			})
		}},
		{"JPEG of two frames", func(s *Source) []byte {
			return s.frame(func(sof []byte) []byte { return slices.Concat(sof, sof) })
		}},
	}
}

// zip makes a small archive.
func (s *Source) zip() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if file, err := w.CreateHeader(&zip.FileHeader{Name: "payload", Method: zip.Store}); err == nil {
		_, _ = file.Write(s.rubbish(500))
	}
	_ = w.Close()
	return b.Bytes()
}

// segment puts one behind the start of the JPEG.
func (s *Source) segment(marker byte, content []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2)) // #nosec G115 -- short
	return slices.Concat(s.photo[:2], head, content, s.photo[2:])
}

// chunk puts one behind the header of the PNG.
func (s *Source) chunk(name string, content []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content))) // #nosec G115 -- short
	b = slices.Concat(b, []byte(name), content)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	return slices.Concat(s.draw[:33], b, s.draw[33:])
}
