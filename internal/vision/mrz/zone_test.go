package mrz

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2013, 6, 1, 0, 0, 0, 0, time.UTC)

// The specimens of ICAO Doc 9303, parts 4 to 7.
func TestParseICAOSpecimens(t *testing.T) {
	t.Parallel()
	anna := map[Field]string{
		IssuingCountry: "UTO", LastName: "ERIKSSON", FirstName: "ANNA MARIA", DocumentNumber: "L898902C3", Nationality: "UTO",
		BirthDate: "1974-08-12", Sex: "F", ExpiryDate: "2012-04-15",
	}
	for _, c := range []struct {
		format Format
		lines  string
		differ map[Field]string
	}{
		{TD3, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L898902C36UTO7408122F1204159ZE184226B<<<<<10", map[Field]string{DocumentCode: "P", OptionalData: "ZE184226B"}},
		{TD2, "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<< D231458907UTO7408122F1204159<<<<<<<6", map[Field]string{DocumentCode: "I", DocumentNumber: "D23145890"}},
		{TD1, "I<UTOD231458907<<<<<<<<<<<<<<< 7408122F1204159UTO<<<<<<<<<<<6 ERIKSSON<<ANNA<MARIA<<<<<<<<<<", map[Field]string{DocumentCode: "I", DocumentNumber: "D23145890"}},
		{MRVA, "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L8988901C4XXX4009078F96121096ZE184226B<<<<<<", map[Field]string{
			DocumentCode: "V", DocumentNumber: "L8988901C", Nationality: "XXX", BirthDate: "1940-09-07", ExpiryDate: "1996-12-10", OptionalData: "6ZE184226B",
		}},
		{MRVB, "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<< L8988901C4XXX4009078F9612109<<<<<<<<", map[Field]string{
			DocumentCode: "V", DocumentNumber: "L8988901C", Nationality: "XXX", BirthDate: "1940-09-07", ExpiryDate: "1996-12-10",
		}},
	} {
		t.Run(string(c.format), func(t *testing.T) {
			t.Parallel()
			z, err := Parse(strings.Fields(c.lines), today)
			if err != nil {
				t.Fatal(err)
			}
			want := maps.Clone(anna)
			maps.Copy(want, c.differ)
			if z.Format != c.format || !z.Valid() || !maps.Equal(z.Fields, want) {
				t.Errorf("format %s, checks %v, fields %v, want %v", z.Format, z.Checks, z.Fields, want)
			}
		})
	}
}

// Numbers of more than nine characters: ICAO Doc 9303-5, appendix B, and its
// kind of a TD2 card.
func TestParseLongNumbers(t *testing.T) {
	t.Parallel()
	td1 := []string{"I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"}
	td2 := []string{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D23145890<UTO7408122F12041597349<<<"}
	td2[1] += string(CheckDigit("D23145890<" + "7408122" + "12041597349<<<"))
	for _, lines := range [][]string{td1, td2} {
		z, err := Parse(lines, today)
		if err != nil {
			t.Fatal(err)
		}
		if z.Fields[DocumentNumber] != "D23145890734" || z.Fields[OptionalData] != "" || !z.Valid() {
			t.Errorf("%s: fields %v, checks %v", z.Format, z.Fields, z.Checks)
		}
	}
}

func TestParseRefusesWhatIsNoZone(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{nil, {""}, {"P<UTO"}, {strings.Repeat("<", 44), strings.Repeat("<", 36)}, {strings.Repeat("é", 15), strings.Repeat("é", 15), strings.Repeat("é", 15)}} {
		if _, err := Parse(lines, today); !errors.Is(err, ErrNoZone) {
			t.Errorf("%q: %v", lines, err)
		}
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, latest, want string }{
		{"740812", "2013-06-01", "1974-08-12"},
		{"130601", "2013-06-01", "2013-06-01"},
		{"130602", "2013-06-01", "1913-06-02"},
		{"7408<<", "2013-06-01", "1974-08"},
		{"74<<<<", "2013-06-01", "1974"},
		{"<<<<<<", "2013-06-01", ""},
		{"000229", "2013-06-01", "2000-02-29"},
		{"740231", "2013-06-01", ""},
		{"74<812", "2013-06-01", ""},
		{"990101", lastExpiry, "1999-01-01"},
		{"690101", lastExpiry, "2069-01-01"},
	} {
		if got := calendar(c.raw, c.latest); got != c.want {
			t.Errorf("%s before %s: %q, want %q", c.raw, c.latest, got, c.want)
		}
	}
}

func TestBirthIsBeforeExpiryWhenNobodyKnowsTheDay(t *testing.T) {
	t.Parallel()
	z, err := Parse([]string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}, time.Time{})
	if err != nil || z.Fields[BirthDate] != "1974-08-12" || z.Fields[ExpiryDate] != "2012-04-15" {
		t.Errorf("%v, %v", z, err)
	}
}

func TestIsState(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"UTO": true, "D<<": true, "DEU": false, "XXX": true, "FRA": true, "ZZZ": false, " AB": false, "": false} {
		if IsState(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
	f.Add("I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<")
	f.Add("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		z, err := Parse(lines, today)
		if err != nil {
			return
		}
		again, err := Parse(z.Lines, today)
		if err != nil || !maps.Equal(again.Fields, z.Fields) {
			t.Errorf("%q reads %v, and again %v", z.Lines, z.Fields, again)
		}
		solved, err := Repair(z.Lines, today)
		if err != nil || solved.Changed > maxChanges {
			t.Errorf("%q: %v, %v", z.Lines, solved, err)
		}
	})
}

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	passport := []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	card := []string{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}
	for _, c := range []struct {
		format Format
		lines  []string
		field  Field
		want   string
	}{
		{TD3, passport, DocumentNumber, "L898902C3"},
		{TD3, passport, LastName, "ERIKSSON"},
		{TD3, passport, FirstName, "ANNA<MARIA"},
		{TD3, passport, Names, "ERIKSSON<<ANNA<MARIA"},
		{TD3, passport, OptionalData, "ZE184226B"},
		{TD1, card, DocumentNumber, "D23145890"},
		{TD1, card, BirthDate, "740812"},
		{TD1, card, FirstName, "ANNA<MARIA"},
		{TD1, card, OptionalData, ""},
		{TD3, passport, Composite, ""},
		{TD1, passport, BirthDate, ""},
		{TD3, []string{passport[0], "SHORT"}, BirthDate, ""},
		{TD3, []string{"P<UTOERIKSSON<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", passport[1]}, FirstName, ""},
	} {
		got := ""
		if p, found := PlaceOf(c.format, c.lines, c.field); found {
			got = c.lines[p.Line][p.From:p.To]
		}
		if got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.field, c.format, got, c.want)
		}
	}
}
