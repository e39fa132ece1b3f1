package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/dossier-id/dossier/internal/client"
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
