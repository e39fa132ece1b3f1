package onfido

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dossier-id/dossier/internal/idv"
)

var _ idv.Catalog = (*Connector)(nil)

// The two tables. Each says itself where it comes from and what it leaves open.
var (
	//go:embed data/document-types.txt
	documentTypesText string
	//go:embed data/driving-licence-coverage.json
	licenceCoverageJSON []byte
)

// DocumentForms lists the documents that Onfido's own software lets an end-user
// choose, by country and then by type. The caller must not change the list.
func (*Connector) DocumentForms() []idv.DocumentForm { return documentForms() }

// documentForms reads the tables once. They are part of the program and tests
// read them whole, so a fault in them cannot reach anybody.
var documentForms = sync.OnceValue(func() []idv.DocumentForm {
	forms, err := readForms(documentTypesText)
	if err != nil {
		panic(err)
	}
	return forms
})

// readForms reads lines such as "ALB | passport identityCard+", in
// which + means that the back is wanted of at least one edition.
func readForms(text string) (forms []idv.DocumentForm, err error) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), " | ")
		if len(fields) != 2 {
			return nil, fmt.Errorf("the table of document types has the line %q", line)
		}
		for _, word := range strings.Fields(fields[1]) {
			name, back := strings.CutSuffix(word, "+")
			f := idv.DocumentForm{Country: fields[0], CountryName: idv.CountryName(fields[0]), Type: idv.DocumentType(name), BackRequired: back}
			if f.Type == idv.DriversLicense {
				f.ExtraLicenceData, f.Regions = licences().of(f.Country)
			}
			forms = append(forms, f)
		}
	}
	slices.SortStableFunc(forms, func(a, b idv.DocumentForm) int { return cmp.Compare(a.Country, b.Country) })
	return forms, nil
}

// licenceCoverage is which driving licences the report
// document_with_driver_verification reads (Assure contract section 8).
type licenceCoverage struct {
	// Europe and Other are countries, UnitedStates the states of one.
	Europe, UnitedStates, Other []string
}

var licences = sync.OnceValue(func() *licenceCoverage {
	c := new(licenceCoverage)
	if err := json.Unmarshal(licenceCoverageJSON, c); err != nil {
		panic(fmt.Errorf("the table of driving licences: %w", err))
	}
	return c
})

// of says whether a licence of the country has extra data, and of which of its
// regions when not of all.
func (c *licenceCoverage) of(country string) (covered bool, regions []string) {
	if country == "USA" {
		return true, c.UnitedStates
	}
	return slices.Contains(c.Europe, country) || slices.Contains(c.Other, country), nil
}
