package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/dossier-id/dossier/internal/httpapi"
)

// described loads api/assure.yaml as it is committed.
var described = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/assure.yaml")
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

func TestDescriptionIsWhatIsServed(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("../../api/assure.yaml")
	check(t, err)
	served, err := httpapi.Description(apiVersion)
	check(t, err)
	if !bytes.HasSuffix(committed, served) {
		t.Fatal("api/assure.yaml is stale: run make generate")
	}
}

// holdToDescription checks every answer under /assure and /events and of the token endpoint
// against api/assure.yaml, and every request that the server takes.
func holdToDescription(t *testing.T, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	router, err := described()
	check(t, err)
	return describedTransport{t, router, next}
}

type describedTransport struct {
	t      *testing.T
	router routers.Router
	next   http.RoundTripper
}

// RoundTrip sends the request and holds what comes back to the description.
func (d describedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.ContentLength < 1<<20 { // what is larger is refused, or an image
		var err error
		if sent, err = keep(&r.Body); err != nil {
			return nil, err
		}
	}
	answer, err := d.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	streamed := strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream")
	if streamed || !strings.HasPrefix(r.URL.Path, "/assure/") && !strings.HasPrefix(r.URL.Path, "/events") && !strings.HasSuffix(r.URL.Path, "/token") {
		return answer, nil
	}
	body, err := keep(&answer.Body)
	if err != nil {
		return nil, err
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	d.compare(again, answer, body)
	return answer, nil
}

func (d describedTransport) compare(r *http.Request, answer *http.Response, body []byte) {
	name := r.Method + " " + r.URL.Path
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		// A path or method that is not described must not be served either.
		if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed && answer.StatusCode != http.StatusUnauthorized {
			d.t.Errorf("%s is not described but answered %d", name, answer.StatusCode)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeRequestBody: takesImages(r.URL.Path),
		IncludeResponseStatus: true, ExcludeResponseBody: !strings.Contains(answer.Header.Get("Content-Type"), "json"),
	}}
	if answer.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			d.t.Errorf("%s was taken against the description: %v", name, err)
		}
	}
	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(body)), Options: in.Options,
	})
	if err != nil {
		d.t.Errorf("%s answered %d against the description: %v", name, answer.StatusCode, err)
	}
}

// takesImages says whether a body is mostly images, which the validator would
// hold in memory several times.
func takesImages(path string) bool {
	return strings.HasSuffix(path, "/images") || strings.Contains(path, "/files")
}

// keep reads a body whole and puts it back.
func keep(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	kept, err := io.ReadAll(*body)
	err = errors.Join(err, (*body).Close())
	*body = io.NopCloser(bytes.NewReader(kept))
	return kept, err
}
