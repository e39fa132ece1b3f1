package hook_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/hook"
	"github.com/dossier-id/dossier/internal/sandbox/timeline"
)

// roundTrip is a receiver without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"https://elsewhere.test/"}}, Body: io.NopCloser(bytes.NewReader(nil))}
}

// TestSignKnownAnswer holds Sign to the vector of Onfido contract section 3.
func TestSignKnownAnswer(t *testing.T) {
	t.Parallel()
	body := `{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"check-123","status":"complete",` +
		`"completed_at_iso8601":"2020-01-01T00:00:00Z","href":"https://api.onfido.com/v3/checks/check-123"}}}`
	const want = "a0082d7481f9f0a2907583dbe1f344d6d4c0d9989df2fd804f98479f60cd760e"
	if got := hook.Sign("_ABC123abc123ABC123abc123ABC123_", []byte(body)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestDeliveryFollowsTheSchedule(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		answers []int // 0 is a broken connection; the last one repeats
		at      []time.Duration
	}{
		{"taken at once", []int{200}, []time.Duration{0}},
		{"any 20x will do", []int{202}, []time.Duration{0}},
		{"second try", []int{500, 204}, []time.Duration{0, time.Second}},
		{"broken connection", []int{0, 200}, []time.Duration{0, time.Second}},
		{"redirect is a refusal", []int{302, 200}, []time.Duration{0, time.Second}},
		{"given up", []int{503}, []time.Duration{0, time.Second, time.Minute + time.Second}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				clock := timeline.New(time.Now)
				defer clock.Close()
				began, at := time.Now(), []time.Duration{}
				d := hook.New(clock, roundTrip(func(r *http.Request) (*http.Response, error) {
					at = append(at, time.Since(began))
					status := c.answers[min(len(at), len(c.answers))-1]
					if status == 0 {
						return nil, errors.New("connection reset")
					}
					return answer(status), nil
				}), []time.Duration{time.Second, time.Minute}, slog.New(slog.DiscardHandler))
				defer d.Close()
				d.Send(hook.Message{URL: "https://receiver.test/", Event: "check.completed", Signature: "s"}, 0)
				time.Sleep(time.Hour)
				synctest.Wait()
				if len(at) != len(c.at) {
					t.Fatalf("tries at %v, want %v", at, c.at)
				}
				for i := range at {
					if at[i] != c.at[i] {
						t.Errorf("try %d at %v, want %v", i+1, at[i], c.at[i])
					}
				}
				if got := d.Attempts(); len(got) != len(at) || got[len(got)-1].Try != len(at) {
					t.Errorf("recorded %+v", got)
				}
			})
		})
	}
}

// tokenFor answers the token request of one client.
func tokenFor(form string) *http.Response {
	if form != "client_id=me&client_secret=s3cret&grant_type=client_credentials&scope=hooks" {
		return answer(401)
	}
	resp := answer(200)
	resp.Body = io.NopCloser(strings.NewReader(`{"access_token":"x"}`))
	return resp
}

// TestNoTokenNoDelivery: a token that cannot be had is a failed attempt like any other.
func TestNoTokenNoDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := timeline.New(time.Now)
		defer clock.Close()
		d := hook.New(clock, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path != "/token" {
				t.Error("delivered without a token")
			}
			return tokenFor(""), nil
		}), []time.Duration{time.Second}, slog.New(slog.DiscardHandler))
		defer d.Close()
		d.Send(hook.Message{URL: "https://receiver.test/", OAuth: &hook.OAuth{URL: "https://receiver.test/token"}}, 0)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := d.Attempts(); len(got) != 2 || got[1].Error == "" || got[1].Status != 0 {
			t.Errorf("attempts %+v", got)
		}
	})
}

func TestDeliveryCarriesSignatureAndBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := timeline.New(time.Now)
		defer clock.Close()
		got := make(chan string, 1)
		d := hook.New(clock, roundTrip(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if r.URL.Path == "/token" {
				return tokenFor(string(body)), err
			}
			got <- r.Method + " " + r.Header.Get(hook.SignatureHeader) + " " + r.Header.Get("Authorization") + " " + string(body)
			return answer(200), err
		}), nil, slog.New(slog.DiscardHandler))
		defer d.Close()
		d.Send(hook.Message{URL: "https://receiver.test/", Signature: "abc", Body: []byte("{}")}, 0)
		if want := "POST abc  {}"; <-got != want {
			t.Errorf("not what was to be sent: want %q", want)
		}
		oauth := hook.OAuth{URL: "https://receiver.test/token", ClientID: "me", ClientSecret: "s3cret", Scope: "hooks"}
		d.Send(hook.Message{URL: "https://receiver.test/", Signature: "abc", OAuth: &oauth, Body: []byte("{}")}, 0)
		if want := "POST abc Bearer x {}"; <-got != want {
			t.Errorf("not what was to be sent: want %q", want)
		}
	})
}
