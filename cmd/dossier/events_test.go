package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
)

// receiver is a customer's endpoint, on loopback.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	taken []delivered
	// answer gives the status of the n-th call; nil is 200.
	answer func(n int) int
}

// delivered is what arrived.
type delivered struct {
	header http.Header
	body   []byte
	idv.Envelope
}

func newReceiver(t *testing.T, answer func(n int) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	d := delivered{header: q.Header.Clone(), body: body}
	_ = json.Unmarshal(body, &d.Envelope)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = append(r.taken, d)
	if r.answer != nil {
		w.WriteHeader(r.answer(len(r.taken)))
	}
}

func (r *receiver) all() []delivered {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

// subscribe makes a subscription and gives its id and secret.
func (s *stack) subscribe(url string, names ...string) (id, secret string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"url": url, "events": names})
	check(s.t, err)
	made := s.call(s.token(), http.MethodPost, "/events/subscriptions", string(body))
	if made.status != http.StatusCreated {
		s.t.Fatalf("subscribe: %d %s", made.status, made.body)
	}
	m := made.json(s.t)
	id, secret = m["subscriptionId"].(string), m["secret"].(string)
	if got := made.header.Get("Location"); got != "/events/subscriptions/"+id {
		s.t.Errorf("location %s", got)
	}
	return id, secret
}

// TestEventsArriveSigned follows one verification through everything that is
// said about it: at an endpoint, in the feed, in the list of deliveries.
func TestEventsArriveSigned(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		r := newReceiver(t, nil)
		id, secret := s.subscribe(r.URL+"/hook", "process.created", "process.processing", "process.complete", "dossier.deleted")
		ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		if p := s.result(ref); p.Status != "accepted" {
			t.Fatal(p.Status)
		}
		check(t, s.api.DeleteDossier(t.Context(), ref.DossierID))
		s.eventually("four events arrive", func() bool { return len(r.all()) == 4 })
		got := r.all()
		slices.SortFunc(got, func(a, b delivered) int { return int(a.EventData.Sequence - b.EventData.Sequence) })
		verifier, err := standardwebhooks.NewWebhook(secret)
		check(t, err)
		for i, want := range []string{"process.created pending", "process.processing processing", "process.complete accepted", "dossier.deleted "} {
			d := got[i]
			if d.EventName+" "+d.EventData.Status != want || d.EventData.Sequence != int64(i+1) || d.EventData.DossierID != ref.DossierID {
				t.Errorf("event %d is %s, want %s", i+1, d.body, want)
			}
			if err := verifier.Verify(d.body, d.header); err != nil {
				t.Errorf("event %d: %v", i+1, err)
			}
		}
		s.wantFeed(got)
		s.eventually("every delivery is settled", func() bool {
			var list []struct{ Status string }
			check(t, json.Unmarshal(s.call(s.token(), http.MethodGet, "/events/subscriptions/"+id+"/deliveries?status=delivered", "").body, &list))
			return len(list) == 4
		})
	})
}

// wantFeed reads the feed page by page and compares it with what arrived.
func (s *stack) wantFeed(want []delivered) {
	s.t.Helper()
	token, cursor := s.token(), ""
	for _, w := range want {
		page := s.call(token, http.MethodGet, "/events?limit=1&cursor="+cursor, "")
		var p struct {
			Events []idv.Envelope
			Cursor string
		}
		check(s.t, json.Unmarshal(page.body, &p))
		if len(p.Events) != 1 || p.Events[0].ID != w.ID || p.Cursor == cursor {
			s.t.Fatalf("the feed gives %s, want the event %s", page.body, w.ID)
		}
		cursor = p.Cursor
	}
	end := s.call(token, http.MethodGet, "/events?cursor="+cursor, "").json(s.t)
	if events, ok := end["events"].([]any); !ok || len(events) != 0 || end["cursor"] != cursor {
		s.t.Errorf("behind the end the feed gives %v", end)
	}
	if page := s.call(token, http.MethodGet, "/events?name=dossier.deleted,process.created&dossierId="+want[0].EventData.DossierID, ""); strings.Count(string(page.body), `"id"`) != 2 {
		s.t.Errorf("by name and dossier the feed gives %s", page.body)
	}
	for _, bad := range []string{"cursor=x", "name=process.unicorn", "limit=0", "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z"} {
		s.wantRefusal(s.call(token, http.MethodGet, "/events?"+bad, ""), 400, "invalid_request")
	}
}

func TestSubscriptionLife(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		r := newReceiver(t, nil)
		token := s.token()
		id, secret := s.subscribe(r.URL, "process.created")
		at := "/events/subscriptions/" + id
		if got := s.call(token, http.MethodGet, at, "").json(t); got["state"] != "active" || got["url"] != r.URL || got["secret"] != nil {
			t.Errorf("get: %v", got)
		}
		if got := s.call(token, http.MethodPut, at, `{"url":"`+r.URL+`/other","events":["process.complete","process.created"]}`); got.status != 200 {
			t.Errorf("change: %d %s", got.status, got.body)
		}
		if got := s.call(token, http.MethodPost, at+"/rotate-secret", "").json(t); got["secret"] == secret || got["secret"] == nil {
			t.Errorf("rotate: %v", got)
		}
		if got := s.call(token, http.MethodPost, at+"/pause", "").json(t); got["state"] != "paused" {
			t.Errorf("pause: %v", got)
		}
		if got := s.call(token, http.MethodPost, at+"/test", ""); got.status != http.StatusAccepted {
			t.Errorf("test: %d %s", got.status, got.body)
		}
		s.eventually("the test event waits", func() bool {
			return strings.Contains(string(s.call(token, http.MethodGet, at+"/deliveries?status=pending", "").body), "subscription.test")
		})
		if n := len(r.all()); n != 0 {
			t.Errorf("%d events reached a paused endpoint", n)
		}
		if got := s.call(token, http.MethodPost, at+"/resume", "").json(t); got["state"] != "active" {
			t.Errorf("resume: %v", got)
		}
		s.eventually("the test event arrives", func() bool { return len(r.all()) == 1 })
		if e := r.all()[0]; e.EventName != "subscription.test" || e.EventData.SubscriptionID != id || verifiesWith(t, secret, e) != nil {
			t.Errorf("the test event is %s", e.body)
		}
		event := r.all()[0].ID
		s.eventually("the delivery is settled", func() bool {
			return s.call(token, http.MethodPost, at+"/deliveries/"+event+"/replay", "").status == http.StatusAccepted
		})
		s.eventually("the replayed event arrives", func() bool { return len(r.all()) == 2 && r.all()[1].ID == event })
		s.wantRefusal(s.call(token, http.MethodPost, at+"/deliveries/unknown/replay", ""), 404, "not_found")
		if got := s.call(token, http.MethodPost, at+"/replay", `{"since":"2026-01-01T00:00:00Z"}`); got.status != http.StatusAccepted {
			t.Errorf("replay a range: %d %s", got.status, got.body)
		}
		s.otherTenantSeesNothing(id)
		if got := s.call(token, http.MethodDelete, at, ""); got.status != http.StatusNoContent {
			t.Errorf("delete: %d", got.status)
		}
		s.wantRefusal(s.call(token, http.MethodGet, at, ""), 404, "not_found")
	})
}

func verifiesWith(t *testing.T, secret string, d delivered) error {
	t.Helper()
	v, err := standardwebhooks.NewWebhook(secret)
	check(t, err)
	return v.Verify(d.body, d.header)
}

// otherTenantSeesNothing asks for the subscription as somebody else.
func (s *stack) otherTenantSeesNothing(id string) {
	s.t.Helper()
	check(s.t, s.server.db.CreateTenant(s.t.Context(), "other", "Other", time.Now()))
	mine := s.config
	s.loginTo("other", "other")
	token := s.token()
	s.config = mine
	at := "/events/subscriptions/" + id
	for _, c := range []struct{ method, path, body string }{
		{"GET", at, ""},
		{"PUT", at, `{"url":"https://example.com/","events":["process.complete"]}`},
		{"DELETE", at, ""},
		{"POST", at + "/rotate-secret", ""},
		{"POST", at + "/pause", ""},
		{"POST", at + "/resume", ""},
		{"POST", at + "/test", ""},
		{"GET", at + "/deliveries", ""},
		{"POST", at + "/replay", `{"since":"2026-01-01T00:00:00Z"}`},
		{"POST", at + "/deliveries/x/replay", ""},
	} {
		s.wantRefusal(s.call(token, c.method, c.path, c.body), 404, "not_found")
	}
	if list := s.call(token, "GET", "/events/subscriptions", ""); string(list.body) != "[]\n" {
		s.t.Errorf("another tenant lists %s", list.body)
	}
	if feed := s.call(token, "GET", "/events", "").json(s.t); len(feed["events"].([]any)) != 0 {
		s.t.Errorf("another tenant reads %v", feed)
	}
}

func TestSubscriptionRules(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		token := s.token()
		for body, field := range map[string]string{
			`{"url":"http://10.0.0.1/","events":["process.complete"]}`:                        "url",
			`{"url":"http://169.254.169.254/latest/","events":["process.complete"]}`:          "url",
			`{"url":"ftp://example.com/","events":["process.complete"]}`:                      "url",
			`{"url":"https://user:pass@example.com/","events":["process.complete"]}`:          "url",
			`{"url":"https://example.com/","events":["process.unicorn"]}`:                     "events",
			`{"url":"https://example.com/","events":[]}`:                                      "events",
			`{"url":"https://example.com/","events":["process.complete","process.complete"]}`: "events",
			`{"events":["process.complete"]}`:                                                 "url",
		} {
			s.wantRefusal(s.call(token, http.MethodPost, "/events/subscriptions", body), 400, "invalid_request", field)
		}
		s.wantRefusal(s.call("", http.MethodGet, "/events", ""), 401, "unauthorized")
		s.wantRefusal(s.call("", http.MethodGet, "/events/subscriptions", ""), 401, "unauthorized")
		s.wantRefusal(s.call(token, http.MethodGet, "/events/unicorn", ""), 404, "not_found")
		d, err := s.api.CreateDossier(s.t.Context(), "")
		check(s.t, err)
		s.wantRefusal(s.call(token, http.MethodPost, "/assure/dossiers/"+d.DossierID+"/processes",
			`{"provider":"onfido","processType":"document","notificationUrl":"http://192.168.1.1/"}`), 400, "invalid_request", "notificationUrl")
	})
}

// TestFailingEndpointIsTriedAgain: the first answer is 500, the second try comes
// after five seconds, with the same id.
func TestFailingEndpointIsTriedAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		r := newReceiver(t, func(n int) int { return map[bool]int{true: 500, false: 204}[n == 1] })
		id, _ := s.subscribe(r.URL, "process.created")
		s.pendingProcess(passportOrder(), client.UserData{})
		s.eventually("the event arrives twice", func() bool { return len(r.all()) == 2 })
		if got := r.all(); got[0].header.Get("webhook-id") != got[1].header.Get("webhook-id") {
			t.Error("the second try has another id")
		}
		s.eventually("both attempts are told", func() bool {
			list := string(s.call(s.token(), http.MethodGet, "/events/subscriptions/"+id+"/deliveries", "").body)
			return strings.Contains(list, `"status":500`) && strings.Contains(list, `"status":204`)
		})
	})
}

// TestNotificationURL is the older callback, at the end of a verification.
func TestNotificationURL(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		r := newReceiver(t, nil)
		d, err := s.api.CreateDossier(t.Context(), "")
		check(t, err)
		made := s.call(s.token(), http.MethodPost, "/assure/dossiers/"+d.DossierID+"/processes", `{"provider":"onfido","processType":"document","documentType":"passport",
			"processParameters":{"location":{"countryOfResidence":"NLD"}},"notificationUrl":"`+r.URL+`/done","authorizationHeader":"Basic Zm9v"}`).json(t)
		ref := client.Ref{DossierID: d.DossierID, ProcessID: made["processId"].(string)}
		check(t, s.api.SetImages(t.Context(), ref, s.picture("front")))
		p := s.result(ref)
		s.eventually("the callback arrives", func() bool { return len(r.all()) == 1 })
		got := r.all()[0]
		if want := fmt.Sprintf(`{"dossierId":%q,"processId":%q,"status":%q}`, ref.DossierID, ref.ProcessID, p.Status); string(got.body) != want {
			t.Errorf("body %s, want %s", got.body, want)
		}
		if got.header.Get("Authorization") != "Basic Zm9v" {
			t.Errorf("headers %v", got.header)
		}
		s.wantListedCallback(ref)
	})
}

// wantListedCallback looks for the one call of a notificationUrl, which was taken.
func (s *stack) wantListedCallback(ref client.Ref) {
	s.t.Helper()
	s.eventually("the callback is settled", func() bool {
		found := 0
		for d, err := range s.api.Callbacks(s.t.Context(), ref.DossierID, "delivered") {
			check(s.t, err)
			if found++; d.Event.EventData.ProcessID != ref.ProcessID || d.Attempts[0].Status != 200 {
				s.t.Errorf("the callback is %+v", d)
			}
		}
		return found == 1
	})
	for _, nothing := range []string{"status=failed", "dossierId=" + ref.ProcessID, "before=" + strings.Repeat("0", 32)} {
		if got := s.call(s.token(), http.MethodGet, "/events/callbacks?"+nothing, ""); string(got.body) != "[]\n" {
			s.t.Errorf("callbacks with %s: %s", nothing, got.body)
		}
	}
	s.wantRefusal(s.call(s.token(), http.MethodGet, "/events/callbacks?before=x", ""), 400, "invalid_request", "before")
}

// TestSubscriptionThatDoesNotOpen: it is listed as disabled and can be deleted;
// nothing else can be done with it, and the others are as they were.
func TestSubscriptionThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t, token := s.t, s.token()
		broken, _ := s.subscribe("http://127.0.0.1:1/", "process.complete")
		good, _ := s.subscribe("http://127.0.0.1:1/good", "process.complete")
		_, err := s.server.db.Writer().ExecContext(t.Context(), `UPDATE subscriptions SET endpoint = $1 WHERE id = $2`, []byte("damaged"), broken)
		check(t, err)
		var list []client.Subscription
		check(t, json.Unmarshal(s.call(token, http.MethodGet, "/events/subscriptions", "").body, &list))
		if len(list) != 2 || list[0].State != "disabled" || list[0].Reason != "unreadable" || list[0].URL != "" || list[1].SubscriptionID != good || list[1].State != "active" {
			t.Errorf("the list is %+v", list)
		}
		at := "/events/subscriptions/" + broken
		for _, word := range []string{"pause", "resume", "rotate-secret", "test"} {
			s.wantRefusal(s.call(token, http.MethodPost, at+"/"+word, ""), 409, "invalid_state")
		}
		s.wantRefusal(s.call(token, http.MethodPut, at, `{"url":"http://127.0.0.1:1/","events":["process.complete"]}`), 409, "invalid_state")
		if got := s.call(token, http.MethodDelete, at, ""); got.status != http.StatusNoContent {
			t.Errorf("delete: %d %s", got.status, got.body)
		}
	})
}

// TestStream reads the feed as server-sent events, breaks off, and goes on.
func TestStream(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		var last string
		for round := range 3 {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/events?name=process.created", nil)
			check(t, err)
			q.Header.Set("Authorization", "Bearer "+s.token())
			q.Header.Set("Accept", "text/event-stream")
			q.Header.Set("Last-Event-ID", last)
			answer, err := http.DefaultClient.Do(q)
			check(t, err)
			ref := s.pendingProcess(passportOrder(), client.UserData{})
			lines := bufio.NewScanner(answer.Body)
			var data string
			for lines.Scan() && data == "" {
				if id, found := strings.CutPrefix(lines.Text(), "id: "); found {
					last = id
				}
				data, _ = strings.CutPrefix(lines.Text(), "data: ")
				if !strings.HasPrefix(lines.Text(), "data: ") {
					data = ""
				}
			}
			check(t, answer.Body.Close())
			var e idv.Envelope
			check(t, json.Unmarshal([]byte(data), &e))
			if e.EventData.ProcessID != ref.ProcessID || e.EventName != "process.created" {
				t.Errorf("round %d: the stream gives %s", round, data)
			}
		}
	})
}
