package idv

import (
	_ "embed"
	"slices"
	"strings"
)

// countriesText lists the ISO 3166-1 alpha-3 codes in order, and XKX, which
// Onfido takes for Kosovo.
//
//go:embed countries.txt
var countriesText string

// IsCountry says whether code is an ISO 3166-1 alpha-3 code in upper case.
func IsCountry(code string) bool {
	_, found := slices.BinarySearch(Countries(), code)
	return found
}

// Countries lists the codes that IsCountry takes, in order.
func Countries() []string { return strings.Fields(countriesText) }
