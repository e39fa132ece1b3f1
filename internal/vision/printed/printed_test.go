package printed

import (
	"fmt"
	"image/jpeg"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// table is what tesseract 5.3 wrote of a specimen photographed at level 1.
func table(t testing.TB, name string) []byte {
	t.Helper()
	tsv, err := os.ReadFile(filepath.Join("testdata", name+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	return tsv
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[Field]string{
		"european": {
			LastName: "SPECIMEN", FirstName: "ANNA MARIA", BirthDate: "1990-08-12", BirthPlace: "ZENITH", IssueDate: "2025-04-08",
			ExpiryDate: "2035-04-07", Authority: "SPECIMEN OFFICE", DocumentNumber: "SP3901359",
		},
		"american": {
			LastName: "FAYUGO", FirstName: "WONEU WAPOYU", BirthDate: "1960-02-11", IssueDate: "2025-04-08", ExpiryDate: "2035-04-07",
			DocumentNumber: "SP4033104",
		},
		"card": {LastName: "KUNILO-RABE", FirstName: "ANNA MARIA", BirthDate: "1969-02-11", ExpiryDate: "2035-04-07", Sex: "F", DocumentNumber: "SP9407915"},
		"passport": {
			LastName: "SPECIMEN", FirstName: "ERIK", BirthDate: "1978-02-11", BirthPlace: "ZENITH", IssueDate: "2025-04-08",
			ExpiryDate: "2035-04-07", DocumentNumber: "SP7331669",
		},
	} {
		got := Parse(table(t, name))
		if !maps.Equal(got.Fields, want) || len(got.Lines) < 8 {
			t.Errorf("%s: %q of %q, want %q", name, got.Fields, got.Lines, want)
		}
		for f := range got.Fields {
			if c := got.Confidence[f]; c < 0 || c > 1 {
				t.Errorf("%s: %s has a confidence of %g", name, f, c)
			}
		}
	}
}

// TestShows: what another source says is found without its label, what is not printed is not.
func TestShows(t *testing.T) {
	t.Parallel()
	text := Parse(table(t, "card"))
	for _, c := range []struct {
		field Field
		value string
		want  bool
	}{
		{LastName, "KUNILO RABE", true},
		{LastName, "Rabe", true},
		{LastName, "RAB", false},
		{LastName, "", false},
		{FirstName, "ANNA BERTA", false},
		{BirthDate, "1969-02-11", true},
		{BirthDate, "1969-11-02", false},
		{BirthDate, "", false},
		{ExpiryDate, "2031-01-01", false},
		{DocumentNumber, "SP9407915", true},
		{DocumentNumber, "SP9407916", false},
		{DocumentNumber, "", false},
	} {
		if got := text.Shows(c.field, c.value); got != c.want {
			t.Errorf("%s %q: %v", c.field, c.value, got)
		}
	}
}

// line is a table's line of one word.
func line(x, y int, sure, text string) string {
	return fmt.Sprintf("5\t1\t1\t1\t1\t1\t%d\t%d\t%d\t30\t%s\t%s\n", x, y, 16*len(text), sure, text)
}

func TestNothingIsGuessed(t *testing.T) {
	t.Parallel()
	for name, tsv := range map[string]string{
		"nothing":                  "",
		"no table":                 "Error, could not open file\n\xff\xfe\x00",
		"no number":                line(0, 0, "NaN", "4a") + line(60, 0, "x", "01.01.2020") + strings.ReplaceAll(line(0, 0, "90", "4b"), "30", "99999999999999999999"),
		"what is no word":          line(0, 0, "-1", "4a.") + line(80, 0, "-1", "01.01.2020"),
		"no day":                   line(0, 0, "90", "4a.") + line(80, 0, "90", "31.02.2020"),
		"no such year":             line(0, 0, "90", "4a.") + line(80, 0, "90", "01.02.0020"),
		"an ambiguous day":         line(0, 0, "90", "4a.") + line(80, 0, "90", "01/02/2020"),
		"a label without a value":  line(0, 0, "90", "Surname") + line(900, 0, "90", "Given"),
		"an address is no surname": line(0, 0, "90", "DLN") + line(0, 50, "90", "EXP") + line(0, 100, "90", "1") + line(30, 100, "90", "Nowhere,") + line(170, 100, "90", "Zenith"),
	} {
		if got := Parse([]byte(tsv)); len(got.Fields) > 0 {
			t.Errorf("%s: %q", name, got.Fields)
		}
	}
	many := Parse([]byte(strings.Repeat(line(0, 0, "90", "word"), 3*maxWords)))
	if n := len(strings.Fields(strings.Join(many.Lines, " "))); n != maxWords {
		t.Errorf("%d words are taken", n)
	}
}

// TestLevel: rows of a card that was turned run level again.
func TestLevel(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join("..", "testdata", "card-0.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := jpeg.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	flat := raster.Grey(raster.Shrink(img, 700))
	slopeOf := func(degrees float64) float64 {
		_, found := direction(turned(flat, degrees))
		return found
	}
	for _, degrees := range []float64{-15, -6, 0, 3, 11} {
		if got := slopeOf(degrees); got < -degrees-1 || got > -degrees+1 {
			t.Errorf("turned by %g°, rows are found at %g°", degrees, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"european", "american", "card", "passport"} {
		f.Add(table(f, name))
	}
	f.Add([]byte(line(0, 0, "90", "I") + line(70, 9, "33", "4a") + line(70, 0, "90", "|.|.|||| Q@.IO.l999")))
	f.Fuzz(func(t *testing.T, tsv []byte) {
		got := Parse(tsv)
		for field, value := range got.Fields {
			if value == "" || !(got.Confidence[field] >= 0 && got.Confidence[field] <= 1) {
				t.Errorf("%s: %q, %g", field, value, got.Confidence[field])
			}
			got.Shows(field, value)
		}
	})
}
