package specimen

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// eriksson is the holder of the specimens in ICAO Doc 9303, parts 4 to 6.
func eriksson(code, number, optional string) record {
	return record{
		code: code, issuer: "UTO", nationality: "UTO", last: "Eriksson", first: "Anna Maria", number: number,
		birth: time.Date(1974, time.August, 12, 0, 0, 0, 0, time.UTC), sex: "F",
		expiry: time.Date(2012, time.April, 15, 0, 0, 0, 0, time.UTC), optional: optional,
	}
}

func TestZonesOfICAO(t *testing.T) {
	t.Parallel()
	passport, card := eriksson("P", "L898902C3", "ZE184226B"), eriksson("I", "D23145890", "")
	for name, c := range map[string]struct{ got, want []string }{
		"TD3, Doc 9303-4 appendix B": {passport.td3(), []string{
			"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
			"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
		}},
		"TD2, Doc 9303-6 appendix B": {card.td2(), []string{
			"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
			"D231458907UTO7408122F1204159<<<<<<<6",
		}},
		"TD1, Doc 9303-5 appendix B": {card.td1(), []string{
			"I<UTOD231458907<<<<<<<<<<<<<<<",
			"7408122F1204159UTO<<<<<<<<<<<6",
			"ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
		}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, c.got, c.want)
		}
	}
}

func TestWrongDigitCannotBeReadAway(t *testing.T) {
	t.Parallel()
	r := eriksson("P", "L898902C3", "")
	r.wrongDigit = true
	lower := r.td3()[1]
	if lower[9] == checkDigit(lower[:9]) {
		t.Fatalf("the digit after the number is right in %q", lower)
	}
	if composite := checkDigit(lower[:10] + lower[13:20] + lower[21:43]); lower[43] != composite {
		t.Fatalf("composite digit is %c, want %c over the digits as printed", lower[43], composite)
	}
}

func TestNamesInTheZone(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("NAME", 12)
	for _, c := range []struct{ last, first, want string }{
		{"Müller-Lüdenscheidt", "Jürgen", "MUELLER<LUEDENSCHEIDT<<JUERGEN<<<<<<<<<"},
		{"d'Artagnan", "Zoë", "DARTAGNAN<<ZOE<<<<<<<<<<<<<<<<<<<<<<<<<"},
		{"Straße", "", "STRASSE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"},
		{"Щукин", "Юрий", "SHCHUKIN<<IURII<<<<<<<<<<<<<<<<<<<<<<<<"},
		{long, "Anna", long[:36] + "<<A"},
		{"Short", long, ("SHORT<<" + long)[:39]},
	} {
		if got := (record{last: c.last, first: c.first}).names(39); got != c.want {
			t.Errorf("names of %q, %q:\n got %q\nwant %q", c.last, c.first, got, c.want)
		}
	}
}
