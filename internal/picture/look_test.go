package picture_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dossier-id/dossier/internal/picture"
)

func TestWholeImagesPass(t *testing.T) {
	t.Parallel()
	photo, drawing := aJPEG(t), aPNG(t)
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"JPEG": {photo, picture.JPEG}, "grey JPEG": {encode(t, image.NewGray(image.Rect(0, 0, 80, 70))), picture.JPEG}, "PNG": {drawing, picture.PNG},
		"a second picture behind": {join(photo, photo), picture.JPEG}, "a film behind": {join(photo, []byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 3000)), picture.JPEG},
		"nothing but padding behind": {join(drawing, make([]byte, 5000)), picture.PNG},
		"rubbish where EXIF stands":  {segment(photo, 0xe1, "Exif\x00\x00II\x2a\x00\xff\xff\xff\xff rubbish"), picture.JPEG},
		"fill bytes":                 {join(photo[:2], []byte("\xff\xff\xff"), photo[2:]), picture.JPEG},
	} {
		for _, r := range []io.Reader{bytes.NewReader(c.content), iotest.OneByteReader(bytes.NewReader(c.content))} {
			var got picture.Header
			err := picture.Look(r, func(h picture.Header) error { got = h; return nil })
			if err != nil || got != (picture.Header{MediaType: c.want, Width: 80, Height: 70}) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	}
}

func TestFaultsAreNamed(t *testing.T) {
	t.Parallel()
	photo, drawing, archive := aJPEG(t), aPNG(t), aZip(t)
	for name, c := range map[string]struct {
		content []byte
		want    picture.Fault
	}{
		"nothing": {nil, picture.NotImage}, "two bytes": {photo[:2], picture.NotImage}, "text": {[]byte("<svg xmlns=''/>"), picture.NotImage},
		"GIF": {[]byte("GIF89a rubbish"), picture.NotImage}, "HEIC": {[]byte("\x00\x00\x00\x18ftypheic"), picture.NotImage},
		"half a JPEG": {photo[:len(photo)/2], picture.CutShort}, "half a PNG": {drawing[:len(drawing)/2], picture.CutShort},
		"no end of JPEG": {photo[:len(photo)-2], picture.CutShort}, "no end of PNG": {drawing[:len(drawing)-1], picture.CutShort},
		"a zip behind": {join(photo, archive), picture.Carries}, "a zip after padding": {join(photo, make([]byte, 100), archive), picture.Carries},
		"a zip in a comment": {segment(photo, 0xfe, string(archive)), picture.Carries},
		"a page behind":      {join(drawing, []byte("\n<html><script>")), picture.Carries}, "a PDF in a comment": {segment(photo, 0xfe, "%PDF-1.7"), picture.Carries},
		"a program behind": {join(drawing, []byte("MZ\x90\x00")), picture.Carries},
		"animated":         {chunk(drawing, "acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), picture.Animated},
		"a bad checksum":   {flip(drawing, 40), picture.Broken}, "a critical chunk of its own": {chunk(drawing, "ABCD", "x"), picture.Broken},
		"a segment that is longer than the file": {join(photo[:2], []byte("\xff\xe1\xff\xff"), photo[2:]), picture.CutShort},
		"a segment without length":               {join(photo[:2], []byte("\xff\xe1\x00\x01"), photo[2:]), picture.Broken},
		"four colours":                           {frame(photo, func(sof []byte) []byte { sof[9] = 4; sof[3] += 3; return append(sof, 4, 0x11, 0) }), picture.CMYK},
		"lossless":                               {frame(photo, func(sof []byte) []byte { sof[1] = 0xc3; return sof }), picture.Unusual},
		"no height":                              {frame(photo, func(sof []byte) []byte { sof[5], sof[6] = 0, 0; return sof }), picture.Broken},
	} {
		err := picture.Look(bytes.NewReader(c.content), func(picture.Header) error { return nil })
		if fault, ok := errors.AsType[picture.Fault](err); !ok || fault != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestRefusedByItsHeader(t *testing.T) {
	t.Parallel()
	tooLarge := errors.New("too large")
	err := picture.Look(io.MultiReader(bytes.NewReader(aPNG(t)[:100]), iotest.ErrReader(errors.New("read on"))), func(picture.Header) error { return tooLarge })
	if !errors.Is(err, tooLarge) {
		t.Errorf("the look went on: %v", err)
	}
}

// FuzzLook: whatever the standard library decodes as a plain JPEG or PNG of
// colours on a screen has the sides that Look says.
func FuzzLook(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var seen picture.Header
		err := picture.Look(bytes.NewReader(content), func(h picture.Header) error { seen = h; return nil })
		if err != nil {
			if _, ok := errors.AsType[picture.Fault](err); !ok {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		config, format, err := image.DecodeConfig(bytes.NewReader(content))
		if err == nil && (seen != picture.Header{MediaType: "image/" + format, Width: config.Width, Height: config.Height}) {
			t.Errorf("%+v, but it is a %s of %d × %d", seen, format, config.Width, config.Height)
		}
	})
}

func aJPEG(t *testing.T) []byte { t.Helper(); return encode(t, noise()) }

func encode(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aPNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, noise()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aZip(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	file, err := w.Create("a")
	if err == nil {
		_, err = file.Write([]byte("payload"))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func noise() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 80, 70))
	for i := range 80 * 70 {
		m.Set(i%80, i/80, color.RGBA{uint8(i * 7), uint8(i * i), uint8(i * 31), 255})
	}
	return m
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// segment puts one behind the start of a JPEG.
func segment(photo []byte, marker byte, text string) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(text)+2))
	return join(photo[:2], head, []byte(text), photo[2:])
}

// chunk puts one behind the header of a PNG.
func chunk(drawing []byte, kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind+data...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	return join(drawing[:33], b, drawing[33:])
}

// frame changes the frame header of a JPEG.
func frame(photo []byte, change func([]byte) []byte) []byte {
	before, behind, _ := strings.Cut(string(photo), "\xff\xc0")
	n := int(binary.BigEndian.Uint16([]byte(behind)))
	return join([]byte(before), change([]byte("\xff\xc0"+behind[:n])), []byte(behind[n:]))
}
