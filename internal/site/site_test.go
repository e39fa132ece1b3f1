package site_test

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dossier-id/dossier/internal/site"
)

func TestAssetsHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	upper := func(content []byte) []byte { return []byte(strings.ToUpper(string(content))) }
	tree := fstest.MapFS{"a/one.js": {Data: []byte("x")}, "a/two.css": {Data: []byte("y")}}
	first := assets(t, tree, upper)
	status, kind, text := get(t, first, first.At("one.js"))
	if status != http.StatusOK || !strings.HasPrefix(kind, "text/javascript") || text != "X" {
		t.Errorf("%d %s %q", status, kind, text)
	}
	if got := strings.Join(first.Names(), " "); got != "one.js two.css" {
		t.Error(got)
	}
	tree["a/two.css"] = &fstest.MapFile{Data: []byte("z")}
	second := assets(t, tree, upper)
	if first.At("one.js") == second.At("one.js") {
		t.Error("another style leaves the script's address as it was")
	}
	for _, gone := range []string{first.At("one.js"), second.At("three.js")} {
		if status, _, _ := get(t, second, gone); status != http.StatusNotFound {
			t.Errorf("%s: %d", gone, status)
		}
	}
}

func TestPagesShareAFrame(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"p/frame.html": {Data: []byte(`{{define "frame"}}<b>{{template "body" .}}</b>{{end}}`)},
		"p/one.html":   {Data: []byte(`{{define "body"}}{{say .}}{{end}}`)},
		"p/two.html":   {Data: []byte(`{{define "body"}}{{.Missing}}{{end}}`)},
	}
	pages, err := site.NewPages(tree, "p", template.FuncMap{"say": strings.ToUpper}, "frame.html")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := pages.Render("one", "frame", "a<b"); err != nil || string(text) != "<b>A&lt;B</b>" {
		t.Errorf("%q, %v", text, err)
	}
	for _, page := range []string{"two", "three"} {
		if text, err := pages.Render(page, "frame", "a"); err == nil || len(text) > 0 {
			t.Errorf("%s: %q, %v", page, text, err)
		}
	}
	tree["p/two.html"] = &fstest.MapFile{Data: []byte("{{end}}")}
	if _, err := site.NewPages(tree, "p", nil, "frame.html"); err == nil {
		t.Error("a page that cannot be parsed is taken")
	}
}

func assets(t *testing.T, tree fstest.MapFS, change func([]byte) []byte) *site.Assets {
	t.Helper()
	a, err := site.NewAssets(tree, "a", "/assets/", change)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, a *site.Assets, path string) (status int, kind, text string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(a.Pattern(), a)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Header().Get("Content-Type"), w.Body.String()
}
