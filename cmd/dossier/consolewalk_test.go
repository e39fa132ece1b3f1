package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/store"
)

// TestConsoleReview walks a second look by two people: a viewer can only look,
// a reviewer finds the process and proposes, another one confirms, and what they
// decided is beside the verdict everywhere.
func TestConsoleReview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	arrived := make(chan string, 100)
	endpoint := tellingEndpoint(t, arrived)
	_, err := d.server.use.CreateSubscription(t.Context(), store.DefaultTenant, service.Endpoint{URL: idv.Personal(endpoint), Events: idv.EventNames()})
	check(t, err)
	ref := d.unclear(drawn(t, "front", specimen.Default(specimen.Passport)))
	check(t, d.server.use.SetFourEyes(t.Context(), store.DefaultTenant, true))
	viewer, first, second := d.operator("vera", idv.RoleViewer), d.operator("rita", idv.RoleReviewer), d.operator("ruth", idv.RoleReviewer)

	p := d.sit(browsertest.Desktop(), viewer)
	p.Goto(d.url + consoleOf(ref))
	p.AwaitText("A reviewer can decide it.")
	if p.Has("textarea[name=reason]") || p.Has("a[download]") {
		t.Error("a viewer is offered what only a reviewer may do")
	}

	p = d.sit(browsertest.Desktop(), first)
	p.Click("tbody a.id")
	p.AwaitText("This needs a decision")
	p.Click("[data-show]")
	p.Await("button.picture img")
	p.AwaitText("image.viewed")
	p.Click("button.picture")
	p.Await("dialog[open] .stage img")
	p.Click("[data-turn]")
	p.Until(`document.querySelector(".stage .sheet").classList.contains("turn1")`)
	p.Click("[data-close]")
	p.Click("figure .ask")
	p.AwaitText("Dossier's own reading")
	p.AwaitText("image.read")
	p.AwaitText("the provider read something else") // Its answers are canned.
	p.Press("ArrowDown")
	p.Press("ArrowDown")
	keepPicture(t, p, "places-wide-light")
	p.Until(`document.querySelector(".picture .marks .lit").dataset.mark === document.activeElement.dataset.mark`)
	p.Fill("textarea[name=reason]", "The photo is of a screen, but the original was seen at the desk.")
	p.Click("button[value=accepted]")
	p.AwaitText("Somebody else has to confirm it.")

	p = d.sit(browsertest.Phone(), second)
	p.Goto(d.url + consoleOf(ref))
	p.AwaitText("Two operators must agree.")
	p.Click("form[action$=confirm] button")
	p.AwaitText("confirmed by ruth")
	p.AwaitText("Decided by people")
	complain(t, d, p)

	d.decided(ref, arrived)
}

// decided checks what the outside gets to know of a decision.
func (d *desk) decided(ref client.Ref, arrived <-chan string) {
	t := d.t
	for name := range arrived {
		if name == string(idv.EventProcessReviewed) {
			break
		}
	}
	got, err := d.api.GetProcess(t.Context(), ref)
	check(t, err)
	if got.Status != client.StatusInconclusive || got.Review == nil || got.Review.Decision != "accepted" || got.Review.Reviewer != "rita" || got.Review.ConfirmedBy != "ruth" {
		t.Errorf("Get process says %s and %+v", got.Status, got.Review)
	}
	answer := d.call(d.token(), http.MethodGet, pathOf(ref)+"/download", "")
	archive, err := zip.NewReader(bytes.NewReader(answer.body), int64(len(answer.body)))
	check(t, err)
	for _, name := range []string{"process.json", "report.html"} {
		f, err := archive.Open(name)
		check(t, err)
		text, err := io.ReadAll(f)
		check(t, err)
		if !bytes.Contains(text, []byte("seen at the desk")) {
			t.Errorf("%s of the full result does not say why it was decided", name)
		}
	}
}

// tellingEndpoint is an endpoint that takes everything and tells the names of events.
func tellingEndpoint(t *testing.T, arrived chan<- string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, name := range idv.EventNames() {
			if strings.Contains(string(body), `"`+string(name)+`"`) {
				arrived <- string(name)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestConsoleRuns walks what an administrator does: sends an event again,
// rotates a secret, and verifies the audit trail, of which a copy was tampered
// with.
func TestConsoleRuns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	arrived := make(chan string, 100)
	_, err := d.server.use.CreateSubscription(t.Context(), store.DefaultTenant, service.Endpoint{URL: idv.Personal(tellingEndpoint(t, arrived)), Events: []idv.EventName{idv.EventProcessCreated}})
	check(t, err)
	ref := d.pendingProcess(passportOrder(), client.UserData{})
	<-arrived
	p := d.sit(browsertest.Desktop(), d.operator("ada", idv.RoleAdministrator))
	d.eventually("the delivery is settled", func() bool {
		p.Goto(d.url + consoleOf(ref))
		return p.Has("form[action$=replay] button")
	})
	p.Click("form[action$=replay] button")
	p.AwaitText("The event is on its way again.")
	<-arrived

	old := d.config
	p.Goto(d.url + "/console/clients")
	p.Agree()
	p.Choose("form[action$=rotate] select", "0s")
	p.Click("form[action$=rotate] button")
	p.AwaitText("A new secret")
	fresh, _ := p.Eval(`document.querySelectorAll(".secret code")[1].textContent`).(string)
	if _, err := d.server.auth.Issue(t.Context(), old.ID, old.Secret, ""); err == nil {
		t.Error("the secret before the rotation still works")
	}
	if _, err := d.server.auth.Issue(t.Context(), old.ID, fresh, ""); err != nil {
		t.Errorf("the new secret does not work: %v", err)
	}

	p.Choose("form[action$=rotate] select", "1h0m0s")
	p.Click("form[action$=rotate] button")
	p.AwaitText("stays good for an hour")
	if _, err := d.server.auth.Issue(t.Context(), old.ID, fresh, ""); err != nil {
		t.Errorf("the secret before is refused while it should overlap: %v", err)
	}
	p.Until(`document.readyState === "complete"`)
	p.Press("?")
	p.AwaitText("goes to the search")
	keepPicture(t, p, "keys-wide-light")

	p.Goto(d.url + "/console/trail")
	p.Click("form[action$=verify] button")
	p.AwaitText("Genuine: no record was changed")
	complain(t, d, p) // Before the walk is refused something.
	d.design(p)
	_, err = d.server.use.Cancel(t.Context(), idv.ProcessKey{Tenant: store.DefaultTenant, Dossier: ref.DossierID, Process: ref.ProcessID})
	check(t, err)
	d.verifyBroken()
}

// design walks through a configuration of the end-user's pages: the preview
// follows the form, what cannot work is said beside its field, and what is stored
// is what was seen.
func (d *desk) design(p *browsertest.Page) {
	t := d.t
	const inside = `document.querySelector("iframe[name=preview]").contentDocument`
	p.Goto(d.url + "/console/new-configuration")
	p.Until(inside + `.querySelector("#start")`)
	p.Fill("input[name=configurationId]", "nowhere")
	p.Fill("input[name=pageTitle]", "Bank of Nowhere")
	p.Fill("input[name=buttonsColor]", "#7a1f5c")
	p.Until(inside + `.title === "Bank of Nowhere"`)
	p.Until(`getComputedStyle(` + inside + `.querySelector("#start")).backgroundColor === "rgb(122, 31, 92)"`)
	p.Eval(inside + `.querySelector("#start").click()`)
	p.Until(inside + `.querySelector("[data-screen=residence]")`)
	p.Choose("select[name=screen]", "front")
	p.Until(inside + `.querySelector("#main[data-screen], [data-screen]")`)
	p.Fill("input[name=buttonsTextColor]", "#7a1f5d")
	p.Click(".design button.main")
	p.AwaitText("has a contrast of")
	p.Fill("input[name=buttonsTextColor]", "#ffffff")
	p.Click(".design button.main")
	p.AwaitText("Stored. Flows that are started from now on look like this")
	found, err := d.server.use.CaptureConfigurations(t.Context(), store.DefaultTenant)
	check(t, err)
	want := idv.CaptureProfile{PageTitle: "Bank of Nowhere", ButtonsColor: "#7a1f5c", ButtonsTextColor: "#ffffff"}
	if len(found) != 1 || found[0].ID != "nowhere" || !reflect.DeepEqual(found[0].CaptureProfile, want) {
		t.Errorf("stored is %+v, want %+v", found, want)
	}
}

// verifyBroken lets the console of a server on a tampered copy verify the trail.
func (d *desk) verifyBroken() {
	t, data := d.t, d.t.TempDir()
	database := filepath.Join(data, "copy.db")
	_, err := d.server.db.Writer().ExecContext(t.Context(), `VACUUM INTO '`+database+`'`)
	check(t, err)
	check(t, os.CopyFS(filepath.Join(data, "data"), os.DirFS(d.data)))
	for _, name := range []string{"key.json", "key.json.tree"} { // CopyFS makes files that everybody can read.
		check(t, os.Chmod(filepath.Join(data, "data", name), 0o600))
	}
	policy := filepath.Join(data, "retention.json")
	check(t, os.WriteFile(policy, []byte(`{"default": {"results": "5d"}}`), 0o600))
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	l, err := listen(t.Context(), "127.0.0.1:0")
	check(t, err)
	copied := &desk{&stack{t: t, url: "http://" + l.Addr().String()}, d.browser}
	copied.server, err = startServer(t.Context(), copied.settings("sqlite:"+database, filepath.Join(data, "data"), box.url(), box.Token(), "DOSSIER_RETENTION", policy), l, testLog(t))
	check(t, err)
	t.Cleanup(func() { check(t, copied.server.stop()) })
	for _, statement := range []string{`DROP TRIGGER audit_is_not_changed`, `UPDATE audit SET actor = 'nobody' WHERE tenant_id = 'default' AND position = 3`} {
		_, err := copied.server.db.Writer().ExecContext(t.Context(), statement)
		check(t, err)
	}
	p := copied.sit(browsertest.Desktop(), copied.operator("eve", idv.RoleAdministrator))
	p.Goto(copied.url + "/console/trail")
	p.Click("form[action$=verify] button")
	p.AwaitText("Not genuine")
	p.AwaitText("record 3:")

	p.Goto(copied.url + "/console/retention")
	p.AwaitText("Nothing would be deleted now")
	p.Click(".tabs a[href*='days=7']")
	p.AwaitText("A dry run: nothing was deleted.")
	p.Goto(copied.url + "/console/")
	p.AwaitText("Will be erased within seven days")
	p.Until(`document.querySelector("section[aria-labelledby=erased] td:last-child").textContent > 0`)
}
