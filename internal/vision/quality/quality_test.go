package quality

import (
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/vision/meta"
	"github.com/dossier-id/dossier/internal/vision/raster"
)

// pictureOf reads a specimen that was drawn for package vision.
func pictureOf(t testing.TB, name string) Picture {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := jpeg.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return from(raster.Shrink(img, 2000))
}

func from(img *image.RGBA) Picture {
	return Picture{Image: img, Grey: raster.Grey(img), Width: img.Rect.Dx(), Height: img.Rect.Dy()}
}

// TestCleanAndFlawed holds the table of limits to specimens: each flaw is
// found, and nothing in pictures without one.
func TestCleanAndFlawed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]Problem{
		"passport-0": nil, "passport-3": nil, "card-2": nil, "licence-2": nil, "selfie-0": nil, "selfie-3": nil,
		"blurred": {Blurred}, "blurred-selfie": {Blurred}, "grey": {Grey}, "screenshot": {Screenshot}, "cut-off": {CutOff}, "glare": {Glare},
	} {
		if got := Measure(pictureOf(t, name)); !slices.Equal(got.Problems, want) {
			t.Errorf("%s: %v, want %v: %+v", name, got.Problems, want, got)
		}
	}
}

func TestDarkAndSmall(t *testing.T) {
	t.Parallel()
	p := pictureOf(t, "selfie-0")
	for i, v := range p.Image.Pix {
		if i%4 != 3 {
			p.Image.Pix[i] = v / 8
		}
	}
	dark := from(p.Image)
	dark.Width, dark.Height = 480, 640
	if got := Measure(dark); !slices.Contains(got.Problems, Dark) || !slices.Contains(got.Problems, Small) {
		t.Errorf("%+v", got)
	}
}

// TestCutOffOnAnEvenTable: rows that show nothing but the table are no bands of a screen that hide an edge. A whole
// document is not cut off, nor is one that a telephone shows between its bands.
func TestCutOffOnAnEvenTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document image.Rectangle
		cut      bool
	}{
		"right": {image.Rect(350, 120, 900, 480), true}, "left": {image.Rect(-200, 120, 380, 480), true},
		"top": {image.Rect(100, -150, 700, 260), true}, "bottom": {image.Rect(100, 330, 700, 900), true},
		"whole": {image.Rect(100, 120, 700, 480), false}, "between bands": {image.Rect(0, 120, 800, 480), false}, "a scan": {image.Rect(0, 0, 800, 600), false},
	} {
		img := image.NewRGBA(image.Rect(0, 0, 800, 600))
		for y := range 600 {
			for x := range 800 {
				v := uint8(60)
				if image.Pt(x, y).In(c.document) {
					v = uint8(190 + x*7%31 - y*5%17)
				}
				img.SetRGBA(x, y, color.RGBA{R: v, G: v - 9, B: v - 14, A: 255})
			}
		}
		if got := Measure(from(img)); slices.Contains(got.Problems, CutOff) != c.cut {
			t.Errorf("%s: cut off %.2f, bands %.2f", name, got.CutOff, got.FlatBands)
		}
	}
}

func TestScreenGrid(t *testing.T) {
	t.Parallel()
	p := pictureOf(t, "passport-2")
	plain := Measure(p)
	for y := range p.Image.Rect.Dy() {
		for x := range p.Image.Rect.Dx() {
			c := p.Image.RGBAAt(x, y)
			wave := 1 + 0.12*math.Sin(1.1*float64(x)+0.3*float64(y))*math.Sin(1.1*float64(y)-0.3*float64(x))
			for _, v := range []*uint8{&c.R, &c.G, &c.B} {
				*v = uint8(min(float64(*v)*wave, 255))
			}
			p.Image.SetRGBA(x, y, c)
		}
	}
	if grid := Measure(from(p.Image)); grid.ScreenPattern <= plain.ScreenPattern+0.2 {
		t.Errorf("the grid of a screen raises %.2f only to %.2f", plain.ScreenPattern, grid.ScreenPattern)
	}
}

func TestMetadataIsReported(t *testing.T) {
	t.Parallel()
	p := from(image.NewRGBA(image.Rect(0, 0, 700, 700)))
	p.Info = meta.Info{Make: "Utopia Optics", Model: "Eye 1", Software: "Adobe Photoshop 25", TakenAt: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)}
	got := Measure(p)
	if !got.Edited || !slices.Contains(got.Problems, Edited) || got.Camera != "Utopia Optics Eye 1" || got.TakenAt != "2026-05-04 03:02:01" {
		t.Errorf("%+v", got)
	}
}

func TestHashKnowsAPictureAgain(t *testing.T) {
	t.Parallel()
	passport := pictureOf(t, "passport-2").Grey
	card := pictureOf(t, "card-2").Grey
	smaller := raster.Resize(passport, passport.Rect.Dx()/2, passport.Rect.Dy()/2)
	if d := Distance(Hash(passport), Hash(smaller)); d > SamePicture {
		t.Errorf("the same picture at half the size differs in %d bits", d)
	}
	if d := Distance(Hash(passport), Hash(card)); d <= 2*SamePicture {
		t.Errorf("another document differs in %d bits", d)
	}
}

func TestLimitsNameMeasures(t *testing.T) {
	t.Parallel()
	seen := make(map[Problem]bool)
	for _, l := range Limits() {
		if seen[l.Problem] || l.Measure == "" || strings.Contains(l.Measure, " ") {
			t.Errorf("%+v", l)
		}
		seen[l.Problem] = true
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add(uint16(3), uint16(5), []byte{0, 255, 3, 9})
	f.Add(uint16(300), uint16(280), []byte{7})
	f.Fuzz(func(t *testing.T, w, h uint16, pixels []byte) {
		img := image.NewRGBA(image.Rect(0, 0, int(w%400)+1, int(h%400)+1))
		for i := range len(img.Pix) / 4 {
			v := uint8(i)
			if len(pixels) > 0 {
				v = pixels[i%len(pixels)]
			}
			img.Set(i%img.Rect.Dx(), i/img.Rect.Dx(), color.RGBA{R: v, G: v / 2, B: 255 - v, A: 255})
		}
		r := Measure(from(img))
		for _, v := range []float64{r.Sharpness, r.Brightness, r.Glare, r.CutOff, r.Colour, r.FlatBands, r.ScreenPattern} {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				t.Errorf("%+v", r)
			}
		}
	})
}
