package specimen

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestSymbolHasReadableRowsForEveryHolder(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"Li", "Specimen", "Müller-Lüdenscheidt", strings.Repeat("Long Name ", 6)} {
		for _, typ := range []Type{DrivingLicence, USDrivingLicence} {
			o, err := Order{Type: typ, Seed: uint64(i), Holder: Holder{LastName: name}}.complete()
			if err != nil {
				t.Fatal(err)
			}
			_, code, err := o.symbol()
			if err != nil {
				t.Fatalf("%s of %q: %v", typ, name, err)
			}
			if rows := code.Bounds().Dy() / symbolRow; rows%3 != 0 || rows < 6 {
				t.Errorf("%s of %q has %d rows, want a multiple of three", typ, name, rows)
			}
		}
	}
}

func TestAAMVAText(t *testing.T) {
	t.Parallel()
	text, err := Barcode(Order{
		Type: USDrivingLicence, Number: "X1234567",
		Holder: Holder{FirstName: "Zoë Jane", LastName: "O'Neil", Sex: "M", Birth: time.Date(1985, time.February, 3, 0, 0, 0, 0, time.UTC)},
		Expiry: time.Date(2031, time.December, 24, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "@\n\x1e\rANSI 000000100001DL") {
		t.Errorf("header of %q", text)
	}
	var offset, length int
	if _, err := fmt.Sscanf(text[23:31], "%4d%4d", &offset, &length); err != nil {
		t.Fatal(err)
	}
	if subfile := text[offset:]; len(subfile) != length || !strings.HasPrefix(subfile, "DLDAQ") || !strings.HasSuffix(subfile, "\r") {
		t.Errorf("subfile at %d of length %d is %q", offset, length, subfile)
	}
	for _, element := range []string{
		"DAQX1234567\n", "DCSONEIL\n", "DACZOE\n", "DADJANE\n", "DBB02031985\n", "DBA12242031\n", "DBC1\n", "DCGUSA\n", "DAIZENITH\n",
	} {
		if !strings.Contains(text, element) {
			t.Errorf("text %q lacks %q", text, element)
		}
	}
}

func TestOnlyLicencesCarryASymbol(t *testing.T) {
	t.Parallel()
	for _, typ := range Types() {
		text, err := Barcode(Order{Type: typ})
		if err != nil {
			t.Fatal(err)
		}
		if want := typ == DrivingLicence || typ == USDrivingLicence; (text != "") != want {
			t.Errorf("%s has the symbol %q", typ, text)
		}
	}
}
