package aamva

import (
	"errors"
	"strings"
)

// Field names a piece of information, however a version encodes it.
type Field string

// The fields: those of table D.3 that say who the holder is and what the
// document allows. IssuerNumber is the six digits that name the issuer.
const (
	DocumentNumber Field = "documentNumber"
	LastName       Field = "lastName"
	FirstName      Field = "firstName"
	MiddleName     Field = "middleName"
	BirthDate      Field = "birthDate"
	ExpiryDate     Field = "expiryDate"
	IssueDate      Field = "issueDate"
	Sex            Field = "sex"
	Height         Field = "height"
	EyeColour      Field = "eyeColour"
	Street         Field = "street"
	City           Field = "city"
	State          Field = "state"
	PostalCode     Field = "postalCode"
	IssuingCountry Field = "issuingCountry"
	VehicleClass   Field = "vehicleClass"
	Restrictions   Field = "restrictions"
	IssuerNumber   Field = "issuerNumber"
)

// ErrNotAAMVA says that a text does not begin like an AAMVA file.
var ErrNotAAMVA = errors.New("not the text of an AAMVA barcode")

// maxText bounds what is looked at; a PDF417 symbol holds 1,850 characters.
const maxText = 8192

// Parse takes the fields out of a barcode's text: dates as YYYY-MM-DD, sex as
// "M", "F" or "X", everything else as it stands, without padding; what is
// empty, "NONE" or not a date is left out. The offsets in the header are often
// wrong on real cards and are not relied on: every line that begins with an
// element's three letters counts, and the first one of a kind. It fails with
// [ErrNotAAMVA].
func Parse(text string) (Fields, error) {
	text = text[:min(len(text), maxText)]
	at := strings.Index(text, "ANSI ")
	if at < 0 {
		at = strings.Index(text, "AAMVA")
	}
	if at < 0 || at > 16 {
		return nil, ErrNotAAMVA
	}
	header := text[at+5:]
	fields := make(Fields)
	if issuer := header[:min(len(header), 6)]; len(issuer) == 6 && strings.Trim(issuer, "0123456789") == "" {
		fields[IssuerNumber] = issuer
	}
	elements := elementsOf(header)
	for code, field := range codes() {
		if value := elements[code]; value != "" && fields[field] == "" {
			fields[field] = value
		}
	}
	fields.normalise(elements)
	return fields, nil
}

// elementsOf splits a file into its data elements. The first one follows the
// name of its subfile, "DL" or "ID", on the same line as the header.
func elementsOf(header string) map[string]string {
	elements := make(map[string]string)
	for i, line := range strings.FieldsFunc(header, func(r rune) bool { return r == '\n' || r == '\r' || r == 0x1e }) {
		if i == 0 {
			line = firstElement(line)
		}
		for _, subfile := range []string{"DL", "ID"} {
			if rest, found := strings.CutPrefix(line, subfile); found && isCode(rest) {
				line = rest
			}
		}
		if !isCode(line) {
			continue
		}
		if value := strings.TrimSpace(line[3:]); elements[line[:3]] == "" && value != "NONE" && value != "NONE," {
			elements[line[:3]] = strings.TrimRight(value, ",")
		}
	}
	return elements
}

// firstElement drops the header before the subfile's data: the last "DL" or
// "ID" that an element's code follows.
func firstElement(line string) string {
	for i := len(line) - 5; i >= 0; i-- {
		if subfile := line[i : i+2]; (subfile == "DL" || subfile == "ID") && isCode(line[i+2:]) {
			return line[i+2:]
		}
	}
	return ""
}

// isCode says whether a line begins with the code of an element: D and two
// capital letters, for what the standard defines.
func isCode(line string) bool {
	return len(line) >= 3 && line[0] == 'D' && strings.Trim(line[1:3], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func codes() map[string]Field {
	return map[string]Field{
		"DAQ": DocumentNumber, "DCS": LastName, "DAC": FirstName, "DAD": MiddleName, "DBB": BirthDate, "DBA": ExpiryDate,
		"DBD": IssueDate, "DBC": Sex, "DAU": Height, "DAY": EyeColour, "DAG": Street, "DAI": City, "DAJ": State,
		"DAK": PostalCode, "DCG": IssuingCountry, "DCA": VehicleClass, "DCB": Restrictions,
	}
}
