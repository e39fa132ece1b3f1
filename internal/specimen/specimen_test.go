package specimen_test

import (
	"bytes"
	"image/jpeg"
	"slices"
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
				var first, again bytes.Buffer
				order := specimen.Order{Type: typ, Side: side, Seed: 7}
				if err := specimen.JPEG(&first, order); err != nil {
					t.Fatal(err)
				}
				if err := specimen.JPEG(&again, order); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(first.Bytes(), again.Bytes()) {
					t.Error("two drawings of one order differ")
				}
				size, err := jpeg.DecodeConfig(&first)
				if err != nil || size.Width < 900 || size.Height < 800 {
					t.Errorf("picture is %d × %d, %v", size.Width, size.Height, err)
				}
			})
		}
	}
}

func TestSeedsAreDifferentPeople(t *testing.T) {
	t.Parallel()
	var one, two bytes.Buffer
	for seed, into := range []*bytes.Buffer{&one, &two} {
		if err := specimen.JPEG(into, specimen.Order{Type: specimen.Passport, Seed: uint64(seed)}); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two seeds give one picture")
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
	order := specimen.Default(specimen.Passport)
	if order.Country != "UTO" || order.Holder.LastName != "Specimen" || order.Expiry.Before(order.Issued) {
		t.Errorf("default order is %+v", order)
	}
	if !slices.Contains(specimen.Types(), order.Type) {
		t.Errorf("default order has type %q", order.Type)
	}
}
