package vision

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/specimen"
)

// draw makes TestPictures draw the pictures in testdata again: the tests of
// this package and of those below it read them instead of drawing each time,
// which takes ten times as long as reading.
var draw = flag.Bool("draw", false, "draw the pictures in testdata again")

// pictures are the orders of the pictures in testdata, by their names.
func pictures() map[string]specimen.Order {
	flawed := func(t specimen.Type, level int, flaw specimen.Flaw) specimen.Order {
		return specimen.Order{Type: t, Level: level, Flaws: []specimen.Flaw{flaw}}
	}
	return map[string]specimen.Order{
		"passport-0":       {Type: specimen.Passport},
		"passport-2":       {Type: specimen.Passport, Level: 2, Seed: 4},
		"passport-3":       {Type: specimen.Passport, Level: 3, Seed: 6},
		"card-0":           {Type: specimen.IDCard, Side: specimen.Back, Seed: 1},
		"card-2":           {Type: specimen.IDCard, Side: specimen.Back, Level: 2, Seed: 5},
		"card-3":           {Type: specimen.ResidencePermit, Side: specimen.Back, Level: 3, Seed: 7},
		"td2-3":            {Type: specimen.IDCardTD2, Level: 3, Seed: 2},
		"licence-0":        {Type: specimen.USDrivingLicence, Side: specimen.Back},
		"licence-2":        {Type: specimen.USDrivingLicence, Side: specimen.Back, Level: 2, Seed: 2},
		"selfie-0":         {Type: specimen.Selfie},
		"selfie-3":         {Type: specimen.Selfie, Level: 3, Seed: 139},
		"wrong-digit":      flawed(specimen.Passport, 3, specimen.WrongCheckDigit),
		"two-faces":        flawed(specimen.Selfie, 0, specimen.TwoFaces),
		"two-faces-3":      {Type: specimen.Selfie, Level: 3, Seed: 9007, Flaws: []specimen.Flaw{specimen.TwoFaces}},
		"no-face":          flawed(specimen.Selfie, 2, specimen.NoFace),
		"blurred":          flawed(specimen.Passport, 2, specimen.Blurred),
		"blurred-selfie":   flawed(specimen.Selfie, 0, specimen.Blurred),
		"grey":             flawed(specimen.IDCard, 3, specimen.Grey),
		"screenshot":       flawed(specimen.IDCard, 2, specimen.Screenshot),
		"cut-off":          flawed(specimen.IDCard, 3, specimen.CutOff),
		"glare":            flawed(specimen.Passport, 0, specimen.Glare),
		"passport-small-3": {Type: specimen.Passport, Level: 3, Seed: 8, Fill: 0.5},
	}
}

// TestPictures: every order has its picture and, with a zone, its lines.
func TestPictures(t *testing.T) {
	t.Parallel()
	for name, o := range pictures() {
		lines, err := specimen.MRZ(o)
		if err != nil {
			t.Fatal(err)
		}
		if o.Type == specimen.IDCard && o.Side != specimen.Back {
			lines = nil // the zone is on the other side
		}
		path := filepath.Join("testdata", name)
		if *draw {
			var b bytes.Buffer
			if err := specimen.JPEG(&b, o); err != nil {
				t.Fatal(err)
			}
			for file, content := range map[string][]byte{path + ".jpg": b.Bytes(), path + ".txt": []byte(strings.Join(lines, "\n"))} {
				if err := os.WriteFile(file, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		kept, err := os.ReadFile(path + ".txt")
		if err != nil || string(kept) != strings.Join(lines, "\n") {
			t.Errorf("%s holds %q, %v; the order has %q: go test -run TestPictures -draw", path, kept, err, lines)
		}
	}
}

// pictureOf reads a picture and the lines that it shows.
func pictureOf(t testing.TB, name string) (file []byte, lines []string) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return file, strings.Fields(string(text))
}
