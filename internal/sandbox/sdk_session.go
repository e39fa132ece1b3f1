package sandbox

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
)

// sdkConfiguration is what the SDK lays over its own defaults. Consent is asked for by the customer, so that no text
// of Onfido's has to be fetched; captures need no signature.
func (s *Sandbox) sdkConfiguration(w http.ResponseWriter, r *http.Request) (reply, error) {
	if _, err := readInput(w, r); err != nil {
		return reply{}, err
	}
	unsigned := map[string]any{"sign_upload": false}
	return ok(map[string]any{
		"sdk_features":        map[string]any{"enable_require_applicant_consents": false, "enable_in_house_analytics": false},
		"document_capture":    map[string]any{"allow_disabling_cross_device": true, "max_total_retries": 1},
		"face_selfie_capture": unsigned, "face_video_capture": unsigned, "motion_capture": unsigned,
	})
}

// sdkLocation notes where the end-user calls from, unless the customer has said where they live.
func (s *Sandbox) sdkLocation(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	if a.Location == nil {
		a.Location = locationOf(r.RemoteAddr)
		s.state.applicants.put(a.ID, "", a)
	}
	return noContent()
}

// locationOf is nil for a caller on the same machine or network, who could be anywhere.
func locationOf(remote string) *location {
	host, _, _ := net.SplitHostPort(remote)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	country, somewhere := countryOf(ip)
	if !somewhere {
		return nil
	}
	l := &location{IPAddress: &host}
	if country != "" {
		l.CountryOfResidence = &country
	}
	return l
}

// sdkConsents are those that an applicant in the USA still has to give.
func (s *Sandbox) sdkConsents(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	given := slices.ContainsFunc(s.state.consents[a.ID], func(c consent) bool { return c.Name == privacyNotices && c.Granted })
	if given || a.Location == nil || text(a.Location.CountryOfResidence) != "USA" {
		return ok([]any{})
	}
	return ok([]any{map[string]any{"name": privacyNotices, "required": true, "granted": false}})
}

// sdkConsent notes what the end-user answered, consent by consent.
func (s *Sandbox) sdkConsent(w http.ResponseWriter, r *http.Request) (reply, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || !json.Valid(body) {
		return reply{}, badRequest("The request body is not a JSON array")
	}
	in := &input{fields: map[string]json.RawMessage{"consents": body}, problems: problems{}}
	answered := in.consents(s.stamp())
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.liveApplicant(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	left := slices.DeleteFunc(slices.Clone(s.state.consents[a.ID]), func(old consent) bool {
		return slices.ContainsFunc(answered, func(c consent) bool { return c.Name == old.Name })
	})
	s.state.consents[a.ID] = append(left, answered...)
	return noContent()
}

// sdkSupportedDocuments restricts nothing: the SDK then shows what it knows itself.
func (s *Sandbox) sdkSupportedDocuments(http.ResponseWriter, *http.Request) (reply, error) {
	return ok([]any{})
}

func (s *Sandbox) sdkAddressCountries(http.ResponseWriter, *http.Request) (reply, error) {
	return ok([]map[string]any{{
		"country_alpha2": "GB", "country_alpha3": "GBR", "country": "United Kingdom",
		"document_types": []string{"bank_building_society_statement", "utility_bill", "council_tax", "benefit_letters"},
	}})
}

// sdkMessage pretends nothing: no message goes out, and the end-user is told so by the SDK.
func (s *Sandbox) sdkMessage(http.ResponseWriter, *http.Request) (reply, error) {
	return reply{}, &apiError{Status: http.StatusTooManyRequests, Type: "rate_limit", Message: "The sandbox sends no messages", Fields: problems{}}
}

// sdkNoise takes what SDKs tell of themselves, and forgets it.
func (s *Sandbox) sdkNoise(w http.ResponseWriter, r *http.Request) (reply, error) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		return reply{}, badRequest("The request body could not be read")
	}
	return ok(map[string]any{})
}
