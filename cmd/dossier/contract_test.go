package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/store"
)

// contractWalk makes every answer of api/assure.yaml happen. The stack's own
// transport holds each to the description; here it is seen that each occurs.
type contractWalk struct {
	*stack
	token, narrow string
	// begun is a process that is no longer pending, pending one that is.
	begun, pending client.Ref
	// assureOnly may do what narrow may not, and the other way round.
	assureOnly string
	// profile is the id of a capture configuration.
	profile string
	// subscription is the id of one, event that of an event in the feed.
	subscription, event string
}

func TestEveryDocumentedAnswerOccurs(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/assure.yaml")
	check(t, err)
	eachEngine(t, func(s *stack) {
		t := s.t
		w := &contractWalk{stack: s, token: s.token(), narrow: s.scoped("client.capture.api"), assureOnly: s.scoped("client.assure.api")}
		w.profile = s.configuration(`{}`)
		w.begun, w.pending = w.ready(), w.ready()
		w.subscription, _ = s.subscribe("http://127.0.0.1:1/", "dossier.deleted")
		w.event = w.anyEvent()
		if p := s.result(w.begun); p.Status != "accepted" {
			t.Fatal(p.Status)
		}
		broken := false
		for _, failing := range []bool{false, true} {
			if failing {
				broken = true
				_, err := s.server.db.Writer().ExecContext(t.Context(), "ALTER TABLE tokens RENAME TO tokens_away")
				check(t, err)
			}
			for path, item := range doc.Paths.Map() {
				for method, op := range item.Operations() {
					for documented := range op.Responses.Map() {
						status, err := strconv.Atoi(documented)
						if err != nil {
							t.Errorf("%s %s documents the answer %q, which is not a status", method, path, documented)
						}
						if broken != (status == http.StatusInternalServerError) {
							continue
						}
						if got := w.provoke(method, path, op, status); got.status != status {
							t.Errorf("%s %s (%s): %d instead of the documented %d: %.300s", method, path, op.OperationID, got.status, status, got.body)
						}
					}
				}
			}
		}
		_, err := s.server.db.Writer().ExecContext(t.Context(), "ALTER TABLE tokens_away RENAME TO tokens")
		check(t, err)
	})
}

// ready makes a process with images, in a dossier with files and user data.
func (w *contractWalk) ready() client.Ref {
	w.t.Helper()
	ref := w.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
	if got := w.call(w.token, http.MethodPost, pathOf(ref)+"/images/to-files", ""); got.status != 204 {
		w.t.Fatalf("files: %d %s", got.status, got.body)
	}
	return ref
}

// anyEvent gives the id of an event that is in the feed.
func (w *contractWalk) anyEvent() (id string) {
	w.t.Helper()
	w.eventually("an event is published", func() bool {
		feed := w.call(w.token, http.MethodGet, "/events?limit=1", "").json(w.t)
		if events, _ := feed["events"].([]any); len(events) == 1 {
			id, _ = events[0].(map[string]any)["id"].(string)
		}
		return id != ""
	})
	return id
}

// provoke makes one answer of one operation happen.
func (w *contractWalk) provoke(method, path string, op *openapi3.Operation, status int) reply {
	if strings.HasSuffix(path, "/token") {
		return w.askForToken(path, status)
	}
	body, unknown := w.goodBody(op.OperationID), client.Ref{DossierID: uuid.NewString(), ProcessID: uuid.NewString()}
	at, narrow := w.at(path, w.pending), w.narrow
	if strings.Contains(path, "/capture") {
		narrow = w.assureOnly
	}
	switch status {
	case http.StatusBadRequest:
		return w.call("", method, at, body, "Authorization", "Basic x")
	case http.StatusUnauthorized:
		return w.call("", method, at, body)
	case http.StatusForbidden:
		return w.call(narrow, method, at, body)
	case http.StatusNotFound:
		return w.call(w.token, method, strings.NewReplacer(w.pending.DossierID, unknown.DossierID, w.subscription, unknown.DossierID, w.profile, unknown.DossierID).Replace(at), body)
	case http.StatusConflict:
		return w.conflict(method, path, body)
	case http.StatusRequestTimeout:
		return w.slowly(method, at)
	case http.StatusRequestEntityTooLarge:
		return w.call(w.token, method, at, `{"x":"`+strings.Repeat("A", 33<<20)+`"}`)
	case http.StatusUnsupportedMediaType:
		return w.call(w.token, method, at, "x", "Content-Type", "text/plain")
	case http.StatusUnprocessableEntity:
		key := uuid.NewString()
		if got := w.call(w.token, http.MethodPost, "/assure/dossiers", `{"externalReference":"another request"}`, "Idempotency-Key", key); got.status != 201 {
			w.t.Fatalf("a first request: %d %s", got.status, got.body)
		}
		return w.call(w.token, method, at, body, "Idempotency-Key", key)
	case http.StatusInternalServerError:
		return w.call(w.token, method, at, body)
	case http.StatusTooManyRequests:
		return w.tooOften(method, at)
	case http.StatusServiceUnavailable:
		return w.withoutStore(func() reply { return w.call(w.token, method, at, body) })
	default:
		return w.succeed(method, path, op.OperationID, body, status)
	}
}

// conflict meets a request under the same Idempotency-Key that is not answered
// yet, a process that is in the wrong state, or a legal hold.
func (w *contractWalk) conflict(method, path, body string) reply {
	if strings.HasSuffix(path, "{subscriptionId}") {
		return w.changeDamaged(method, path, body)
	}
	if method == http.MethodDelete {
		ref := w.ready()
		check(w.t, keeper(w.server.base, service.Policies{}).Hold(w.t.Context(), store.DefaultTenant, ref.DossierID, "a court"))
		return w.call(w.token, method, w.at(path, ref), body)
	}
	if method != http.MethodPost {
		ref := w.begun
		if strings.HasSuffix(path, "/download") {
			ref = w.pending
		}
		return w.call(w.token, method, w.at(path, ref), body)
	}
	key := store.IdempotencyKey{Tenant: store.DefaultTenant, Client: w.config.ID, Key: uuid.NewString()}
	_, err := w.server.db.Claim(w.t.Context(), key, time.Now(), time.Minute)
	check(w.t, err)
	return w.call(w.token, method, w.at(path, w.pending), body, "Idempotency-Key", key.Key)
}

// changeDamaged meets a subscription of which nothing but its state can be read.
func (w *contractWalk) changeDamaged(method, path, body string) reply {
	good := w.subscription
	w.subscription, _ = w.subscribe("http://127.0.0.1:1/", "dossier.deleted")
	_, err := w.server.db.Writer().ExecContext(w.t.Context(), `UPDATE subscriptions SET endpoint = $1 WHERE id = $2`, []byte("damaged"), w.subscription)
	check(w.t, err)
	answer := w.call(w.token, method, w.at(path, client.Ref{}), body)
	w.subscription = good
	return answer
}

// succeed calls an operation on what it needs, anew for each.
func (w *contractWalk) succeed(method, path, operation, body string, status int) reply {
	if strings.HasPrefix(path, "/events") {
		answer := w.call(w.token, method, w.at(path, client.Ref{}), body)
		if operation == "deleteSubscription" {
			w.subscription, _ = w.subscribe("http://127.0.0.1:1/", "dossier.deleted")
		}
		return answer
	}
	ref := w.ready()
	switch operation {
	case "downloadFullResult":
		ref = w.begun
	case "createCaptureConfiguration":
		return w.call(w.token, method, objects{profile: uuid.NewString()}.at(path), body)
	case "deleteCaptureConfiguration":
		w.profile = w.configuration(`{}`)
		defer func() { w.profile = w.configuration(`{}`) }()
	case "getVideo":
		ref = w.pending
		w.putVideo(ref)
	case "getDocumentTypes":
		if status == http.StatusNotModified {
			return w.call(w.token, method, path, "", "If-None-Match", "*")
		}
	}
	return w.call(w.token, method, w.at(path, ref), body)
}

// slowly sends a body whose time runs out. It goes to the handler itself: a real
// one would take half a minute.
func (w *contractWalk) slowly(method, path string) reply {
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, iotest.ErrReader(os.ErrDeadlineExceeded))
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	w.server.http.Handler.ServeHTTP(answer, r)
	return reply{answer.Code, answer.Header(), answer.Body.Bytes()}
}

// tooOften sends requests from an address of its own until it is told to wait.
// They go to the handler itself, which knows of no connection.
func (w *contractWalk) tooOften(method, path string) reply {
	for range 1_000_000 {
		r := httptest.NewRequestWithContext(w.t.Context(), method, path, nil)
		r.RemoteAddr = "198.51.100.7:443"
		answer := httptest.NewRecorder()
		w.server.http.Handler.ServeHTTP(answer, r)
		if answer.Code == http.StatusTooManyRequests && answer.Header().Get("Retry-After") == "1" {
			return reply{answer.Code, answer.Header(), answer.Body.Bytes()}
		}
	}
	return reply{}
}

// withoutStore makes a call while clients and tokens cannot be looked up.
func (w *contractWalk) withoutStore(call func() reply) reply {
	rows := w.server.auth.Rows
	w.server.auth.Rows = noRows{}
	defer func() { w.server.auth.Rows = rows }()
	got := call()
	if got.header.Get("Retry-After") == "" {
		w.t.Error("a 503 does not say when to come back")
	}
	return got
}

// noRows is a store that is away.
type noRows struct{ auth.Rows }

// Client fails.
func (noRows) Client(context.Context, string) (store.Client, error) {
	return store.Client{}, sql.ErrConnDone
}

// Token fails.
func (noRows) Token(context.Context, []byte) (store.Token, error) {
	return store.Token{}, sql.ErrConnDone
}

func (w *contractWalk) goodBody(operation string) string {
	front := dataURL(specimenFile(w.t, "front"))
	switch operation {
	case "createProcess":
		return `{"provider":"onfido","processType":"document"}`
	case "startCapture":
		return `{"providers":[{"provider":"onfido","processType":"document"}],"redirectUrl":"https://shop.example/back"}`
	case "createCaptureConfiguration", "replaceCaptureConfiguration":
		return `{"pageTitle":"Bank"}`
	case "setUserData", "replaceUserData":
		return `{"firstName":"Anna"}`
	case "setImages", "replaceImages", "setFiles":
		return `{"front":"` + front + `"}`
	case "setFile":
		return `{"image":"` + front + `"}`
	case "createSubscription", "changeSubscription":
		return `{"url":"http://127.0.0.1:1/","events":["dossier.deleted"]}`
	case "holdDossier":
		return `{"reason":"a court"}`
	case "replayEvents":
		return `{"since":"2026-01-01T00:00:00Z"}`
	default:
		return ""
	}
}

func (w *contractWalk) askForToken(path string, status int) reply {
	secret, grant := w.config.Secret, "client_credentials"
	switch status {
	case http.StatusBadRequest:
		grant = "password"
	case http.StatusUnauthorized:
		secret = "wrong"
	case http.StatusTooManyRequests:
		return w.tooOften(http.MethodPost, path)
	}
	if status == http.StatusServiceUnavailable {
		return w.withoutStore(func() reply { return w.askForToken(path, http.StatusOK) })
	}
	form := fmt.Sprintf("grant_type=%s&client_id=%s&client_secret=%s", grant, w.config.ID, secret)
	return w.call("", http.MethodPost, path, form, "Content-Type", "application/x-www-form-urlencoded")
}

// at fills in a path's names.
func (w *contractWalk) at(path string, ref client.Ref) string {
	return objects{ref, w.subscription, w.event, w.profile}.at(path)
}
