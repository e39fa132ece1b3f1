package specimen

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"
)

// Holder is the person that a document is about.
type Holder struct {
	FirstName   string    // up to 60 characters
	LastName    string    // up to 60 characters
	Birth       time.Time // day of birth; only the date counts
	BirthPlace  string
	Sex         string // "F", "M" or "X" for unspecified
	Nationality string // like Order.Country; empty means the issuing country
	Address     string
}

// Order says what to draw. Zero fields are filled with defaults, most of them from the seed.
type Order struct {
	Type    Type
	Side    string // [Front] (default) or [Back]
	Country string // issuing country: ISO 3166-1 alpha-3 or a code of ICAO Doc 9303-3; default "UTO"
	Number  string // document number: capital letters and digits, up to 9, on licences up to 16
	Holder  Holder
	Issued  time.Time
	Expiry  time.Time
	Today   time.Time // day that default dates are reckoned from; default 1 June 2026, so that no picture ages
	Seed    uint64    // head, numbers, hand and camera
	Flaws   []Flaw    // what is wrong with the picture, of [Flaws]
	Level   int       // how it was photographed: 0 flat, 1 carefully, 2 casually, 3 badly
	Fill    float64   // share of the frame's width that the document takes at levels 1 to 3; 0 leaves it to the level
}

// Default is the order that an order with nothing but a type stands for.
func Default(t Type) Order {
	return Order{Type: t}.filled()
}

// complete checks an order and fills what it leaves out.
func (o Order) complete() (Order, error) {
	if err := choice("type", o.Type, Types()); err != nil {
		return o, err
	}
	if o.Type == DrivingLicence && o.Country == "USA" {
		o.Type = USDrivingLicence
	}
	o = o.filled()
	if err := choice("side of "+string(o.Type), o.Side, Sides(o.Type)); err != nil {
		return o, err
	}
	return o, errors.Join(o.checkPerson(), o.checkDocument(), o.checkPicture())
}

// filled puts defaults where the order is silent.
func (o Order) filled() Order {
	fill(&o.Side, Front)
	if o.Type == USDrivingLicence {
		fill(&o.Country, "USA")
	}
	fill(&o.Country, "UTO")
	fill(&o.Number, o.number())
	fill(&o.Today, time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC))
	if !o.Expiry.IsZero() {
		fill(&o.Issued, o.Expiry.AddDate(-10, 0, 1))
	}
	fill(&o.Issued, o.Today.AddDate(-1, -2, 7))
	fill(&o.Expiry, o.Issued.AddDate(10, 0, -1))
	fill(&o.Holder.Sex, "F")
	if o.Holder.Sex == "M" {
		fill(&o.Holder.FirstName, "Erik Johan")
	}
	fill(&o.Holder.FirstName, "Anna Maria")
	fill(&o.Holder.LastName, "Specimen")
	fill(&o.Holder.Birth, time.Date(1990, time.August, 12, 0, 0, 0, 0, time.UTC))
	fill(&o.Holder.BirthPlace, "Zenith")
	fill(&o.Holder.Nationality, o.Country)
	fill(&o.Holder.Address, "1 Nowhere Lane, Zenith")
	return o.spoilDates()
}

// fill sets what is still zero.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// number is the document number of the seed: SP and seven digits.
func (o Order) number() string {
	return fmt.Sprintf("SP%07d", o.rand("number").IntN(10_000_000))
}

// rand is a source of its own for each purpose, so that one part of a drawing does not move another.
func (o Order) rand(purpose string) *rand.Rand {
	stream := uint64(14695981039346656037) // FNV-1a
	for i := range len(purpose) {
		stream = (stream ^ uint64(purpose[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(o.Seed, stream))
}

// checkPerson refuses a holder who cannot be printed.
func (o Order) checkPerson() error {
	h := o.Holder
	for _, f := range []struct{ what, value string }{
		{"first name", h.FirstName}, {"last name", h.LastName}, {"place of birth", h.BirthPlace}, {"address", h.Address},
	} {
		if utf8.RuneCountInString(f.value) > 60 {
			return fmt.Errorf("%s is longer than 60 characters", f.what)
		}
	}
	if transliterate(h.LastName) == "" {
		return errors.New("last name has no letter that a machine readable zone can hold (Latin or Cyrillic)")
	}
	if err := choice("sex", h.Sex, []string{"F", "M", "X"}); err != nil {
		return err
	}
	return checkCountry("nationality", h.Nationality)
}

// checkDocument refuses numbers and dates that the zone has no room for.
func (o Order) checkDocument() error {
	longest := o.kind().longest
	if o.Number != field(o.Number, len(o.Number)) || len(o.Number) > longest || strings.Contains(o.Number, "<") {
		return fmt.Errorf("number of a %s must be up to %d characters A-Z and 0-9", o.Type, longest)
	}
	for _, day := range []time.Time{o.Holder.Birth, o.Issued, o.Expiry} {
		if day.Year() < 1900 || day.Year() > 2099 {
			return fmt.Errorf("date %s is outside the years 1900 to 2099", day.Format(time.DateOnly))
		}
	}
	return checkCountry("country", o.Country)
}

// checkPicture refuses flaws and ways of photographing that there are not.
func (o Order) checkPicture() error {
	for _, f := range o.Flaws {
		if err := choice("flaw of "+string(o.Type), f, Flaws(o.Type)); err != nil {
			return err
		}
	}
	if o.Level < 0 || o.Level > 3 {
		return fmt.Errorf("unknown level %d, want 0 (flat), 1, 2 or 3", o.Level)
	}
	if !(o.Fill == 0 || o.Fill >= 0.1 && o.Fill <= 1) {
		return fmt.Errorf("fill %g is not 0 or a share from 0.1 to 1 of the frame", o.Fill)
	}
	return nil
}

func checkCountry(what, code string) error {
	if len(code) < 1 || len(code) > 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fmt.Errorf("%s %q is not a code of up to three capital letters", what, code)
	}
	return nil
}

// zoneLines are the lines of the order's machine readable zone, nil without one.
func (o Order) zoneLines() []string {
	k := o.kind()
	if k.zone == nil {
		return nil
	}
	return k.zone(record{
		code: k.code, issuer: zoneCode(o.Country), nationality: zoneCode(o.Holder.Nationality),
		last: o.Holder.LastName, first: o.Holder.FirstName, number: o.Number,
		birth: o.Holder.Birth, expiry: o.Expiry, sex: o.Holder.Sex,
		wrongDigit: o.has(WrongCheckDigit),
	})
}
