package aamva

import (
	"errors"
	"maps"
	"testing"

	"github.com/dossier-id/dossier/internal/specimen"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want Fields
	}{
		"version 8": {
			"@\n\x1e\rANSI 636000080002DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDDEN\nDACMICHAEL\nDDFN\nDADJOHN\nDDGN\nDCUJR\nDCAD\nDCBK\nDCDPH\nDBD06062016\nDBB06061986\nDBA12102024\nDBC1\nDAU068 in\nDAYBRO\nDAG2300 WEST BROAD STREET\nDAIRICHMOND\nDAJVA\nDAK232690000  \nDCF2424244747474786102204\nDCGUSA\nDCK123456789\nDDAF\nDDB06062018\nDDC06062020\nDDD1\rZVZVA01\r",
			Fields{
				IssuerNumber: "636000", DocumentNumber: "T64235789", LastName: "SAMPLE", FirstName: "MICHAEL", MiddleName: "JOHN",
				IssueDate: "2016-06-06", BirthDate: "1986-06-06", ExpiryDate: "2024-12-10", Sex: "M", Height: "068 in", EyeColour: "BRO",
				Street: "2300 WEST BROAD STREET", City: "RICHMOND", State: "VA", PostalCode: "232690000", IssuingCountry: "USA", VehicleClass: "D", Restrictions: "K",
			},
		},
		"version 3 of Canada, wrong offsets": {
			"@\n\x1e\rANSI 636012030001DL99990001DLDCTJANE,MARY\nDCSPUBLIC,\nDBB19801231\nDBA20301130\nDBC2\nDCGCAN\nDAQA1\r",
			Fields{IssuerNumber: "636012", FirstName: "JANE", MiddleName: "MARY", LastName: "PUBLIC", BirthDate: "1980-12-31", ExpiryDate: "2030-11-30", Sex: "F", IssuingCountry: "CAN", DocumentNumber: "A1"},
		},
		"version 1": {
			"@\n\x1e\rAAMVA6360000102DL00390187DLDAAPUBLIC,JOHN,QUINCY\nDAQ123\nDARC\nDBB19700102\nDBCM\nDBA00000000\r",
			Fields{IssuerNumber: "636000", LastName: "PUBLIC", FirstName: "JOHN", MiddleName: "QUINCY", DocumentNumber: "123", VehicleClass: "C", BirthDate: "1970-01-02", Sex: "M"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(c.text)
			if err != nil || !maps.Equal(got, c.want) {
				t.Errorf("%v, %v\nwant %v", got, err, c.want)
			}
		})
	}
}

func TestParseSpecimen(t *testing.T) {
	t.Parallel()
	o := specimen.Default(specimen.USDrivingLicence)
	text, err := specimen.Barcode(o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if got[DocumentNumber] != o.Number || got[BirthDate] != o.Holder.Birth.Format("2006-01-02") || got[ExpiryDate] != o.Expiry.Format("2006-01-02") || got[LastName] == "" {
		t.Errorf("%v is not %+v", got, o)
	}
}

func TestParseRefusesOtherTexts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "https://example.com", "@\n\x1e\r", "a long text in which only much later ANSI comes"} {
		if _, err := Parse(text); !errors.Is(err, ErrNotAAMVA) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("@\n\x1e\rANSI 636000080002DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDBB06061986\r")
	f.Add("@\n\x1e\rAAMVA6360000102DL00390187DLDAAPUBLIC,JOHN,QUINCY\nDBCM\r")
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := Parse(text)
		if err == nil && fields == nil {
			t.Error("neither fields nor an error")
		}
		for field, value := range fields {
			if value == "" {
				t.Errorf("%s is empty", field)
			}
		}
	})
}
