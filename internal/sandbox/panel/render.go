package panel

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed pages assets
var embedded embed.FS

// frame is what every page is filled with.
type frame struct {
	Title, Here string // Here is the page's name in the navigation
	Bare        bool   // without navigation
	Path        string // of the page itself, for the forms that come back to it
	Done        string // what the last deed did
	Problem     string // why it was not done
	Clock       clock
	Form        url.Values // what was filled in, so that nothing is lost when it is refused
	Body        any
}

func (p *panel) functions() template.FuncMap {
	return template.FuncMap{
		"file":    p.files.At,
		"words":   words,
		"pretty":  func(s string) string { return indented([]byte(s)) },
		"json":    func(v any) string { text, _ := json.Marshal(v); return indented(text) }, //nolint:errchkjson // decoded JSON
		"reports": func() []string { return p.Reports },
		"paths":   func() []string { return p.Paths("document") },
		"methods": func() []string { return []string{"GET", "POST", "PUT", "PATCH", "DELETE"} },
		"pair":    func(a, b any) map[string]any { return map[string]any{"A": a, "B": b} },
	}
}

// words makes a name of the API readable.
func words(name string) string {
	s := strings.NewReplacer("_", " ", "-", " ").Replace(name)
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// indented is JSON for people; what is no whole JSON stays as it is.
func indented(text []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return string(text)
	}
	return out.String()
}

// showForm shows a page with a form, and why what was filled in was refused.
func (p *panel) showForm(w http.ResponseWriter, r *http.Request, name string, f frame, problem error) {
	status := http.StatusOK
	if problem != nil {
		refused, known := errors.AsType[*refusal](problem)
		if !known {
			p.fail(w, r, problem)
			return
		}
		status, f.Problem = refused.status, refused.text
	}
	f.Form = r.Form
	p.show(w, r, status, name, f)
}

// show answers with a page.
func (p *panel) show(w http.ResponseWriter, r *http.Request, status int, name string, f frame) {
	f.Path, f.Done = r.URL.Path, deeds()[r.URL.Query().Get("done")]
	if f.Form == nil {
		f.Form = url.Values{}
	}
	var text []byte
	var err error
	if !f.Bare {
		f.Clock, err = p.clock(r.Context())
	}
	if err == nil {
		text, err = p.pages.Render(name, "frame", f)
	}
	if err != nil {
		http.Error(w, "The page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // The browser is gone otherwise.
}

// fail answers with a page that says what was wrong.
func (p *panel) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	if refused, known := errors.AsType[*refusal](err); known {
		status = refused.status
	}
	p.show(w, r, status, "error", frame{Title: "That did not work", Body: err.Error()})
}

// deeds are the words for what was done.
func deeds() map[string]string {
	return map[string]string{
		"advanced": "The clock has moved forward. What became due has happened.", "forced": "The scenario is in force.",
		"dropped": "Forgotten: no longer in force.", "faulty": "The fault is set.", "faultless": "No faults any more.",
		"steered": "Done: the check has changed.", "forgotten": "The list is empty again.", "reset": "Everything is forgotten.",
	}
}
