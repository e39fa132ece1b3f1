package client_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/dossier-id/dossier/client"
)

// left are the operations that the client leaves out, with the reason. Anything
// else that api/assure.yaml has must be called by some method.
func left() map[string]string {
	return map[string]string{
		"getTokenOldAddress": "is getToken at its older address",
		"setUserData":        "is replaceUserData by POST",
		"setImages":          "is replaceImages by POST",
	}
}

// TestEveryOperationHasACall makes every call of the client against the
// description of the API: each request must be one that it has, and each
// operation must be asked for.
func TestEveryOperationHasACall(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("../api/assure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := describe(t, doc)
	c := dial(t, client.Config{URL: d.URL, ID: "demo", Secret: "s3cret", Tries: 1})
	for name, call := range everyCall(c) {
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, at := range doc.Paths.Map() {
		for _, operation := range at.Operations() {
			id := operation.OperationID
			if _, allowed := left()[id]; allowed == d.asked[id] {
				t.Errorf("%s: asked for %v, on the list of what is left out %v", id, d.asked[id], allowed)
			}
			delete(d.asked, id)
		}
	}
	if len(d.asked) > 0 {
		t.Errorf("not in the description: %v", slices.Collect(maps.Keys(d.asked)))
	}
}

// description is a server that takes what the description has and answers as
// little as it can.
type description struct {
	*httptest.Server
	t      *testing.T
	router routers.Router

	mu    sync.Mutex
	asked map[string]bool
}

func describe(t *testing.T, doc *openapi3.T) *description {
	t.Helper()
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	d := &description{t: t, router: router, asked: map[string]bool{}}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

// ServeHTTP holds a request to the description and answers it.
func (d *description) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		d.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		return
	}
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err != nil {
		d.t.Errorf("%s: %v", route.Operation.OperationID, err)
	}
	d.mu.Lock()
	d.asked[route.Operation.OperationID] = true
	d.mu.Unlock()
	switch status, media := leastAnswer(route.Operation); {
	case strings.HasSuffix(r.URL.Path, "/token"):
		_, _ = io.WriteString(w, `{"access_token":"t","expires_in":600}`)
	case r.Header.Get("Accept") == "text/event-stream":
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "id: c1\ndata: {}\n\n")
	case media == nil:
		w.WriteHeader(status)
	case media.Schema != nil && media.Schema.Value.Type.Is("array"):
		_, _ = io.WriteString(w, "[]")
	default:
		_, _ = io.WriteString(w, "{}")
	}
}

// leastAnswer is the status of success, and its content if it has any.
func leastAnswer(o *openapi3.Operation) (status int, content *openapi3.MediaType) {
	for code, status := range map[string]int{"200": 200, "201": 201, "202": 202, "204": 204} {
		if answer := o.Responses.Value(code); answer != nil {
			return status, answer.Value.Content.Get("application/json")
		}
	}
	return http.StatusOK, nil
}

// everyCall are the calls of a client, by method and ready to be made.
func everyCall(c *client.Client) map[string]func(context.Context) error {
	const id = "0190b5a2-7c3e-7d7e-9b1a-2f3c4d5e6f70"
	p := client.Ref{DossierID: id, ProcessID: id}
	picture := client.Bytes("front", []byte("\xff\xd8\xff\xe0 a picture"))
	order := client.ProcessRequest{Provider: "onfido", ProcessType: "document"}
	calls := map[string]func(context.Context) error{
		"DeleteDossier":       func(ctx context.Context) error { return c.DeleteDossier(ctx, id) },
		"HoldDossier":         func(ctx context.Context) error { return c.HoldDossier(ctx, id, "a court") },
		"ReleaseDossier":      func(ctx context.Context) error { return c.ReleaseDossier(ctx, id) },
		"DeleteProcess":       func(ctx context.Context) error { return c.DeleteProcess(ctx, p) },
		"SetUserData":         func(ctx context.Context) error { return c.SetUserData(ctx, id, client.UserData{FirstName: "Anna"}) },
		"SetImages":           func(ctx context.Context) error { return c.SetImages(ctx, p, picture) },
		"SetFiles":            func(ctx context.Context) error { return c.SetFiles(ctx, id, picture) },
		"SetFile":             func(ctx context.Context) error { return c.SetFile(ctx, id, picture) },
		"DeleteFile":          func(ctx context.Context) error { return c.DeleteFile(ctx, id, "front") },
		"DeleteFiles":         func(ctx context.Context) error { return c.DeleteFiles(ctx, id) },
		"TakeImagesFromFiles": func(ctx context.Context) error { return c.TakeImagesFromFiles(ctx, p, "front") },
		"CopyImagesToFiles":   func(ctx context.Context) error { return c.CopyImagesToFiles(ctx, p) },
		"Unsubscribe":         func(ctx context.Context) error { return c.Unsubscribe(ctx, id) },
		"SendTest":            func(ctx context.Context) error { return c.SendTest(ctx, id) },
		"StartCapture": func(ctx context.Context) error {
			return second(c.StartCapture(ctx, id, client.CaptureRequest{Providers: []client.ProcessRequest{order}, RedirectURL: "https://shop.example/"}))
		},
		"CaptureConfiguration":  func(ctx context.Context) error { return second(c.CaptureConfiguration(ctx, id)) },
		"CaptureConfigurations": func(ctx context.Context) error { return second(c.CaptureConfigurations(ctx)) },
		"CreateCaptureConfiguration": func(ctx context.Context) error {
			return second(c.CreateCaptureConfiguration(ctx, "bank", []byte(`{"pageTitle":"Bank"}`)))
		},
		"ReplaceCaptureConfiguration": func(ctx context.Context) error {
			return second(c.ReplaceCaptureConfiguration(ctx, id, []byte(`{}`)))
		},
		"DeleteCaptureConfiguration": func(ctx context.Context) error { return c.DeleteCaptureConfiguration(ctx, id) },
		"CreateDossier":              func(ctx context.Context) error { return second(c.CreateDossier(ctx, "customer-17")) },
		"GetDossier":                 func(ctx context.Context) error { return second(c.GetDossier(ctx, id)) },
		"UserData":                   func(ctx context.Context) error { return second(c.UserData(ctx, id)) },
		"CreateProcess":              func(ctx context.Context) error { return second(c.CreateProcess(ctx, id, order)) },
		"GetProcess":                 func(ctx context.Context) error { return second(c.GetProcess(ctx, p)) },
		"StartVerification":          func(ctx context.Context) error { return second(c.StartVerification(ctx, p)) },
		"CancelProcess":              func(ctx context.Context) error { return second(c.CancelProcess(ctx, p)) },
		"Files":                      func(ctx context.Context) error { return second(c.Files(ctx, id)) },
		"Image":                      func(ctx context.Context) error { return closed(c.Image(ctx, p, "front")) },
		"Video":                      func(ctx context.Context) error { return closed(c.Video(ctx, p)) },
		"File":                       func(ctx context.Context) error { return closed(c.File(ctx, id, "front")) },
		"FullResult":                 func(ctx context.Context) error { return closed(c.FullResult(ctx, p)) },
		"DocumentTypes": func(ctx context.Context) error {
			return second(c.DocumentTypes(ctx, client.DocumentTypeFilter{Country: "NLD", Type: "passport", Known: `"x"`}))
		},
		"Dossiers": func(ctx context.Context) error {
			for _, err := range c.Dossiers(ctx, "customer-17") {
				return err
			}
			return nil
		},
		"Callbacks": func(ctx context.Context) error {
			for _, err := range c.Callbacks(ctx, id, "failed") {
				return err
			}
			return nil
		},
		"Deliveries": func(ctx context.Context) error {
			for _, err := range c.Deliveries(ctx, id, "failed") {
				return err
			}
			return nil
		},
		"Follow": func(ctx context.Context) error {
			err := c.Follow(ctx, "", []string{"process.complete"}, func(client.Event) error { return errEnough })
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		},
	}
	maps.Copy(calls, eventCalls(c, id))
	return calls
}

// eventCalls are those about events and subscriptions.
func eventCalls(c *client.Client, id string) map[string]func(context.Context) error {
	names, since := []string{"process.complete"}, time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	return map[string]func(context.Context) error{
		"Events": func(ctx context.Context) error {
			return second(c.Events(ctx, client.EventFilter{Cursor: "c", Names: names, DossierID: id, Since: since, Until: since, Limit: 10}))
		},
		"Subscribe":       func(ctx context.Context) error { return second(c.Subscribe(ctx, "https://example.com/hook", names)) },
		"Subscriptions":   func(ctx context.Context) error { return second(c.Subscriptions(ctx)) },
		"GetSubscription": func(ctx context.Context) error { return second(c.GetSubscription(ctx, id)) },
		"SetSubscription": func(ctx context.Context) error {
			return second(c.SetSubscription(ctx, id, "https://example.com/hook", names))
		},
		"PauseSubscription":  func(ctx context.Context) error { return second(c.PauseSubscription(ctx, id)) },
		"ResumeSubscription": func(ctx context.Context) error { return second(c.ResumeSubscription(ctx, id)) },
		"RotateSecret":       func(ctx context.Context) error { return second(c.RotateSecret(ctx, id)) },
		"Replay one":         func(ctx context.Context) error { return second(c.Replay(ctx, id, client.Replay{Event: "e"})) },
		"Replay a range": func(ctx context.Context) error {
			return second(c.Replay(ctx, id, client.Replay{Since: since, Failed: true}))
		},
	}
}

// second is the error of a call that gives something as well.
func second[T any](_ T, err error) error { return err }

func closed(c *client.Content, err error) error {
	if err != nil {
		return err
	}
	return c.Body.Close()
}
