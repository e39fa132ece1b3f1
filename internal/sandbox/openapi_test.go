package sandbox_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// described is our description of the API, read once for all tests.
var described = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := os.ReadFile("../../api/onfido.yaml")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: "/v3.6"}}
	return doc, nil
})

var describedRoutes = sync.OnceValues(func() (routers.Router, error) {
	doc, err := described()
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// hold holds a request that was accepted, and any answer, to api/onfido.yaml.
func hold(tb testing.TB, req *http.Request, body []byte, w *httptest.ResponseRecorder) {
	tb.Helper()
	router, err := describedRoutes()
	if err != nil {
		tb.Fatal(err)
	}
	req = req.Clone(tb.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	rt, params, err := router.FindRoute(req)
	if err != nil {
		if w.Code != http.StatusNotFound && w.Code != http.StatusUnauthorized {
			tb.Errorf("%s %s is not described: %v", req.Method, req.URL.Path, err)
		}
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: rt, Options: options}
	if w.Code < http.StatusBadRequest {
		if err := openapi3filter.ValidateRequest(tb.Context(), in); err != nil {
			tb.Errorf("%s %s was accepted, but is not as described: %v", req.Method, req.URL.Path, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header(), Options: options}
	out.SetBodyBytes(w.Body.Bytes())
	if err := openapi3filter.ValidateResponse(tb.Context(), out); err != nil {
		tb.Errorf("the answer to %s %s is not as described: %v", req.Method, req.URL.Path, err)
	}
}

// TestDescriptionAndRoutesAgree: what is described is served, and what is served is described.
func TestDescriptionAndRoutesAgree(t *testing.T) {
	t.Parallel()
	doc, err := described()
	if err != nil {
		t.Fatal(err)
	}
	var inYAML []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			inYAML = append(inYAML, method+" "+path)
		}
	}
	inCode := sandbox.Operations()
	slices.Sort(inYAML)
	slices.Sort(inCode)
	if !slices.Equal(inYAML, inCode) {
		t.Errorf("described: %v\nserved: %v", minus(inYAML, inCode), minus(inCode, inYAML))
	}
}

// TestTableOfEndpoints: docs/sandbox.md has a row for each operation, and no row for any other.
func TestTableOfEndpoints(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\| (\\*\\*)?(faithful|scripted|not there)").FindAllStringSubmatch(string(text), -1) {
		if m[3] != "not there" {
			rows = append(rows, m[1])
		}
	}
	served := sandbox.Operations()
	slices.Sort(rows)
	slices.Sort(served)
	if !slices.Equal(rows, served) {
		t.Errorf("in the table only: %v\nserved only: %v", minus(rows, served), minus(served, rows))
	}
	for _, c := range sandbox.Controls() {
		if !strings.Contains(string(text), "`"+c+"`") {
			t.Errorf("the control %s is not documented", c)
		}
	}
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
