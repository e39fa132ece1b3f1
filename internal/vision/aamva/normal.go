package aamva

import (
	"maps"
	"strings"
	"time"
)

// Fields are what a barcode says, each in one form whatever the version.
type Fields map[Field]string

// normalise brings older versions' elements and all dates into one form.
func (f Fields) normalise(elements map[string]string) {
	f.names(elements)
	if f[VehicleClass] == "" && elements["DAR"] != "" { // version 1
		f[VehicleClass] = elements["DAR"]
	}
	switch f[Sex] {
	case "1", "M":
		f[Sex] = "M"
	case "2", "F":
		f[Sex] = "F"
	case "":
	default:
		f[Sex] = "X"
	}
	for _, field := range []Field{BirthDate, ExpiryDate, IssueDate} {
		f[field] = date(f[field], f[IssuingCountry])
	}
	maps.DeleteFunc(f, func(_ Field, value string) bool { return value == "" })
}

// names knows the three ways in which versions write them: each in an element
// of its own, the first names together (DCT, versions 2 and 3), or all in one
// with commas (DAA, version 1).
func (f Fields) names(elements map[string]string) {
	if given := elements["DCT"]; given != "" && f[FirstName] == "" {
		f.set(FirstName, MiddleName, strings.FieldsFunc(given, func(r rune) bool { return r == ',' || r == ' ' }))
	}
	if whole := elements["DAA"]; whole != "" && f[LastName] == "" {
		last, given, _ := strings.Cut(whole, ",")
		f[LastName] = strings.TrimSpace(last)
		f.set(FirstName, MiddleName, strings.FieldsFunc(given, func(r rune) bool { return r == ',' }))
	}
}

func (f Fields) set(first, rest Field, names []string) {
	if len(names) == 0 {
		return
	}
	f[first] = strings.TrimSpace(names[0])
	if more := strings.Join(names[1:], " "); more != "" {
		f[rest] = more
	}
}

// date reads MMDDCCYY in the United States and CCYYMMDD in Canada and in
// version 1; without a country, whatever is a date.
func date(s, country string) string {
	layouts := []string{"01022006", "20060102"}
	if country == "CAN" {
		layouts = []string{"20060102"}
	}
	for _, layout := range layouts {
		day, err := time.Parse(layout, s)
		if err == nil && day.Year() >= 1900 && day.Year() < 2200 {
			return day.Format(time.DateOnly)
		}
	}
	return ""
}
