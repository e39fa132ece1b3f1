package idv

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// Country is a country that issues documents or that people live in.
type Country struct {
	// Code is ISO 3166-1 alpha-3, or XKX, which Onfido takes for Kosovo.
	Code string
	// Name is a common short name in English, ours.
	Name string
}

// countriesText has a line for each country, by code: the code, a space, the name.
//
//go:embed countries.txt
var countriesText string

var countries = sync.OnceValue(func() (all []Country) {
	for line := range strings.Lines(countriesText) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, Country{code, name})
	}
	return all
})

// Countries lists all countries by code. The caller must not change the list.
func Countries() []Country { return countries() }

// IsCountry says whether code is that of a country, in upper case.
func IsCountry(code string) bool {
	_, found := placeOfCountry(code)
	return found
}

// CountryName gives the English name of a country, or the code where it is none.
func CountryName(code string) string {
	if i, found := placeOfCountry(code); found {
		return countries()[i].Name
	}
	return code
}

func placeOfCountry(code string) (int, bool) {
	return slices.BinarySearchFunc(countries(), code, func(c Country, code string) int { return strings.Compare(c.Code, code) })
}
