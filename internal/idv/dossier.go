package idv

import (
	"regexp"
	"time"
	"unicode/utf8"
)

// MaxExternalReference is the longest external reference, in characters
// (Assure contract section 4).
const MaxExternalReference = 255

// Dossier is the folder of one end-user: several processes may live in it.
type Dossier struct {
	ID       string
	TenantID string
	// ExternalReference is the customer's own word for the end-user, or empty.
	// It may name a person, so it is sealed like the rest.
	ExternalReference Personal
	// UserData is nil until the customer sets it.
	UserData             *UserData
	CreatedAt, UpdatedAt time.Time
	// HeldSince is when a legal hold began, under which nothing of the dossier is
	// deleted; zero without one.
	HeldSince time.Time
}

// Deletable refuses to delete anything of a dossier under a legal hold.
func (d *Dossier) Deletable() error {
	if !d.HeldSince.IsZero() {
		return Refuse(CodeInvalidState, "the dossier is under a legal hold")
	}
	return nil
}

// Validate checks what a customer may set when a dossier is created.
func (d *Dossier) Validate() error {
	if utf8.RuneCountInString(d.ExternalReference.Reveal()) > MaxExternalReference {
		return Refuse(CodeInvalid, "the request is not valid",
			InvalidParam{"externalReference", "must have at most 255 characters"})
	}
	return nil
}

// UserData is what the customer says about the end-user. The provider may
// compare it with the document. Every field is optional.
type UserData struct {
	FirstName, LastName Personal
	// DateOfBirth is YYYY-MM-DD.
	DateOfBirth Personal
	Email       Personal
	PhoneNumber Personal
	// Nationality is ISO 3166-1 alpha-3.
	Nationality Personal
	// Gender is F, M or X.
	Gender  Personal
	Address *Address
}

// Address is a postal address; Country is ISO 3166-1 alpha-3.
type Address struct {
	Street, BuildingNumber, FlatNumber Personal
	Town, State, Postcode, Country     Personal
}

var (
	// Onfido refuses these in a name (Onfido contract section 1, applicants).
	forbiddenInName    = regexp.MustCompile("[!#$%*=<>;{}\"\x00-\x1f]")
	forbiddenInAddress = regexp.MustCompile("[!$%^*=<>\x00-\x1f]")
	emailForm          = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

const maxText = 255

// Validate checks each field that is set and reports all faults at once.
func (u *UserData) Validate() error {
	c := checker{}
	c.text("firstName", u.FirstName, forbiddenInName)
	c.text("lastName", u.LastName, forbiddenInName)
	c.that(u.DateOfBirth == "" || isDate(u.DateOfBirth.Reveal()), "dateOfBirth", "must be a date YYYY-MM-DD")
	c.that(u.Email == "" || len(u.Email) <= maxText && emailForm.MatchString(u.Email.Reveal()), "email", "must be an e-mail address")
	c.text("phoneNumber", u.PhoneNumber, forbiddenInName)
	c.that(u.Nationality == "" || IsCountry(u.Nationality.Reveal()), "nationality", "must be an ISO 3166-1 alpha-3 code")
	c.that(u.Gender == "" || u.Gender == "F" || u.Gender == "M" || u.Gender == "X", "gender", "must be F, M or X")
	if a := u.Address; a != nil {
		a.check(&c)
	}
	return c.err()
}

func (a *Address) check(c *checker) {
	c.text("address.street", a.Street, forbiddenInAddress)
	c.text("address.buildingNumber", a.BuildingNumber, forbiddenInAddress)
	c.text("address.flatNumber", a.FlatNumber, forbiddenInAddress)
	c.text("address.town", a.Town, forbiddenInAddress)
	c.text("address.state", a.State, forbiddenInAddress)
	c.text("address.postcode", a.Postcode, forbiddenInAddress)
	c.that(a.Postcode != "", "address.postcode", "is required in an address")
	c.that(IsCountry(a.Country.Reveal()), "address.country", "must be an ISO 3166-1 alpha-3 code")
}

// checker gathers the faults of one value, so that a client hears of all of
// them at once.
type checker struct{ faults []InvalidParam }

func (c *checker) that(ok bool, name, reason string) {
	if !ok {
		c.faults = append(c.faults, InvalidParam{name, reason})
	}
}

func (c *checker) text(name string, v Personal, forbidden *regexp.Regexp) {
	c.that(utf8.RuneCountInString(v.Reveal()) <= maxText, name, "must have at most 255 characters")
	c.that(utf8.ValidString(v.Reveal()) && !forbidden.MatchString(v.Reveal()), name, "has a character that is not allowed")
}

func (c *checker) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	return Refuse(CodeInvalid, "the request is not valid", c.faults...)
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
