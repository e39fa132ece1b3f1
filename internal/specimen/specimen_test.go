package specimen_test

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/specimen"
)

func TestEveryTypeDraws(t *testing.T) {
	t.Parallel()
	for _, typ := range specimen.Types() {
		for _, side := range specimen.Sides(typ) {
			t.Run(string(typ)+" "+side, func(t *testing.T) {
				t.Parallel()
				img, err := specimen.Draw(specimen.Order{Type: typ, Side: side, Seed: 7})
				if err != nil {
					t.Fatal(err)
				}
				if size := img.Bounds().Size(); size.X < 900 || size.Y < 800 {
					t.Errorf("picture is only %v", size)
				}
			})
		}
	}
}

func TestOneOrderAlwaysGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	order := specimen.Order{
		Type: specimen.IDCard, Side: specimen.Back, Seed: 3, Level: 3, Fill: 0.5,
		Flaws: []specimen.Flaw{specimen.Glare, specimen.WrongCheckDigit},
	}
	if !bytes.Equal(jpegOf(t, order), jpegOf(t, order)) {
		t.Error("two drawings of one order differ")
	}
}

func TestSeedsGiveDifferentPictures(t *testing.T) {
	t.Parallel()
	one := specimen.Order{Type: specimen.IDCard, Side: specimen.Back, Seed: 1}
	two := one
	two.Seed = 2
	if bytes.Equal(jpegOf(t, one), jpegOf(t, two)) {
		t.Error("two seeds give one picture")
	}
}

func jpegOf(t *testing.T, o specimen.Order) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := specimen.JPEG(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLevelsHaveTheirFrames(t *testing.T) {
	t.Parallel()
	for level, width := range map[int]int{0: 1400, 2: 1600, 3: 1280} {
		order := specimen.Order{Type: specimen.USDrivingLicence, Side: specimen.Back, Level: level}
		size, err := jpeg.DecodeConfig(bytes.NewReader(jpegOf(t, order)))
		if err != nil || size.Width != width {
			t.Errorf("level %d is %d wide, want %d (%v)", level, size.Width, width, err)
		}
	}
}

func TestRefusedOrdersNameWhatIsAllowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order specimen.Order
		want  []string
	}{
		"type":        {specimen.Order{Type: "visa"}, []string{"visa", "passport", "selfie", "driving-licence"}},
		"side":        {specimen.Order{Type: specimen.Passport, Side: "back"}, []string{"side of passport", "front"}},
		"flaw":        {specimen.Order{Type: specimen.Passport, Flaws: []specimen.Flaw{"torn"}}, []string{"torn", "no-face", "grey"}},
		"flaw of":     {specimen.Order{Type: specimen.Selfie, Flaws: []specimen.Flaw{specimen.Expired}}, []string{"flaw of selfie", "expired", "two-faces"}},
		"level":       {specimen.Order{Type: specimen.Passport, Level: 4}, []string{"level 4", "0", "3"}},
		"fill":        {specimen.Order{Type: specimen.Passport, Fill: 2}, []string{"fill 2", "0.1 to 1"}},
		"country":     {specimen.Order{Type: specimen.Passport, Country: "nl"}, []string{"country", "capital letters"}},
		"number":      {specimen.Order{Type: specimen.Passport, Number: "AB-1"}, []string{"number", "A-Z"}},
		"long number": {specimen.Order{Type: specimen.Passport, Number: "1234567890"}, []string{"number", "up to 9"}},
		"sex":         {specimen.Order{Type: specimen.Selfie, Holder: specimen.Holder{Sex: "?"}}, []string{"sex", "F", "M", "X"}},
		"last name":   {specimen.Order{Type: specimen.Passport, Holder: specimen.Holder{LastName: "山田"}}, []string{"last name"}},
		"long name":   {specimen.Order{Type: specimen.Passport, Holder: specimen.Holder{FirstName: strings.Repeat("é", 61)}}, []string{"first name", "60"}},
	} {
		_, err := specimen.Draw(c.order)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, word := range c.want {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: error %q does not say %q", name, err, word)
			}
		}
	}
}

func TestDefaultIsWhatAnEmptyOrderMeans(t *testing.T) {
	t.Parallel()
	full, err := specimen.MRZ(specimen.Default(specimen.Passport))
	if err != nil {
		t.Fatal(err)
	}
	empty, err := specimen.MRZ(specimen.Order{Type: specimen.Passport})
	if err != nil || strings.Join(full, "\n") != strings.Join(empty, "\n") {
		t.Errorf("default prints %q, an empty order %q (%v)", full, empty, err)
	}
}

func TestAmericanLicenceByItsCountry(t *testing.T) {
	t.Parallel()
	byCountry, err := specimen.Barcode(specimen.Order{Type: specimen.DrivingLicence, Country: "USA"})
	if err != nil {
		t.Fatal(err)
	}
	byType, err := specimen.Barcode(specimen.Order{Type: specimen.USDrivingLicence})
	if err != nil || byCountry != byType {
		t.Errorf("barcode of a licence from the USA is %q, want %q (%v)", byCountry, byType, err)
	}
}

func ExampleMRZ() {
	lines, err := specimen.MRZ(specimen.Order{Type: specimen.IDCard, Number: "D23145890"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Join(lines, "\n"))
	// Output:
	// IDUTOD231458907<<<<<<<<<<<<<<<
	// 9008124F3504071UTO<<<<<<<<<<<8
	// SPECIMEN<<ANNA<MARIA<<<<<<<<<<
}
