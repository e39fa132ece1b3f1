package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestSandboxPage walks the sandbox's page: the link logs in, a request appears by itself, an outcome is forced, the
// clock moves. On the way every page is looked at in both sizes, light and dark.
func TestSandboxPage(t *testing.T) {
	t.Parallel()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: time.Hour, Specimens: drawnSpecimens()})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	p := browsertest.New(t, browsertest.CameraMissing).Open(browsertest.Desktop(), box.page())
	p.AwaitText("Nobody yet")
	if strings.Contains(p.URL(), box.Token()) {
		t.Error("the token stays in the address")
	}
	at := "http://" + box.addr.String()
	look := func(name, path string) {
		for _, l := range consoleLooks() {
			p.Resize(l.device)
			p.Prefer(l.scheme)
			p.Goto(at + path)
			p.Await("h1")
			p.Eval(`document.querySelectorAll("details").forEach(d => { d.open = true })`)
			for _, finding := range p.Audit() {
				t.Errorf("%s-%s: %s", name, l.name, finding)
			}
			if wide, _ := p.Eval("document.documentElement.scrollWidth > innerWidth").(bool); wide {
				t.Errorf("%s-%s: the page is wider than the window", name, l.name)
			}
			keepPicture(t, p, "sandbox-"+name+"-"+l.name)
		}
		p.Resize(browsertest.Desktop())
	}
	look("empty", "/sandbox/")

	p.Goto(at + "/sandbox/page/requests")
	p.AwaitText("No request yet")
	applicant := sandboxCall(t, box, "/applicants", `{"first_name":"Anna","last_name":"Specimen"}`)
	p.AwaitText("/v3.6/applicants")

	p.Goto(at + "/sandbox/page/applicants/" + applicant)
	p.Choose("#outcome", "consider")
	p.Click("#force")
	p.AwaitText("The scenario is in force")
	sandboxCall(t, box, "/checks", `{"applicant_id":"`+applicant+`","report_names":["identity_enhanced"]}`)
	p.AwaitText("In progress")
	p.Click(`button[value="1h"]`)
	p.AwaitText("The clock has moved forward")
	p.Until(`document.querySelector(".pill.consider")`)

	for name, path := range map[string]string{
		"applicants": "/sandbox/", "applicant": "/sandbox/page/applicants/" + applicant, "requests": "/sandbox/page/requests",
		"webhooks": "/sandbox/page/deliveries", "scenarios": "/sandbox/page/scenarios", "faults": "/sandbox/page/faults",
		"clock": "/sandbox/page/clock", "specimens": "/sandbox/page/specimens?type=passport&side=front&level=1",
	} {
		look(name, path)
	}
	p.Until(`(document.querySelector("img.picture")?.naturalWidth ?? 1) > 0`)
	for _, said := range p.Complaints() {
		t.Errorf("the browser complains: %s", said)
	}
	for _, asked := range p.Asked() {
		if !strings.HasPrefix(asked, at) && !strings.HasPrefix(asked, "data:") {
			t.Errorf("the page asks %s", asked)
		}
	}
}

// sandboxCall posts to the sandbox's API and gives the id of what it made.
func sandboxCall(t *testing.T, box *runningSandbox, path, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, box.url()+path, strings.NewReader(body))
	check(t, err)
	r.Header.Set("Authorization", "Token token="+box.Token())
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	check(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	check(t, err)
	_, rest, found := strings.Cut(string(text), `"id":"`)
	if res.StatusCode != http.StatusCreated || !found {
		t.Fatalf("POST %s: %d %s", path, res.StatusCode, text)
	}
	id, _, _ := strings.Cut(rest, `"`)
	return id
}
