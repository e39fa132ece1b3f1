package main

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/store"
)

// TestEndUsersAreInTheTrail: what is done on the pages is recorded as an
// end-user's, and what they said of consent can be read for as long as the
// dossier is there.
func TestEndUsersAreInTheTrail(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
	say := func(c *captured, method, path, body string) {
		t.Helper()
		link, err := url.Parse(c.URL)
		check(t, err)
		if got := s.call("", method, link.Path+path, body); got.status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, got.status, got.body)
		}
	}
	const face = `{"provider":"onfido","processType":"documentSelfie"}`
	submitted := s.startCapture(face, "")
	say(submitted, http.MethodPost, "/answers", `{"country":"NLD","consent":true}`)
	say(submitted, http.MethodPost, "/answers", `{"documentType":"passport","issuingCountry":"NLD"}`)
	for _, d := range []string{"front", "selfie"} {
		say(submitted, http.MethodPut, "/images/"+d+"?anyway=1", string(specimenFile(t, d)))
	}
	say(submitted, http.MethodGet, "/images/front", "")
	say(submitted, http.MethodPost, "/submit", "{}")
	s.byEndUser(submitted, "consent.answered accepted", "image.set front", "image.set selfie", "image.viewed front", "process.processing ")

	declined := s.startCapture(face, "")
	say(declined, http.MethodPost, "/answers", `{"consent":false}`)
	s.byEndUser(declined, "consent.answered declined", "process.complete failed")

	canceled := s.startCapture(face, "")
	say(canceled, http.MethodPost, "/cancel", "{}")
	s.byEndUser(canceled, "process.complete canceled")
}

// TestPagesHaveLimits: a link that is asked too often says so, in words and with
// a time to come back, and another link does not.
func TestPagesHaveLimits(t *testing.T) {
	t.Parallel()
	s := alone(t, "DOSSIER_RATE_PER_LINK", "12", "DOSSIER_RATE_PAGES_PER_ADDRESS", "60") // two at once, and ten
	ask := func(path string) reply { return s.call("", http.MethodGet, path, "", "Accept-Language", "de") }
	known := func(link string) {
		t.Helper()
		for range 2 {
			if got := ask(link); got.status != http.StatusNotFound {
				t.Fatalf("%s: %d", link, got.status)
			}
		}
	}
	refused := func(got reply, words string) {
		t.Helper()
		if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || !strings.Contains(string(got.body), words) {
			t.Errorf("%d %v %.300s", got.status, got.header, got.body)
		}
	}
	known("/capture/go/one")
	refused(ask("/capture/go/one"), "Gerade sind es zu viele Anfragen")
	refused(ask("/capture/go/one/state"), `"too_many_requests"`)
	known("/capture/go/two")
	for _, link := range []string{"three", "four"} {
		known("/capture/go/" + link)
	}
	refused(ask("/capture/go/five"), "Gerade")
}

// byEndUser fails unless the trail of a flow has what was done by its end-user.
func (s *stack) byEndUser(c *captured, want ...string) {
	s.t.Helper()
	trail, err := s.server.use.Trail(s.t.Context(), store.DefaultTenant, idv.TrailQuery{Limit: 200, Dossier: c.DossierID})
	check(s.t, err)
	var done []string
	for _, r := range slices.Backward(trail) {
		if r.Actor == (idv.Actor{Kind: idv.ActorEndUser, ID: "capture"}) {
			done = append(done, fmt.Sprint(r.Action, " ", r.Subject, r.Detail.Reveal()))
		}
	}
	if !slices.Equal(done, want) {
		s.t.Errorf("the end-user did %q, want %q", done, want)
	}
}
