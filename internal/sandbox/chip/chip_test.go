package chip_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/chip"
	"github.com/dossier-id/dossier/internal/specimen"
)

func today() time.Time { return time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC) }

func trusted(t testing.TB) []*x509.Certificate {
	t.Helper()
	all, err := chip.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// drawn is the chip of a specimen as a file.
func drawn(t testing.TB, o specimen.Order) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := specimen.Chip(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func opened(t testing.TB, data []byte) *chip.File {
	t.Helper()
	f, err := chip.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestASpecimensChipIsGenuine(t *testing.T) {
	t.Parallel()
	for _, kind := range []specimen.Type{specimen.Passport, specimen.IDCard, specimen.IDCardTD2, specimen.ResidencePermit} {
		f := opened(t, drawn(t, specimen.Order{Type: kind}))
		if err := f.Authenticate(trusted(t), today()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		lines, err := specimen.MRZ(specimen.Order{Type: kind})
		if err != nil || !slices.Equal(f.Zone(), lines) {
			t.Errorf("%s: the chip says %q, want %q, %v", kind, f.Zone(), lines, err)
		}
		if img, err := jpeg.Decode(bytes.NewReader(f.Face())); err != nil || img.Bounds().Dx() != 300 {
			t.Errorf("%s: portrait: %v", kind, err)
		}
	}
}

// TestEveryChangeIsFound changes one byte after another of a genuine chip: nothing that is left is genuine, unless the
// byte says nothing.
func TestEveryChangeIsFound(t *testing.T) {
	t.Parallel()
	f := opened(t, drawn(t, specimen.Order{Type: specimen.Passport}))
	genuine := 0
	for i := range f.SOD {
		f.SOD[i] ^= 0x15
		if f.Authenticate(trusted(t), today()) == nil {
			genuine++
		}
		f.SOD[i] ^= 0x15
	}
	// Who signed, named beside the certificate, the versions and the identifiers that repeat what is known are not signed.
	if share := float64(genuine) / float64(len(f.SOD)); share > 0.2 {
		t.Errorf("%d of %d changes of the security object were not found", genuine, len(f.SOD))
	}
	for number, group := range f.Groups {
		for i := 0; i < len(group); i += 97 {
			group[i] ^= 1
			if err := f.Authenticate(trusted(t), today()); !errors.Is(err, chip.ErrAltered) {
				t.Errorf("group %d, byte %d: %v", number, i, err)
			}
			group[i] ^= 1
		}
	}
}

func TestWhatIsNotGenuine(t *testing.T) {
	t.Parallel()
	added := opened(t, drawn(t, specimen.Order{Type: specimen.Passport}))
	added.Groups[11] = []byte{1}
	foreign := specimen.Order{Type: specimen.Passport, Flaws: []specimen.Flaw{specimen.ForeignChip}}
	altered := specimen.Order{Type: specimen.Passport, Flaws: []specimen.Flaw{specimen.AlteredChip}}
	for name, c := range map[string]struct {
		file *chip.File
		on   time.Time
		want error
	}{
		"another zone":                   {opened(t, drawn(t, altered)), today(), chip.ErrAltered},
		"a group more":                   {added, today(), chip.ErrAltered},
		"another authority":              {opened(t, drawn(t, foreign)), today(), chip.ErrUntrusted},
		"after the certificates":         {opened(t, drawn(t, specimen.Order{Type: specimen.Passport})), today().AddDate(90, 0, 0), chip.ErrUntrusted},
		"a security object that is none": {&chip.File{SOD: []byte{1, 2}, Groups: map[int][]byte{1: {3}}}, today(), chip.ErrFormat},
	} {
		if err := c.file.Authenticate(trusted(t), c.on); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[]", "{}", `{"dg1":[1]}`, `{"sod":"AQ=="}`, `{"sod":[256]}`, `{"sod":[-129]}`, `{"sod":[1],"dg1":[99999]}`} {
		if _, err := chip.Read([]byte(text)); !errors.Is(err, chip.ErrFormat) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := chip.Read(make([]byte, chip.MaxBytes+1)); !errors.Is(err, chip.ErrFormat) {
		t.Error(err)
	}
	got := opened(t, []byte(`{"SOD":[-1,255,7],"DG1":[],"dg17":[1],"com":"later"}`))
	if fmt.Sprint(got.SOD, len(got.Groups)) != "[255 255 7] 1" || got.Zone() != nil || got.Face() != nil {
		t.Errorf("%v", got)
	}
}

// FuzzChip: whatever is uploaded, it is refused or authenticated, and its groups are read, without a panic.
func FuzzChip(f *testing.F) {
	f.Add(drawn(f, specimen.Order{Type: specimen.IDCard}))
	object := opened(f, drawn(f, specimen.Order{Type: specimen.Passport})).SOD
	numbers := make([]int, len(object))
	for i, b := range object {
		numbers[i] = int(b)
	}
	small, err := json.Marshal(map[string][]int{"sod": numbers, "dg1": {0x61, 3, 0x5f, 0x1f, 0}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	authorities := trusted(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := chip.Read(data)
		if err != nil {
			return
		}
		if err := file.Authenticate(authorities, today()); err != nil && !errors.Is(err, chip.ErrFormat) &&
			!errors.Is(err, chip.ErrAltered) && !errors.Is(err, chip.ErrUntrusted) {
			t.Errorf("an error of no kind: %v", err)
		}
		file.Zone()
		file.Face()
	})
}
