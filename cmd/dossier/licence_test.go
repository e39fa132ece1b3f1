package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox/licence"
)

// TestExtraLicenceData is use case 3 of the integration page, with the wish at
// either of its two places; a document that is no licence has no such data and
// nothing fails.
func TestExtraLicenceData(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token := s.token()
		verification := func(order string, depictions ...string) map[string]any {
			t.Helper()
			d, err := s.api.CreateDossier(t.Context(), "")
			check(t, err)
			made := s.call(token, http.MethodPost, "/assure/dossiers/"+d.DossierID+"/processes", order)
			if made.status != 201 {
				t.Fatalf("%d %s", made.status, made.body)
			}
			ref := client.Ref{DossierID: d.DossierID, ProcessID: made.json(t)["processId"].(string)}
			for _, depiction := range depictions {
				check(t, s.api.SetImages(t.Context(), ref, s.picture(depiction)))
			}
			p := s.result(ref)
			if p.Status != "accepted" {
				t.Fatalf("%s: %s", p.Status, p.Raw)
			}
			var specific struct{ DocumentVerification map[string]any }
			check(t, json.Unmarshal(p.ProviderSpecific, &specific))
			return specific.DocumentVerification
		}
		const rest = `,"provider":"onfido","processType":"document","processParameters":{"location":{"countryOfResidence":"NLD"}`
		for _, order := range []string{
			`{"documentType":"driversLicense","requestExtraDataFromDrivingLicense":true` + rest + `}}`,
			`{"documentType":"driversLicense"` + rest + `,"requestExtraDataFromDrivingLicense":true}}`,
		} {
			found := verification(order, "front", "back")
			for _, name := range []string{"driversLicense", "vehicleClassDetails", "passengerVehicle", "rawVehicleClasses", "restrictedLicence", "manualTransmissionRestriction"} {
				if _, there := found[name]; !there {
					t.Errorf("%s lacks %s", order, name)
				}
			}
		}
		plain := verification(`{"documentType":"driversLicense"`+rest+`}}`, "front", "back")
		passport := verification(`{"documentType":"passport","requestExtraDataFromDrivingLicense":true`+rest+`}}`, "front")
		for _, found := range []map[string]any{plain, passport} {
			if found["driversLicense"] != nil || found["vehicleClassDetails"] != nil {
				t.Errorf("extra data that nobody asked for, or of no licence: %v", found)
			}
		}
	})
}

// TestEachOfThe64Licences sends each supported licence through server and
// sandbox: every field of Assure contract section 8 that such a licence carries
// is in providerSpecific and, where there is a place for it, in finalResult.
// Licences that are not supported have none of it, and nothing fails.
func TestEachOfThe64Licences(t *testing.T) {
	t.Parallel()
	book, err := licence.Load()
	check(t, err)
	onSQLite(t, func(s *stack) {
		started := map[string]client.Ref{}
		for _, l := range book.All() {
			started[l.Country+l.Region] = s.licence(l.Country, l.Region)
		}
		others := map[string]client.Ref{"TUR": s.licence("TUR", ""), "GEO": s.licence("GEO", ""), "CAN": s.licence("CAN", "ON"), "Nevada": s.licence("USA", "NV")}
		for _, l := range book.All() {
			found, final := s.licenceData(started[l.Country+l.Region])
			checkLicence(t, l.Country+l.Region, l, found, final)
		}
		for name, ref := range others {
			found, _ := s.licenceData(ref)
			for _, field := range licenceFields() {
				if value, there := found[field]; there {
					t.Errorf("%s has %s: %v", name, field, value)
				}
			}
		}
	})
}

// licenceFields are what only the report with extra data says.
func licenceFields() []string {
	return []string{
		"driversLicense", "restrictedLicence", "rawVehicleClasses", "rawLicenceCategory", "vehicleClassDetails", "manualTransmissionRestriction", "passengerVehicle",
	}
}

// licence starts the verification of a licence of somebody who lives in the country.
func (s *stack) licence(country, region string) client.Ref {
	s.t.Helper()
	order := passportOrder()
	order.ProcessType, order.DocumentType, order.RequestExtraDataFromDrivingLicense = "document", "driversLicense", true
	order.ProcessParameters.Location.CountryOfResidence = country
	user := client.UserData{
		FirstName: "Anna", LastName: "Specimen", DateOfBirth: "1990-08-12",
		Address: &client.Address{BuildingNumber: "1", Street: "Nowhere Lane", Town: "Zenith", State: region, Postcode: "SW4 6EH", Country: country},
	}
	if country == "USA" {
		user.Address.Postcode = "00000"
	}
	ref := s.pendingProcess(order, user, "front", "back")
	_, err := s.api.StartVerification(s.t.Context(), ref)
	check(s.t, err)
	return ref
}

// licenceData waits for the end and gives what was found.
func (s *stack) licenceData(ref client.Ref) (found, final map[string]any) {
	s.t.Helper()
	p, err := s.api.WaitForResult(s.t.Context(), ref, nil)
	check(s.t, err)
	var whole struct {
		FinalResult      map[string]any
		ProviderSpecific struct{ DocumentVerification map[string]any }
	}
	check(s.t, json.Unmarshal(p.Raw, &whole))
	return whole.ProviderSpecific.DocumentVerification, whole.FinalResult
}

func checkLicence(t *testing.T, name string, l *licence.Licence, found, final map[string]any) {
	t.Helper()
	for _, field := range append(licenceFields(), "dateOfIssue", "issuingCountry", "documentNumber") {
		if found[field] == nil {
			t.Errorf("%s lacks %s", name, field)
		}
	}
	if found["issuingCountry"] != l.Country || l.Region != "" && found["issuingState"] != l.Region {
		t.Errorf("%s is of %v %v", name, found["issuingCountry"], found["issuingState"])
	}
	if _, there := found["placeOfBirth"]; there == (l.Layout == "aamva") {
		t.Errorf("%s: place of birth %v", name, found["placeOfBirth"])
	}
	for _, field := range []string{"dateOfIssue", "placeOfBirth", "personalIdentificationNumber", "documentNumber", "issuingCountry"} {
		if found[field] != final[field] {
			t.Errorf("%s: %s is %v, finally %v", name, field, found[field], final[field])
		}
	}
	for _, one := range found["vehicleClassDetails"].([]any) {
		row := one.(map[string]any)
		_, dated := row["obtainmentDate"]
		if row["category"] == "" || dated == (l.Layout == "aamva") {
			t.Errorf("%s: class %v", name, row)
		}
	}
	personal := []string{"NLD", "SWE", "NOR", "DNK", "EST", "LVA", "LTU", "POL"}
	if slices.Contains(personal, l.Country) && found["personalIdentificationNumber"] == nil {
		t.Errorf("%s lacks the personal number", name)
	}
}
