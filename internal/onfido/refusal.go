package onfido

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// refusal turns Onfido's refusal of an applicant (422) into the customer's error
// with the names of the Assure API; any other error stays. The exact texts about
// location and consent are not public (Onfido contract section 6), so the words
// are looked for wherever they may stand.
func refusal(p *idv.Process, err error) error {
	answer, ok := errors.AsType[*onfidoapi.Error](err)
	if !ok || answer.Status != http.StatusUnprocessableEntity || onfidoapi.OutcomeOf(err) != onfidoapi.Refused {
		return err
	}
	said := strings.ToLower(answer.Message + string(answer.Fields))
	speaksOf := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	switch {
	case p.Location.Country == "" && speaksOf("location", "ip_address", "ip address", "country_of_residence"):
		return idv.LocationUnresolvable()
	case !hasConsent(p) && speaksOf("consent", "privacy"):
		return idv.ConsentRequired()
	default:
		return idv.Refuse(idv.CodeInvalid, "the provider refused what is said about the end-user", refusedParams(answer.Fields)...)
	}
}

// refusedParams names the fields at fault as the Assure API does, in order. It
// takes the keys wherever they stand: Onfido nests them in several ways.
func refusedParams(fields json.RawMessage) []idv.InvalidParam {
	var v any
	if json.Unmarshal(fields, &v) != nil {
		return nil
	}
	var params []idv.InvalidParam
	collect := func(key string) {
		p := idv.InvalidParam{Name: paramName(key), Reason: "was refused by the provider"}
		if p.Name != "" && !slices.Contains(params, p) {
			params = append(params, p)
		}
	}
	eachKey(v, collect)
	slices.SortFunc(params, func(a, b idv.InvalidParam) int { return strings.Compare(a.Name, b.Name) })
	return params
}

func eachKey(v any, f func(key string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			f(key)
			eachKey(e, f)
		}
	case []any:
		for _, e := range v {
			eachKey(e, f)
		}
	}
}

// paramName gives the name in the Assure API of a field of an applicant, "" for
// one that the customer did not send.
func paramName(key string) string {
	switch key {
	case "first_name", "last_name", "email", "phone_number":
		return "userData." + camelCase(key)
	case "dob":
		return "userData.dateOfBirth"
	case "flat_number", "building_number", "street", "town", "state", "postcode", "country":
		return "userData.address." + camelCase(key)
	case "location":
		return "processParameters.location"
	case "country_of_residence", "ip_address":
		return "processParameters.location." + camelCase(key)
	default:
		return ""
	}
}
