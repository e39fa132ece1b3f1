package onfido

import (
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestDocumentFormsAreSound(t *testing.T) {
	t.Parallel()
	forms := documentForms()
	seen := map[string]bool{}
	for i, f := range forms {
		if !idv.IsCountry(f.Country) || !f.Type.Known() || strings.TrimSpace(f.CountryName) != f.CountryName || f.CountryName == "" {
			t.Errorf("unsound: %+v", f)
		}
		if f.BackRequired && f.Type.Sides() < 2 {
			t.Errorf("%s %s has one side and wants its back", f.Country, f.Type)
		}
		if key := f.Country + string(f.Type); seen[key] {
			t.Errorf("%s is there twice", key)
		} else {
			seen[key] = true
		}
		if i > 0 && forms[i-1].Country > f.Country {
			t.Errorf("%s comes after %s", f.Country, forms[i-1].Country)
		}
		if f.ExtraLicenceData && f.Type != idv.DriversLicense {
			t.Errorf("%s %s is no licence and has its extra data", f.Country, f.Type)
		}
	}
	if len(forms) != 569 {
		t.Errorf("%d pairs of country and type, want the 569 that the table speaks of", len(forms))
	}
}

// TestEachCoveredLicenceIsListed looks up all 64 and some that are not.
func TestEachCoveredLicenceIsListed(t *testing.T) {
	t.Parallel()
	c := licences()
	if n := len(c.Europe) + len(c.UnitedStates) + len(c.Other); n != 64 || len(c.Europe) != 43 || len(c.UnitedStates) != 18 {
		t.Fatalf("%d licences: %d, %d and %d", n, len(c.Europe), len(c.UnitedStates), len(c.Other))
	}
	listed := func(country string) idv.DocumentForm {
		at := slices.IndexFunc(documentForms(), func(f idv.DocumentForm) bool { return f.Country == country && f.Type == idv.DriversLicense })
		if at < 0 {
			return idv.DocumentForm{}
		}
		return documentForms()[at]
	}
	for _, country := range slices.Concat(c.Europe, c.Other) {
		if f := listed(country); !f.ExtraLicenceData || f.Regions != nil {
			t.Errorf("%s: %+v", country, f)
		}
	}
	if f := listed("USA"); !f.ExtraLicenceData || !slices.Equal(f.Regions, c.UnitedStates) || !slices.Contains(f.Regions, "DC") {
		t.Errorf("USA: %+v", f)
	}
	for _, country := range []string{"GEO", "TUR", "CAN", "MNE", "XKX"} {
		if covered, _ := c.of(country); covered || listed(country).ExtraLicenceData {
			t.Errorf("%s is said to have extra data", country)
		}
	}
}

// TestExtraDataOfEachCoveredLicence maps the report of each of the 64 licences:
// every field of Assure contract section 8 is there, and where the final result
// has a place for it, there too.
func TestExtraDataOfEachCoveredLicence(t *testing.T) {
	t.Parallel()
	c := licences()
	places := map[string]string{}
	for _, country := range slices.Concat(c.Europe, c.Other) {
		places[country] = `"issuing_country":"` + country + `"`
	}
	for _, state := range c.UnitedStates {
		places["USA "+state] = `"issuing_country":"USA","issuing_state":"` + state + `"`
	}
	for name, place := range places {
		raw := `{"result":"clear","sub_result":"clear","name":"document_with_driver_verification","properties":{` + place + `,
			"document_type":"driving_licence","issuing_date":"2018-07-14","place_of_birth":"SOMEWHERE","personal_number":"P1",
			"drivers_licence":true,"restricted_licence":false,"raw_vehicle_classes":"A,B","raw_licence_category":"C","manual_transmission_restriction":false,
			"vehicle_class_details":[{"category":"B","codes":"01","obtainment_date":"2004-10-07","expiry_date":"2036-07-23"}],
			"passenger_vehicle":{"is_qualified":true,"obtainment_date":"2004-10-07","expiry_date":"2036-07-23"}}}`
		v, err := verdict([]byte(raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`"driversLicense":true`, `"restrictedLicence":false`, `"rawVehicleClasses":"A,B"`, `"rawLicenceCategory":"C"`, `"manualTransmissionRestriction":false`,
			`"vehicleClassDetails":[{"category":"B","codes":"01","expiryDate":"2036-07-23","obtainmentDate":"2004-10-07"}]`,
			`"passengerVehicle":{"expiryDate":"2036-07-23","isQualified":true,"obtainmentDate":"2004-10-07"}`,
			`"dateOfIssue":"2018-07-14"`, `"placeOfBirth":"SOMEWHERE"`, `"personalIdentificationNumber":"P1"`,
		} {
			if !strings.Contains(string(v.ProviderSpecific), want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
		f := v.Final
		if f == nil || f.DateOfIssue != "2018-07-14" || f.PlaceOfBirth != "SOMEWHERE" || f.PersonalIdentificationNumber != "P1" || f.DocumentType != "driversLicense" {
			t.Errorf("%s: the final result lacks what is known", name)
		}
	}
	if len(places) != 64 {
		t.Errorf("%d licences were mapped", len(places))
	}
}

func TestReadFormsRefusesABrokenTable(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"ALB", "ALB passport\n", "A | B | C\n"} {
		if _, err := readForms(text); err == nil {
			t.Errorf("took %q", text)
		}
	}
}
