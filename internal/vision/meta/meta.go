package meta

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
)

// Info is what a file says. What it does not say is empty.
type Info struct {
	Make, Model string
	Software    string    // program that wrote the file
	TakenAt     time.Time // as the camera's clock had it, without a zone
	Turn        int       // quarters of a circle clockwise that put the picture upright
	Mirrored    bool      // the picture has to be mirrored left to right before it is turned
}

// maxSegments bounds how many pieces of a file are looked at.
const maxSegments = 4096

// Read reads what a file says about itself. It never fails: a file that is
// broken or of another format says nothing.
func Read(file []byte) Info {
	var info Info
	switch {
	case bytes.HasPrefix(file, []byte{0xff, 0xd8}):
		info.jpeg(file[2:])
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		info.png(file[8:])
	}
	return info
}

// Camera says whether the file names the camera that took it.
func (i Info) Camera() bool { return i.Make != "" || i.Model != "" }

// Edited says whether the program that wrote the file is one to edit pictures
// with.
func (i Info) Edited() bool {
	software := strings.ToLower(i.Software)
	for _, editor := range []string{
		"photoshop", "lightroom", "gimp", "affinity", "pixelmator", "paint.net", "paint shop", "photopea", "canva", "snapseed", "picsart",
		"facetune", "corel", "krita", "inkscape", "illustrator", "figma", "midjourney", "dall-e", "stable diffusion", "firefly",
	} {
		if strings.Contains(software, editor) {
			return true
		}
	}
	return false
}

// jpeg walks through the segments before the picture itself (ISO/IEC 10918-1,
// annex B).
func (i *Info) jpeg(b []byte) {
	for range maxSegments {
		if len(b) < 4 || b[0] != 0xff || b[1] == 0xda || b[1] == 0xd9 {
			return
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		if size < 2 || len(b) < 2+size {
			return
		}
		i.segment(b[1], b[4:2+size])
		b = b[2+size:]
	}
}

func (i *Info) segment(marker byte, b []byte) {
	const app1, app13 = 0xe1, 0xed
	if tiff, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00")); ok && marker == app1 {
		i.tiff(tiff)
	} else if xmp, ok := bytes.CutPrefix(b, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok && marker == app1 {
		i.xmp(xmp)
	} else if bytes.HasPrefix(b, []byte("Photoshop 3.0\x00")) && marker == app13 && i.Software == "" {
		i.Software = "Adobe Photoshop"
	}
}

// png walks through the chunks (W3C Portable Network Graphics, section 5).
func (i *Info) png(b []byte) {
	for range maxSegments {
		if len(b) < 12 {
			return
		}
		size := int(binary.BigEndian.Uint32(b))
		if size < 0 || size > len(b)-12 {
			return
		}
		i.chunk(string(b[4:8]), b[8:8+size])
		b = b[12+size:]
	}
}

func (i *Info) chunk(kind string, b []byte) {
	keyword, value, _ := bytes.Cut(b, []byte{0})
	switch {
	case kind == "eXIf":
		i.tiff(b)
	case kind == "tEXt" && string(keyword) == "Software":
		i.Software = text(value)
	case kind == "iTXt" && string(keyword) == "XML:com.adobe.xmp":
		i.xmp(value)
	case kind == "iTXt" && string(keyword) == "Software" && len(value) > 4:
		i.Software = text(value[4:])
	}
}

// xmp looks for the program and nothing else, in whichever of XML's two ways
// it is written.
func (i *Info) xmp(b []byte) {
	_, after, found := bytes.Cut(b, []byte("CreatorTool"))
	if !found || len(after) < 2 || i.Software != "" {
		return
	}
	after = bytes.TrimLeft(after, "=\"'> ")
	if end := bytes.IndexAny(after, "\"'<"); end >= 0 {
		i.Software = text(after[:end])
	}
}

// maxText bounds a text that a file says.
const maxText = 100

// text is printable ASCII up to the first zero.
func text(b []byte) string {
	b, _, _ = bytes.Cut(b[:min(len(b), maxText)], []byte{0})
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(b)))
}
