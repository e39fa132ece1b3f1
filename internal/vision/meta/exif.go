package meta

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Tags of Exif (CIPA DC-008, section 4.6).
const (
	tagMake        = 0x010f
	tagModel       = 0x0110
	tagOrientation = 0x0112
	tagSoftware    = 0x0131
	tagExif        = 0x8769 // where the second directory begins
	tagTaken       = 0x9003
)

const (
	entrySize  = 12
	maxEntries = 512
)

// tiff reads the first directory and the one of Exif.
func (i *Info) tiff(b []byte) {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(b, []byte("II*\x00")) {
		order = binary.LittleEndian
	} else if !bytes.HasPrefix(b, []byte("MM\x00*")) {
		return
	}
	if len(b) < 8 {
		return
	}
	if second := i.directory(b, order, order.Uint32(b[4:])); second != 0 {
		i.directory(b, order, second)
	}
}

// directory reads one directory and gives the place of the next one.
func (i *Info) directory(b []byte, order binary.ByteOrder, at uint32) (second uint32) {
	if uint64(at)+2 > uint64(len(b)) {
		return 0
	}
	entries := b[at+2:]
	for range min(int(order.Uint16(b[at:])), maxEntries) {
		if len(entries) < entrySize {
			break
		}
		entry := entries[:entrySize]
		entries = entries[entrySize:]
		if order.Uint16(entry) == tagExif {
			second = order.Uint32(entry[8:])
		}
		i.entry(b, order, entry)
	}
	return second
}

func (i *Info) entry(b []byte, order binary.ByteOrder, entry []byte) {
	switch order.Uint16(entry) {
	case tagMake:
		i.Make = ascii(b, order, entry)
	case tagModel:
		i.Model = ascii(b, order, entry)
	case tagSoftware:
		i.Software = ascii(b, order, entry)
	case tagTaken:
		if taken, err := time.Parse("2006:01:02 15:04:05", ascii(b, order, entry)); err == nil {
			i.TakenAt = taken
		}
	case tagOrientation:
		i.orient(order.Uint16(entry[8:]))
	}
}

// orient translates Exif's eight orientations.
func (i *Info) orient(value uint16) {
	if value < 1 || value > 8 {
		return
	}
	i.Turn = [8]int{0, 0, 2, 2, 3, 1, 1, 3}[value-1]
	i.Mirrored = [8]bool{false, true, false, true, true, false, true, false}[value-1]
}

// ascii is a text: in the entry itself if it is short, else where that says.
func ascii(b []byte, order binary.ByteOrder, entry []byte) string {
	const ascii = 2
	count := order.Uint32(entry[4:])
	if order.Uint16(entry[2:]) != ascii {
		return ""
	}
	if count <= 4 {
		return text(entry[8 : 8+count])
	}
	at := order.Uint32(entry[8:])
	if uint64(at)+uint64(count) > uint64(len(b)) {
		return ""
	}
	return text(b[at : at+count])
}
