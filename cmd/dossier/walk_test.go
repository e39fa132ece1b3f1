package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
)

func TestWalkEndsAccepted(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna", LastName: "Specimen"}, "front", "selfie")
		p := s.result(ref)
		if p.Status != "accepted" {
			t.Fatalf("status %s, want accepted: %s", p.Status, p.Raw)
		}
		if !slices.Equal(p.Depictions, []string{"front", "selfie"}) {
			t.Errorf("depictions %v", p.Depictions)
		}
		if f := p.FinalResult; f == nil || f.FirstName != "Anna" || f.LastName != "Specimen" || f.DocumentType != "passport" || f.SimilarityScore != "medium" {
			t.Errorf("final result %+v", f)
		}
		var specific map[string]map[string]any
		check(t, json.Unmarshal(p.ProviderSpecific, &specific))
		if specific["documentVerification"]["subResult"] != "clear" || specific["facialSimilarity"]["result"] != "clear" {
			t.Errorf("provider specific %v", specific)
		}
	})
}

func TestConsiderEndsInconclusive(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		p := s.result(s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna", LastName: "Consider"}, "front", "selfie"))
		if p.Status != "inconclusive" || p.FinalResult != nil {
			t.Fatalf("status %s with final result %+v, want inconclusive without one", p.Status, p.FinalResult)
		}
	})
}

func TestEveryDocumentType(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		for documentType, depictions := range map[string][]string{
			"passport": {"front"}, "driversLicense": {"front", "back"}, "identityCard": {"front", "back"}, "residencePermit": {"front", "back"},
		} {
			request := passportOrder()
			request.ProcessType, request.DocumentType = "document", documentType
			p := s.result(s.pendingProcess(request, client.UserData{}, depictions...))
			if p.Status != "accepted" || p.FinalResult == nil || p.FinalResult.DocumentType != documentType {
				t.Errorf("%s: status %s, final result %+v", documentType, p.Status, p.FinalResult)
			}
		}
	})
}

func TestConsentOfUSResidents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		request := passportOrder()
		request.ProcessParameters.Location = &client.Location{CountryOfResidence: "USA"}
		ref := s.pendingProcess(request, client.UserData{}, "front", "selfie")
		s.wantRefusal(s.call(s.token(), http.MethodPost, pathOf(ref), ""), 400, "consent_required", "processParameters.consents.privacy")
		request.ProcessParameters.Consents = &client.Consents{Privacy: true}
		if p := s.result(s.pendingProcess(request, client.UserData{}, "front", "selfie")); p.Status != "accepted" {
			t.Errorf("with consent: %s", p.Status)
		}
	})
}

func TestLocationByAddress(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		request := passportOrder()
		located := func(ip string) client.Ref {
			request.ProcessParameters.Location = &client.Location{IPAddress: ip}
			return s.pendingProcess(request, client.UserData{}, "front", "selfie")
		}
		if p := s.result(located("176.78.162.201")); p.Status != "accepted" {
			t.Errorf("the contract's example address: %s", p.Status)
		}
		token := s.token()
		nowhere := located("192.0.2.1")
		s.wantRefusal(s.call(token, http.MethodPost, pathOf(nowhere), ""), 400, "location_unresolvable", "processParameters.location.ipAddress")
		s.wantRefusal(s.call(token, http.MethodPost, pathOf(nowhere), ""), 400, "location_unresolvable", "processParameters.location.ipAddress")
		if status := s.call(token, http.MethodGet, pathOf(nowhere), "").json(t)["status"]; status != "pending" {
			t.Errorf("a refused start left the process %v", status)
		}
		s.wantRefusal(s.call(token, http.MethodPost, pathOf(located("8.8.8.8")), ""), 400, "consent_required", "processParameters.consents.privacy")
	})
}

func TestImagesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		want := sha256.Sum256(specimenFile(s.t, "front"))
		for _, name := range []string{"front", "FRONT"} {
			got := s.call(s.token(), http.MethodGet, pathOf(ref)+"/images/"+name, "")
			if got.status != 200 || got.header.Get("Content-Type") != "image/jpeg" || sha256.Sum256(got.body) != want {
				t.Errorf("%s: %d %s, %d bytes", name, got.status, got.header.Get("Content-Type"), len(got.body))
			}
		}
		asJSON := s.call(s.token(), http.MethodGet, pathOf(ref)+"/images/front", "", "Accept", "application/json").json(t)
		data, _ := asJSON["image"].(string)
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(data, "data:image/jpeg;base64,"))
		check(t, err)
		if sha256.Sum256(decoded) != want {
			t.Error("the data URL is not the image")
		}
		for _, absent := range []string{"back", "portrait", "PORTRAIT", "x"} {
			s.wantRefusal(s.call(s.token(), http.MethodGet, pathOf(ref)+"/images/"+absent, ""), 404, "not_found")
		}
	})
}

func TestListPagesThroughEverything(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		var made []string
		for range 7 {
			d, err := s.api.CreateDossier(t.Context(), "")
			check(t, err)
			made = append(made, d.DossierID)
		}
		slices.Reverse(made)
		token, path := s.token(), "/assure/dossiers?limit=3"
		var listed []string
		for path != "" {
			page := s.call(token, http.MethodGet, path, "")
			var rows []struct{ DossierID string }
			check(t, json.Unmarshal(page.body, &rows))
			for _, r := range rows {
				listed = append(listed, r.DossierID)
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(page.header.Get("Link"), "<"), ">")
		}
		if !slices.Equal(listed, made) {
			t.Errorf("listed %v, want %v", listed, made)
		}
		_, err := s.api.CreateDossier(t.Context(), "customer ünïcode 7")
		check(t, err)
		found := s.call(token, http.MethodGet, "/assure/dossiers?externalReference=customer+%C3%BCn%C3%AFcode+7", "")
		if !bytes.Contains(found.body, []byte("customer ünïcode 7")) || bytes.Count(found.body, []byte("dossierId")) != 1 {
			t.Errorf("by reference: %s", found.body)
		}
	})
}

func TestDeletedMeansGone(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		if p := s.result(ref); p.Status != "accepted" {
			t.Fatal(p.Status)
		}
		applicant := s.onlyApplicant()
		check(t, s.api.DeleteDossier(t.Context(), ref.DossierID))
		token, dossier := s.token(), "/assure/dossiers/"+ref.DossierID
		for _, path := range []string{dossier, dossier + "/userdata", pathOf(ref), pathOf(ref) + "/images/front"} {
			s.wantRefusal(s.call(token, http.MethodGet, path, ""), 404, "not_found")
		}
		s.wantRefusal(s.call(token, http.MethodDelete, dossier, ""), 404, "not_found")
		s.eventually("the applicant is deleted at the provider", func() bool {
			return s.atSandbox("/applicants/"+applicant).status == http.StatusGone
		})
	})
}

// wantRefusal checks the problem of a refusal.
func (s *stack) wantRefusal(got reply, status int, code string, params ...string) {
	s.t.Helper()
	if got.status != status {
		s.t.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
	if contentType := got.header.Get("Content-Type"); contentType != "application/problem+json" {
		s.t.Errorf("content type %s", contentType)
	}
	p := got.json(s.t)
	if p["code"] != code {
		s.t.Errorf("code %v, want %s: %s", p["code"], code, got.body)
	}
	for _, name := range params {
		if !bytes.Contains(got.body, []byte(`"name":"`+name+`"`)) {
			s.t.Errorf("invalidParams lacks %s: %s", name, got.body)
		}
	}
}

// atSandbox asks Onfido's double.
func (s *stack) atSandbox(path string) reply {
	s.t.Helper()
	return s.askSandbox(s.sandbox.url() + path)
}

// atControl asks a control of the sandbox.
func (s *stack) atControl(path string) reply {
	s.t.Helper()
	return s.askSandbox(strings.TrimSuffix(s.sandbox.url(), "/v3.6") + path)
}

func (s *stack) askSandbox(address string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	check(s.t, err)
	r.Header.Set("Authorization", "Token token="+s.sandbox.Token())
	answer, err := http.DefaultClient.Do(r)
	check(s.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(s.t, err)
	return reply{answer.StatusCode, answer.Header, body}
}

// onlyApplicant gives the id of the one applicant at the sandbox.
func (s *stack) onlyApplicant() string {
	s.t.Helper()
	var list struct{ Applicants []struct{ ID string } }
	check(s.t, json.Unmarshal(s.atSandbox("/applicants").body, &list))
	if len(list.Applicants) != 1 {
		s.t.Fatalf("%d applicants at the sandbox, want 1", len(list.Applicants))
	}
	return list.Applicants[0].ID
}
