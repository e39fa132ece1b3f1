package specimen

import (
	"fmt"
	"strings"
	"time"
)

// jurisdiction is nobody's: ISO 3166 leaves ZZ to its users, and no issuer has the number 000000.
const (
	jurisdiction = "ZZ"
	issuerNumber = "000000"
)

// aamva is the text of a licence's symbol: AAMVA DL/ID Card Design Standard 2020 (version 10), annex D, with one
// subfile. The street is padded with blanks, which the standard's fixed-length ancestors also were.
func (o Order) aamva(padding int) string {
	subfile := "DL" + strings.Join(o.elements(padding), "\n") + "\r"
	header := "@\n\x1e\rANSI " + issuerNumber + "10" + "00" + "01"
	offset := len(header) + len("DL00000000")
	return fmt.Sprintf("%sDL%04d%04d%s", header, offset, len(subfile), subfile)
}

// elements are the data elements of table D.3 that are mandatory, in order of their use to a reader.
func (o Order) elements(padding int) []string {
	h := o.Holder
	street, city, _ := strings.Cut(h.Address, ",")
	first, middle, _ := strings.Cut(plain(h.FirstName), " ")
	if middle == "" {
		middle = "NONE"
	}
	return []string{
		"DAQ" + o.Number, "DCS" + plain(h.LastName), "DDEN", "DAC" + first, "DDFN", "DAD" + middle, "DDGN",
		"DCA" + vehicleClass(o.Type), "DCBNONE", "DCDNONE",
		"DBD" + o.day(o.Issued), "DBB" + o.day(h.Birth), "DBA" + o.day(o.Expiry), "DBC" + sexNumber(h.Sex),
		"DAU068 in", "DAYBRO", "DAG" + plain(street) + strings.Repeat(" ", padding), "DAI" + plain(city),
		"DAJ" + jurisdiction, "DAK000000000  ", "DCF" + o.Number + "S", "DCG" + o.Country, "DDAN",
	}
}

// day is MMDDCCYY in the United States and CCYYMMDD elsewhere, as the standard has it.
func (o Order) day(t time.Time) string {
	if o.Country == "USA" {
		return t.Format("01022006")
	}
	return t.Format("20060102")
}

// plain is text in the capital letters of a zone, with blanks.
func plain(s string) string { return strings.ReplaceAll(transliterate(s), "<", " ") }

func sexNumber(sex string) string {
	switch sex {
	case "M":
		return "1"
	case "F":
		return "2"
	default:
		return "9"
	}
}

func vehicleClass(t Type) string {
	if t == USDrivingLicence {
		return "D"
	}
	return strings.ReplaceAll(heldClasses(), "/", " ")
}
