package figures

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/specimen"
)

// today is the day that all specimens are drawn and read on.
func today() time.Time { return time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC) }

// seeds are far from those that anything was tuned with.
const firstSeed = 5000

// order is the i-th order of a set: a holder, a state and dates of its own.
func order(t specimen.Type, side string, level, i int) specimen.Order {
	seed := uint64(firstSeed + i)
	r := rand.New(rand.NewPCG(seed, uint64(level)))
	states := []string{"UTO", "DEU", "FRA", "ESP", "POL", "GBR", "USA", "SWE", "JPN", "ITA"}
	birth := time.Date(1940+r.IntN(65), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	o := specimen.Order{
		Type: t, Side: side, Level: level, Seed: seed, Today: today(), Number: number(r),
		Holder: specimen.Holder{
			FirstName: word(r) + strings.Repeat(" "+word(r), r.IntN(2)), LastName: word(r) + strings.Repeat("-"+word(r), r.IntN(2)),
			Birth: birth, Sex: []string{"F", "M", "X"}[r.IntN(3)],
		},
		Issued: today().AddDate(-r.IntN(9), 0, -r.IntN(300)-1),
	}
	if t != specimen.USDrivingLicence {
		o.Country = states[r.IntN(len(states))]
	}
	if t == specimen.DrivingLicence && o.Country == "USA" {
		o.Country = "UTO"
	}
	return o
}

// word is a name that nobody has.
func word(r *rand.Rand) string {
	const consonants, vowels = "bcdfghjklmnpqrstvwxyz", "aeiou"
	var b strings.Builder
	for range 2 + r.IntN(3) {
		b.WriteByte(consonants[r.IntN(len(consonants))])
		b.WriteByte(vowels[r.IntN(len(vowels))])
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

// number is of letters and digits alike, which only the check digit tells apart.
func number(r *rand.Rand) string {
	const of = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	b := make([]byte, 9)
	for i := range b {
		b[i] = of[r.IntN(len(of))]
	}
	return string(b)
}

// zoned is the i-th of the documents with a zone: of twenty, twelve passports, six cards, two of the TD2 size.
func zoned(level, i int) specimen.Order {
	switch i % 10 {
	case 3, 7:
		return order(specimen.IDCard, specimen.Back, level, i)
	case 5:
		return order(specimen.ResidencePermit, specimen.Back, level, i)
	case 9:
		return order(specimen.IDCardTD2, specimen.Front, level, i)
	default:
		return order(specimen.Passport, specimen.Front, level, i)
	}
}

// zoneless is the i-th specimen that shows no zone.
func zoneless(i int) specimen.Order {
	level := i / 6 % 4
	switch i % 6 {
	case 0:
		return order(specimen.IDCard, specimen.Front, level, i)
	case 1:
		return order(specimen.DrivingLicence, specimen.Front, level, i)
	case 2:
		return order(specimen.DrivingLicence, specimen.Back, level, i)
	case 3:
		return order(specimen.USDrivingLicence, specimen.Front, level, i)
	case 4:
		return order(specimen.USDrivingLicence, specimen.Back, level, i)
	default:
		return order(specimen.Selfie, specimen.Front, level, i)
	}
}

// jpegOf draws an order as the file that somebody would send.
func jpegOf(tb testing.TB, o specimen.Order) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := specimen.JPEG(&b, o); err != nil {
		tb.Errorf("draw %+v: %v", o, err)
	}
	return b.Bytes()
}

// linesOf are the lines of the order's zone.
func linesOf(tb testing.TB, o specimen.Order) []string {
	tb.Helper()
	lines, err := specimen.MRZ(o)
	if err != nil {
		tb.Error(err)
	}
	return lines
}
