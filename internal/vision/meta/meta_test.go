package meta

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"
)

// exif builds a block with a directory of texts and an orientation.
func exif(order binary.AppendByteOrder, orientation uint16, texts map[uint16]string) []byte {
	b := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, uint16(len(texts)+1))
	at := uint32(8 + 2 + entrySize*(len(texts)+1) + 4)
	b = order.AppendUint16(b, tagOrientation)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	var heap []byte
	for tag, value := range texts {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, 2)
		b = order.AppendUint32(b, uint32(len(value)+1))
		b = order.AppendUint32(b, at+uint32(len(heap)))
		heap = append(append(heap, value...), 0)
	}
	return append(order.AppendUint32(b, 0), heap...)
}

func jpegOf(marker byte, segment []byte) []byte {
	b := []byte{0xff, 0xd8, 0xff, marker}
	b = binary.BigEndian.AppendUint16(b, uint16(len(segment)+2))
	return append(append(b, segment...), 0xff, 0xda)
}

func pngOf(kind string, data []byte) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestRead(t *testing.T) {
	t.Parallel()
	texts := map[uint16]string{tagMake: "Utopia Optics", tagModel: "Eye 1", tagSoftware: "Adobe Photoshop 25.0", tagTaken: "2026:05:04 03:02:01"}
	whole := Info{
		Make: "Utopia Optics", Model: "Eye 1", Software: "Adobe Photoshop 25.0",
		TakenAt: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), Turn: 1,
	}
	for name, c := range map[string]struct {
		file []byte
		want Info
	}{
		"big-endian Exif":    {jpegOf(0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6, texts)...)), whole},
		"little-endian Exif": {jpegOf(0xe1, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, 6, texts)...)), whole},
		"Exif in PNG":        {pngOf("eXIf", exif(binary.BigEndian, 6, texts)), whole},
		"XMP attribute":      {jpegOf(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x xmp:CreatorTool=\"GIMP 3.0\"/>")), Info{Software: "GIMP 3.0"}},
		"XMP element":        {jpegOf(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<xmp:CreatorTool>Canva</xmp:CreatorTool>")), Info{Software: "Canva"}},
		"Photoshop's block":  {jpegOf(0xed, []byte("Photoshop 3.0\x008BIM")), Info{Software: "Adobe Photoshop"}},
		"text in PNG":        {pngOf("tEXt", []byte("Software\x00gnome-screenshot")), Info{Software: "gnome-screenshot"}},
		"nothing":            {jpegOf(0xfe, []byte("a comment")), Info{}},
		"no picture":         {[]byte("%PDF-1.7"), Info{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Read(c.file); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
	if !whole.Edited() || !whole.Camera() || (Info{Software: "HDR+ 1.0"}).Edited() || (Info{}).Camera() {
		t.Error("editors and cameras are confused")
	}
}

func TestEveryOrientation(t *testing.T) {
	t.Parallel()
	for value, want := range map[uint16]Info{0: {}, 1: {}, 2: {Mirrored: true}, 3: {Turn: 2}, 6: {Turn: 1}, 8: {Turn: 3}, 9: {}} {
		if got := Read(jpegOf(0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, value, nil)...))); got != want {
			t.Errorf("%d: %+v, want %+v", value, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(jpegOf(0xe1, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, 6, map[uint16]string{tagSoftware: "GIMP"})...)))
	f.Add(pngOf("tEXt", []byte("Software\x00GIMP")))
	f.Fuzz(func(t *testing.T, file []byte) {
		info := Read(file)
		if len(info.Software) > maxText || bytes.ContainsAny([]byte(info.Software), "\x00\n") || info.Turn < 0 || info.Turn > 3 {
			t.Errorf("%+v", info)
		}
	})
}
