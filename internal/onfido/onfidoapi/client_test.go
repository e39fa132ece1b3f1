package onfidoapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const applicantID = "0d6a4c0e-3a0e-4c55-8d4b-0b7a1b7f4c11"

// serve starts a fake Onfido and a client of it.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return newClient(t, Config{BaseURL: server.URL, Token: "api_sandbox.x"})
}

func newClient(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestConfigFaultsComeTogether(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Region: "mars", RequestsPerMinute: -1})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"region", "request rate", "token"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not speak of the %s", err, want)
		}
	}
	for name, cfg := range map[string]Config{
		"both ways in":       {Token: "a", ClientID: "b", ClientSecret: "c"},
		"half a client":      {ClientID: "b"},
		"a header in it":     {Token: "a\r\nX: y"},
		"no host":            {Token: "a", BaseURL: "https:///v3.6"},
		"another scheme":     {Token: "a", BaseURL: "ftp://onfido.example"},
		"a user":             {Token: "a", BaseURL: "https://u:p@onfido.example"},
		"a query":            {Token: "a", BaseURL: "https://onfido.example/?x=1"},
		"not even a URL":     {Token: "a", BaseURL: "http://[::1"},
		"a relative address": {Token: "a", BaseURL: "/v3.6"},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cfg  Config
		want string
	}{
		{Config{}, "https://api.eu.onfido.com/v3.6"},
		{Config{Region: "us"}, "https://api.us.onfido.com/v3.6"},
		{Config{Region: "ca"}, "https://api.ca.onfido.com/v3.6"},
		{Config{BaseURL: "http://127.0.0.1:9"}, "http://127.0.0.1:9/v3.6"},
		{Config{BaseURL: "http://127.0.0.1:9/"}, "http://127.0.0.1:9/v3.6"},
		{Config{BaseURL: "http://127.0.0.1:9/v3.6"}, "http://127.0.0.1:9/v3.6"},
		{Config{BaseURL: "https://gate.example/onfido/v3.6/"}, "https://gate.example/onfido/v3.6"},
	}
	for _, test := range tests {
		if got, err := test.cfg.base(); err != nil || got != test.want {
			t.Errorf("%+v: %q, %v; want %q", test.cfg, got, err, test.want)
		}
	}
}

func TestRequestsAreSigned(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Token token=api_sandbox.x" {
			t.Errorf("Authorization: %q", got)
		}
		if r.URL.Path != "/v3.6/applicants/"+applicantID {
			t.Errorf("path %q", r.URL.Path)
		}
		answer(200, `{"id":"`+applicantID+`","created_at":"2020-01-01T00:00:00Z","dob":null,"address":null,"extra":[1],"location":{"country_of_residence":"NLD"}}`)(w, r)
	})
	a, err := c.Applicant(t.Context(), applicantID)
	if err != nil || a.ID != applicantID || a.Location.CountryOfResidence != "NLD" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	t.Cleanup(elsewhere.Close)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	if _, err := c.CreateCheck(t.Context(), NewCheck{}); OutcomeOf(err) != InDoubt || err == nil {
		t.Errorf("%v: %v", err, OutcomeOf(err))
	}
}

// TestOddIDsNeverLeave: what Onfido, a webhook or a store calls an id could
// otherwise walk to another path.
func TestOddIDsNeverLeave(t *testing.T) {
	t.Parallel()
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("a request for %s", r.URL) })
	for _, id := range []string{"", "..", "a/b", "a?b", "a b", "é", strings.Repeat("a", 65), "a\n"} {
		if _, err := c.Check(t.Context(), id); OutcomeOf(err) != NotDone {
			t.Errorf("%q: %v", id, err)
		}
		if err := c.DeleteApplicant(t.Context(), id); OutcomeOf(err) != NotDone {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestReportsComeByteForByte(t *testing.T) {
	t.Parallel()
	const first, second = "{ \"name\" : \"document\",\n \"x\":1.0e+2, \"é\":\"\\u00e9\" }", `{"name":"facial_similarity_photo"}`
	c := serve(t, answer(200, `{"reports":[`+first+` , `+second+"]}"))
	reports, err := c.Reports(t.Context(), "check-1")
	if err != nil || len(reports) != 2 || string(reports[0]) != first || string(reports[1]) != second {
		t.Errorf("%s, %v", reports, err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	c := serve(t, answer(200, `{"id":"c1","status":"`+strings.Repeat("x", maxAnswer)+`"}`))
	if _, err := c.Check(t.Context(), "c1"); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
}

func TestPagesOfApplicants(t *testing.T) {
	t.Parallel()
	one := `{"applicants":[{"id":"a1","first_name":"Anna"}]}`
	many := `{"applicants":[` + strings.TrimSuffix(strings.Repeat(`{"id":"a1"},`, applicantsPerPage), ",") + `]}`
	tests := []struct {
		link, body string
		more       bool
	}{
		{`<https://x/?page=2>; rel="next", <https://x/?page=9>; rel="last"`, one, true},
		{`<https://x/?page=1>; rel="first"`, many, false},
		{"", one, false},
		{"", many, true},
	}
	for _, test := range tests {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page") != "3" {
				t.Errorf("query %q", r.URL.RawQuery)
			}
			if test.link != "" {
				w.Header().Set("Link", test.link)
			}
			answer(200, test.body)(w, r)
		})
		list, more, err := c.Applicants(t.Context(), 3)
		if err != nil || more != test.more || len(list) == 0 {
			t.Errorf("link %q: %d, %t, %v", test.link, len(list), more, err)
		}
	}
}

func TestDeletingTwiceIsNoError(t *testing.T) {
	t.Parallel()
	for status, fails := range map[int]bool{204: false, 404: false, 410: false, 422: true, 500: true} {
		c := serve(t, answer(status, ""))
		if err := c.DeleteApplicant(t.Context(), applicantID); (err != nil) != fails {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestWebhooksAreSentWhole(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var got map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || string(got["enabled"]) != "true" || len(got) != 3 {
			t.Errorf("%s %s: %v, %v", r.Method, r.URL.Path, got, err)
		}
		answer(200, `{"id":"w1","url":"https://d.example/","token":"secret","enabled":true,"events":["check.completed"]}`)(w, r)
	})
	settings := WebhookSettings{URL: "https://d.example/", Enabled: true, Events: []string{"check.completed"}}
	for range 2 {
		if w, err := c.UpdateWebhook(t.Context(), "w1", settings); err != nil || w.Token != "secret" || w.URL != settings.URL {
			t.Errorf("%+v, %v", w, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNoMinuteSeesMoreThanTheRate sends as fast as it is let for three minutes
// and counts every window of one.
func TestNoMinuteSeesMoreThanTheRate(t *testing.T) {
	t.Parallel()
	for _, perMinute := range []int{30, 400} {
		synctest.Test(t, func(t *testing.T) {
			var sent []time.Time
			transport := roundTripper(func(*http.Request) (*http.Response, error) {
				sent = append(sent, time.Now())
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"id":"c1"}`))}, nil
			})
			c := newClient(t, Config{Token: "x", HTTPClient: &http.Client{Transport: transport}, RequestsPerMinute: perMinute})
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			for {
				if _, err := c.Check(ctx, "c1"); err != nil {
					if OutcomeOf(err) != NotDone {
						t.Errorf("refused by its own rate: %v", err)
					}
					break
				}
			}
			for i := range sent {
				if j := i + perMinute; j < len(sent) && sent[j].Sub(sent[i]) < time.Minute {
					t.Fatalf("%d requests in less than a minute", perMinute+1)
				}
			}
			if len(sent) < perMinute*5/2 {
				t.Errorf("only %d requests in three minutes at %d a minute", len(sent), perMinute)
			}
		})
	}
}

func TestWaitingForTheRateEndsWithTheContext(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer(200, `{"id":"c1"}`)(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.CreateCheck(ctx, NewCheck{}); OutcomeOf(err) != NotDone || requests.Load() != 0 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

// TestRetryAfterHoldsForEveryRequest: whoever comes next waits too, without a
// request.
func TestRetryAfterHoldsForEveryRequest(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 1 {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := newClient(t, Config{BaseURL: server.URL, Token: "api_sandbox.x", Now: func() time.Time { return now }})
	first := c.DeleteApplicant(t.Context(), applicantID)
	now = now.Add(5 * time.Second)
	second := c.DeleteApplicant(t.Context(), applicantID)
	if requests.Load() != 1 || OutcomeOf(first) != NotDone || OutcomeOf(second) != NotDone || asError(t, second).RetryAfter != 15*time.Second {
		t.Errorf("%v and %v after %d requests", first, second, requests.Load())
	}
	now = now.Add(15 * time.Second)
	if err := c.DeleteApplicant(t.Context(), applicantID); err != nil || requests.Load() != 2 {
		t.Errorf("after the time: %v, %d requests", err, requests.Load())
	}
}
