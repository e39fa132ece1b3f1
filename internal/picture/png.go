package picture

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// png reads chunks up to the end of the image (W3C PNG sections 5 and 11).
func (l *look) png() error {
	l.skip(len(pngSignature))
	if err := l.header(); err != nil {
		return err
	}
	pixels := false
	for {
		b, err := l.take(8)
		if err != nil {
			return err
		}
		n, kind := binary.BigEndian.Uint32(b), string(b[4:8])
		switch {
		case kind == "acTL":
			return Animated
		case n > 1<<31-1, kind == "IHDR", kind == "IEND" && (n != 0 || !pixels), !known(kind):
			return Broken
		}
		pixels = pixels || kind == "IDAT"
		if err := l.chunk(kind, int64(n)); err != nil || kind == "IEND" {
			return err
		}
	}
}

// known says whether a chunk is one of the four that matter, or one that may be
// left alone: its first letter is small (section 5.4).
func known(kind string) bool {
	for i := range len(kind) {
		if c := kind[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return kind == "PLTE" || kind == "IDAT" || kind == "IEND" || kind[0]&0x20 != 0
}

// chunk reads the data of a chunk and its checksum.
func (l *look) chunk(kind string, n int64) error {
	sum := crc32.ChecksumIEEE([]byte(kind))
	err := l.pass(n, func(part []byte) {
		sum = crc32.Update(sum, crc32.IEEETable, part)
		if kind != "IDAT" {
			l.other.see(part, l.at)
		}
	})
	if err != nil {
		return err
	}
	b, err := l.take(4)
	if err != nil {
		return err
	}
	if binary.BigEndian.Uint32(b) != sum {
		return Broken
	}
	return nil
}

// header reads the first chunk (section 11.2.1).
func (l *look) header() error {
	b, err := l.take(25)
	if err != nil {
		return err
	}
	if string(b[:8]) != "\x00\x00\x00\x0dIHDR" || binary.BigEndian.Uint32(b[21:]) != crc32.ChecksumIEEE(b[4:21]) {
		return Broken
	}
	width, height := binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	if width == 0 || height == 0 || width > 1<<31-1 || height > 1<<31-1 || !depths(b[17], b[16]) || b[18] != 0 || b[19] != 0 || b[20] > 1 {
		return Broken
	}
	return l.accept(Header{PNG, int(width), int(height)})
}

// depths says whether a colour type may have so many bits for a sample.
func depths(colour, bits byte) bool {
	switch colour {
	case 0: // grey
		return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16
	case 3: // a palette
		return bits == 1 || bits == 2 || bits == 4 || bits == 8
	case 2, 4, 6: // RGB, and both with transparency
		return bits == 8 || bits == 16
	}
	return false
}
