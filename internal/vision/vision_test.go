package vision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/specimen"
)

var options = Options{Today: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}

// newReader shares one reader between tests, as a server does.
var newReader = sync.OnceValues(New)

func read(t testing.TB, file []byte) *Reading {
	t.Helper()
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	reading, err := r.Read(t.Context(), file, options)
	if err != nil {
		t.Fatal(err)
	}
	return reading
}

func TestReadsAPassport(t *testing.T) {
	t.Parallel()
	o := specimen.Default(specimen.Passport)
	file, want := pictureOf(t, "passport-0")
	got := read(t, file)
	m := got.MRZ
	if m == nil || !slices.Equal(m.Lines, want) || m.Format != "TD3" || !m.CheckDigitsValid || m.Turn != 0 {
		t.Fatalf("%+v, want %q", m, want)
	}
	for field, value := range map[string]string{
		"documentNumber": o.Number, "birthDate": o.Holder.Birth.Format(time.DateOnly), "expiryDate": o.Expiry.Format(time.DateOnly),
		"issuingCountry": "UTO", "sex": o.Holder.Sex,
	} {
		if m.Fields[field] != value || m.Confidence[field] < 0.9 {
			t.Errorf("%s: %q (%.2f), want %q", field, m.Fields[field], m.Confidence[field], value)
		}
	}
	if len(got.Faces) == 0 || got.Portrait() == nil || got.Barcode != nil || len(got.Quality.Problems) != 0 {
		t.Errorf("faces %v, barcode %v, problems %v", got.Faces, got.Barcode, got.Quality.Problems)
	}
	checkJSON(t, got)
}

func TestReadsALicence(t *testing.T) {
	t.Parallel()
	o := specimen.Default(specimen.USDrivingLicence)
	file, _ := pictureOf(t, "licence-0")
	got := read(t, file)
	if got.Barcode == nil || got.Barcode.Type != "PDF417" || got.Barcode.Fields["documentNumber"] != o.Number || got.MRZ != nil || len(got.Faces) != 0 {
		t.Errorf("%+v", got)
	}
}

// checkJSON holds a passport's reading to the names that scripts rely on.
func checkJSON(t *testing.T, reading *Reading) {
	t.Helper()
	encoded, err := json.Marshal(reading)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		MRZ struct {
			Format           string
			Lines            []string
			CheckDigitsValid *bool
			Fields           map[string]string
		}
		Barcode *json.RawMessage
		Faces   []map[string]int
		Quality map[string]any
	}
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatal(err)
	}
	if got.MRZ.Format != "TD3" || len(got.MRZ.Lines) != 2 || got.MRZ.CheckDigitsValid == nil || got.MRZ.Fields["lastName"] == "" || got.Barcode != nil {
		t.Errorf("%s", encoded)
	}
	if len(got.Faces) == 0 || len(got.Faces[0]) != 4 || got.Quality["sharpness"] == nil || got.Quality["problems"] == nil {
		t.Errorf("%s", encoded)
	}
}

// TestTurnedPictures reads a picture that lies on its side, and one that says
// so in its metadata.
func TestTurnedPictures(t *testing.T) {
	t.Parallel()
	file, _ := pictureOf(t, "passport-3")
	img, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	box := img.Bounds()
	side := image.NewRGBA(image.Rect(0, 0, box.Dy(), box.Dx()))
	for y := range box.Dy() {
		for x := range box.Dx() {
			side.Set(y, box.Dx()-1-x, img.At(x, y)) // a quarter against the clock
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, side, nil); err != nil {
		t.Fatal(err)
	}
	lying := read(t, b.Bytes())
	if lying.MRZ == nil || lying.MRZ.Turn != 1 || len(lying.Faces) == 0 {
		t.Fatalf("%+v, faces %v", lying.MRZ, lying.Faces)
	}
	if f := lying.Faces[0]; f.Y < box.Dx()/2 {
		t.Errorf("the face of a passport that lies on its left side is at %+v", f)
	}
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	marked := read(t, append(append([]byte("\xff\xd8"), exif...), b.Bytes()[2:]...))
	if marked.MRZ == nil || marked.MRZ.Turn != 0 || marked.Quality.Width != box.Dx() {
		t.Errorf("%+v, %d pixels wide", marked.MRZ, marked.Quality.Width)
	}
}

// TestReadsTogether reads one file twice at once: the readings are the same,
// and tell the wrong check digit by its field.
func TestReadsTogether(t *testing.T) {
	t.Parallel()
	file, _ := pictureOf(t, "wrong-digit")
	readings := make([]*Reading, 2)
	var wait sync.WaitGroup
	for i := range readings {
		wait.Go(func() { readings[i] = read(t, file) })
	}
	wait.Wait()
	first, err := json.Marshal(readings[0])
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(readings[1])
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("%s\n%s, %v", first, second, err)
	}
	m := readings[0].MRZ
	if m == nil || m.CheckDigitsValid || m.Checks["documentNumber"] || !m.Checks["birthDate"] || m.Confidence["documentNumber"] > 0.6 {
		t.Errorf("%+v", m)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	var tiny bytes.Buffer
	if err := png.Encode(&tiny, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Clone(tiny.Bytes())
	copy(bomb[16:], "\x00\x00\xff\xff\x00\x00\xff\xff") // 65535 × 65535
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing": {nil, ErrFormat}, "a PDF": {[]byte("%PDF-1.7"), ErrFormat}, "half a JPEG": {[]byte("\xff\xd8\xff"), ErrFormat},
		"a broken header": {bomb, ErrFormat}, "too small": {tiny.Bytes(), ErrSize}, "too many bytes": {make([]byte, MaxBytes+1), ErrSize},
	} {
		if _, err := r.Read(t.Context(), c.file, options); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, tiny.Bytes(), options); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	r, err := newReader()
	if err != nil {
		f.Fatal(err)
	}
	for _, size := range []image.Point{{16, 16}, {40, 30}, {90, 70}} {
		img := image.NewRGBA(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = uint8(i * i / 7)
		}
		var p, j bytes.Buffer
		if err := errors.Join(png.Encode(&p, img), jpeg.Encode(&j, img, nil)); err != nil {
			f.Fatal(err)
		}
		f.Add(p.Bytes())
		f.Add(j.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		reading, err := r.Read(t.Context(), file, options)
		if (reading == nil) == (err == nil) {
			t.Errorf("%v, %v", reading, err)
		}
		if err == nil {
			if _, err := json.Marshal(reading); err != nil {
				t.Error(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r, err := New()
	if err != nil {
		b.Fatal(err)
	}
	file, _ := pictureOf(b, "passport-2")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Read(b.Context(), file, options); err != nil {
			b.Fatal(err)
		}
	}
}
