package sandbox

import "regexp"

const (
	nameCharacters    = "!#$%*=<>;{}\"" // that a name may not have (Onfido contract section 1)
	addressCharacters = "!$%^*=<>"      // that no line of an address may have
)

// applicantInto reads an applicant's fields over a: all of them are optional in an update, the names are required
// in a new one. An address and id_numbers replace what was there as a whole.
func (in *input) applicantInto(a *applicant, isNew bool) {
	for key, to := range map[string]*string{"first_name": &a.FirstName, "last_name": &a.LastName} {
		if isNew || in.has(key) {
			*to = in.require(key, without(nameCharacters), atMost(maxText))
		}
	}
	in.into("email", &a.Email, isEmail)
	in.into("dob", &a.DOB, isDate)
	in.into("phone_number", &a.PhoneNumber)
	if in.has("id_numbers") {
		a.IDNumbers = in.idNumbers()
	}
	if in.has("address") {
		a.Address = in.address("address")
	}
	if in.has("location") {
		a.Location = in.location("location")
	}
}

// into replaces a nullable text when the field is given.
func (in *input) into(key string, to **string, rules ...rule) {
	if in.has(key) {
		*to = in.text(key, rules...)
	}
}

func (in *input) idNumbers() []idNumber {
	out := []idNumber{}
	for _, n := range in.objects("id_numbers") {
		out = append(out, idNumber{
			Type:      n.require("type", oneOf(idNumberTypes()...)),
			Value:     n.require("value"),
			StateCode: n.text("state_code"),
		})
		in.adopt("id_numbers", n)
	}
	return out
}

func idNumberTypes() []string {
	return []string{"ssn", "social_insurance", "tax_id", "identity_card", "driving_license", "driving_licence", "share_code", "voter_id", "passport", "other"}
}

func (in *input) address(key string) *address {
	n, done := in.object(key)
	defer done()
	if n == nil {
		return nil
	}
	line := without(addressCharacters)
	a := &address{
		FlatNumber: n.text("flat_number", line), BuildingNumber: n.text("building_number", line),
		BuildingName: n.text("building_name", line), Street: n.text("street", line),
		SubStreet: n.text("sub_street", line), Town: n.text("town", line), State: n.text("state", line),
		Line1: n.text("line1", line), Line2: n.text("line2", line), Line3: n.text("line3", line),
	}
	country := n.require("country", isCountry)
	postcode := n.require("postcode", line, postcodeOf(country))
	a.Country, a.Postcode = &country, &postcode
	if country == "USA" && a.State == nil && !n.has("state") {
		n.fail("state", textBlank)
	}
	return a
}

// The form of postcodes in the two countries where it is beyond doubt; Onfido judges those of every country.
var (
	zipCode    = regexp.MustCompile(`^\d{5}(-?\d{4})?$`)
	ukPostcode = regexp.MustCompile(`(?i)^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$`)
)

func postcodeOf(country string) rule {
	return func(s string) string {
		if country == "USA" && !zipCode.MatchString(s) || country == "GBR" && !ukPostcode.MatchString(s) {
			return textPostcode
		}
		return ""
	}
}

// consents reads the consents of an applicant; granted ones are stamped with now.
func (in *input) consents(now string) []consent {
	out := []consent{}
	for _, n := range in.objects("consents") {
		c := consent{Name: n.require("name", oneOf(consentNames()...))}
		if granted := n.boolean("granted"); granted != nil {
			c.Granted = *granted
		} else if len(n.problems["granted"]) == 0 {
			n.fail("granted", textBlank)
		}
		if c.Granted {
			c.GrantedAt = &now
		}
		out = append(out, c)
		in.adopt("consents", n)
	}
	return out
}

func consentNames() []string {
	return []string{privacyNotices, "ssn_verification", "phone_number_verification"}
}

// privacyNotices is the consent that US applicants must give (Onfido contract section 6).
const privacyNotices = "privacy_notices_read"
