package picture

import (
	"bytes"
	"encoding/binary"
)

// The markers of JPEG that are looked at (ITU-T T.81 table B.1).
const (
	markerSOF0 = 0xc0 // baseline
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerSOFs = 0xcf // the last of the frames, most of which nobody writes
	markerAPP0 = 0xe0
	markerCOM  = 0xfe
	markerTEM  = 0x01
)

// jpeg reads segments up to the end of the image.
func (l *look) jpeg() error {
	l.skip(2)
	framed, scanned := false, false
	for {
		marker, err := l.marker()
		if err != nil {
			return err
		}
		switch {
		case marker == markerEOI && framed && scanned:
			return nil
		case marker == markerTEM:
			continue
		case marker == 0, marker == markerEOI, marker == markerSOI, marker >= markerRST0 && marker <= markerRST7,
			marker == markerSOS && !framed, isFrame(marker) && framed:
			return Broken
		case isFrame(marker):
			framed = true
			err = l.frame(marker)
		default:
			err = l.segment(marker)
		}
		if err == nil && marker == markerSOS {
			scanned = true
			err = l.scan()
		}
		if err != nil {
			return err
		}
	}
}

func isFrame(marker byte) bool {
	return marker >= markerSOF0 && marker <= markerSOFs && marker != markerDHT && marker != 0xc8 && marker != 0xcc
}

// marker reads one, with the bytes that may fill up before it.
func (l *look) marker() (byte, error) {
	b, err := l.take(2)
	if err != nil {
		return 0, err
	}
	if b[0] != 0xff {
		return 0, Broken
	}
	marker := b[1]
	for marker == 0xff {
		if b, err = l.take(1); err != nil {
			return 0, err
		}
		marker = b[0]
	}
	return marker, nil
}

// length reads how long the rest of a segment is.
func (l *look) length() (int, error) {
	b, err := l.take(2)
	if err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 2 {
		return 0, Broken
	}
	return n - 2, nil
}

func (l *look) segment(marker byte) error {
	n, err := l.length()
	if err != nil {
		return err
	}
	return l.pass(int64(n), func(part []byte) {
		if marker >= markerAPP0 && marker <= markerCOM {
			l.other.see(part, l.at)
		}
	})
}

// frame reads the header of a frame (ITU-T T.81 section B.2.2).
func (l *look) frame(marker byte) error {
	n, err := l.length()
	if err != nil {
		return err
	}
	if marker > markerSOF2 {
		return Unusual
	}
	const one, most = 6 + 3*1, 6 + 3*255
	if n < one || n > most {
		return Broken
	}
	b, err := l.take(n)
	if err != nil {
		return err
	}
	components := int(b[5])
	h := Header{JPEG, int(binary.BigEndian.Uint16(b[3:])), int(binary.BigEndian.Uint16(b[1:]))}
	switch {
	case n != 6+3*components || h.Width == 0 || h.Height == 0:
		return Broken
	case components == 4:
		return CMYK
	case b[0] != 8 || components != 1 && components != 3:
		return Unusual
	}
	return l.accept(h)
}

// scan passes over the compressed pixels up to the next marker.
func (l *look) scan() error {
	for {
		part, err := l.next()
		if err != nil {
			return err
		}
		at := bytes.IndexByte(part, 0xff)
		if at < 0 {
			l.skip(len(part))
			continue
		}
		l.skip(at)
		pair, err := l.in.Peek(2)
		if err != nil {
			return err
		}
		switch second := pair[1]; {
		case second == 0xff:
			l.skip(1) // it may begin a marker itself
		case second == 0, second >= markerRST0 && second <= markerRST7:
			l.skip(2)
		default:
			return nil
		}
	}
}
