package main

import (
	"bytes"
	"encoding/base32"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/store"
)

// desk is a stack with people at its console.
type desk struct {
	*stack
	browser *browsertest.Browser
}

func newDesk(t *testing.T, more ...string) *desk {
	t.Helper()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly}, more...)
	return &desk{s, browsertest.New(t, browsertest.CameraMissing)}
}

// operator makes an operator of the default tenant.
func (s *stack) operator(name string, role idv.Role) auth.Enrolment {
	s.t.Helper()
	made, err := s.server.operators().Create(s.t.Context(), store.DefaultTenant, name, role)
	check(s.t, err)
	return made
}

// codeOf gives the one-time password that an authenticator app shows now.
func codeOf(t *testing.T, e auth.Enrolment) string {
	t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	check(t, err)
	return auth.Code(secret, time.Now())
}

// sit opens the console and logs in by password and code.
func (d *desk) sit(device browsertest.Device, e auth.Enrolment) *browsertest.Page {
	d.t.Helper()
	p := d.browser.Open(device, d.url+"/console/processes?status=undecided")
	p.Fill("input[name=name]", e.Name)
	p.Fill("input[name=password]", e.Password)
	p.Fill("input[name=code]", codeOf(d.t, e))
	p.Click("form[action$=login] button")
	p.Until(`document.querySelector("form[action$=logout]")`)
	return p
}

// unclear makes a process that the provider leaves inconclusive, with another
// picture than the usual ones in the place of some.
func (s *stack) unclear(others ...client.Image) client.Ref {
	s.t.Helper()
	ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna", LastName: "Consider"}, "front", "selfie")
	for _, other := range others {
		check(s.t, s.api.SetImages(s.t.Context(), ref, other))
	}
	if p := s.result(ref); p.Status != client.StatusInconclusive {
		s.t.Fatalf("the process is %s, want inconclusive", p.Status)
	}
	return ref
}

func consoleOf(ref client.Ref) string {
	return "/console/processes/" + ref.DossierID + "/" + ref.ProcessID
}

// furnish makes something to look at on every page.
func (d *desk) furnish() (unclear, accepted client.Ref) {
	d.t.Helper()
	ctx := d.t.Context()
	_, err := d.server.use.CreateSubscription(ctx, store.DefaultTenant, service.Endpoint{URL: "http://127.0.0.1:9/events?key=secret", Events: idv.EventNames()})
	check(d.t, err)
	unclear = d.unclear()
	accepted = d.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna", LastName: "Visser"}, "front", "selfie")
	d.result(accepted)
	d.pendingProcess(passportOrder(), client.UserData{})
	d.eventually("the events are published", func() bool {
		events, err := d.server.use.Feed(ctx, store.DefaultTenant, idv.FeedQuery{Limit: 50})
		return err == nil && len(events) >= 7
	})
	return unclear, accepted
}

// TestConsoleScreens looks at every page, wide and narrow, light and dark: axe-core
// finds nothing, nothing is fetched from elsewhere, and the browser has nothing
// to complain about. With DOSSIER_SCREENSHOTS it leaves pictures there.
func TestConsoleScreens(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newIssuer(t).settings()...)
	unclear, accepted := d.furnish()
	subscriptions, err := d.server.use.Subscriptions(t.Context(), store.DefaultTenant)
	check(t, err)
	look, err := d.server.use.CreateCaptureConfiguration(t.Context(), store.DefaultTenant, "nowhere", idv.CaptureProfile{PageTitle: "Bank of Nowhere", PrimaryColor: "#5a1846"}, false)
	check(t, err)
	country := d.issuedBy(accepted)
	out := d.browser.Open(browsertest.Desktop(), d.url+"/console/login")
	d.look(out, scene{"login-sso", "/console/login", nil})
	d.look(out, scene{"login-refused", "/console/enter?link=used", nil})
	complain(t, d, out)

	p := d.sit(browsertest.Desktop(), d.operator("ada", idv.RoleAdministrator))
	for _, page := range []scene{
		{"overview", "/console/", unfolded},
		{"processes", "/console/processes", nil},
		{"nothing-found", "/console/processes?id=none", nil},
		{"by-country", "/console/processes?country=" + country, nil},
		{"no-country", "/console/processes?country=nld", nil},
		{"search-ended", "/console/processes?search=old", nil},
		{"process-inconclusive", consoleOf(unclear), nil},
		{"process-looked-at", consoleOf(unclear), lookedAt},
		{"process-accepted", consoleOf(accepted), func(p *browsertest.Page) {
			p.Click("#reports button")
			p.Await("#reports pre")
			unfolded(p)
		}},
		{"dossier", "/console/dossiers/" + accepted.DossierID, unfolded},
		{"webhooks", "/console/webhooks", nil},
		{"webhook", "/console/webhooks/" + subscriptions[0].ID, nil},
		{"webhook-none-failed", "/console/webhooks/" + subscriptions[0].ID + "?status=expired", nil},
		{"configurations", "/console/configurations", nil},
		{"configuration", "/console/configurations/" + look.ID, nil},
		{"configuration-new", "/console/new-configuration", nil},
		{"clients", "/console/clients", nil},
		{"trail", "/console/trail", nil},
		{"trail-nothing", "/console/trail?action=none", nil},
		{"operators", "/console/operators", nil},
		{"retention", "/console/retention", nil},
		{"health", "/console/health", nil},
		{"keys", "/console/", func(p *browsertest.Page) {
			p.Until(`document.readyState === "complete"`)
			p.Press("?")
			p.Await("dialog[data-keys][open]")
		}},
		{"not-found", "/console/nothing", nil},
	} {
		d.look(p, page)
	}
	complain(t, d, p)

	viewer := d.sit(browsertest.Desktop(), d.operator("vera", idv.RoleViewer))
	d.look(viewer, scene{"forbidden", "/console/operators", nil})
}

// issuedBy gives the country of the document of a process that was accepted.
func (s *stack) issuedBy(ref client.Ref) string {
	s.t.Helper()
	p, err := s.api.GetProcess(s.t.Context(), ref)
	check(s.t, err)
	return p.FinalResult.IssuingCountry
}

// scene is a page with what is done on it before it is looked at.
type scene struct {
	name, path string
	prepare    func(*browsertest.Page)
}

// look looks at a page on every screen.
func (d *desk) look(p *browsertest.Page, s scene) {
	d.t.Helper()
	for _, look := range consoleLooks() {
		p.Resize(look.device)
		p.Prefer(look.scheme)
		p.Goto(d.url + s.path)
		p.Await("h1")
		if s.prepare != nil {
			s.prepare(p)
		}
		where := s.name + "-" + look.name
		for _, finding := range p.Audit() {
			d.t.Errorf("%s: %s", where, finding)
		}
		if wide, _ := p.Eval("document.documentElement.scrollWidth > innerWidth").(bool); wide {
			d.t.Errorf("%s: the page is wider than the window", where)
		}
		keepPicture(d.t, p, where)
	}
}

// unfolded opens what can be folded.
func unfolded(p *browsertest.Page) {
	p.Eval(`document.querySelectorAll("details").forEach(d => { d.open = true })`)
}

// lookedAt shows a picture and has it read.
func lookedAt(p *browsertest.Page) {
	p.Click("[data-show]")
	p.Await("button.picture img")
	p.Click("figure .ask")
	p.AwaitText("Dossier's own reading")
}

// consoleLook is a device with a colour scheme.
type consoleLook struct {
	name, scheme string
	device       browsertest.Device
}

// consoleLooks are the screens on which every page is looked at: all of them for
// pictures, and two that have everything between them otherwise.
func consoleLooks() []consoleLook {
	wide, phone := browsertest.Device{Width: 1360, Height: 900}, browsertest.Phone()
	all := []consoleLook{{"wide-light", "light", wide}, {"phone-dark", "dark", phone}, {"wide-dark", "dark", wide}, {"phone-light", "light", phone}}
	if os.Getenv("DOSSIER_SCREENSHOTS") == "" {
		return all[:2]
	}
	return all
}

// keepPicture keeps what a page looks like, if somebody asked for it.
func keepPicture(t *testing.T, p *browsertest.Page, name string) {
	t.Helper()
	folder := os.Getenv("DOSSIER_SCREENSHOTS")
	if folder == "" {
		return
	}
	check(t, os.MkdirAll(folder, 0o755))
	check(t, os.WriteFile(filepath.Join(folder, "console-"+name+".png"), p.WholePicture(), 0o644))
}

// complain fails with what the browser said, and with what it asked of others.
func complain(t *testing.T, d *desk, p *browsertest.Page) {
	t.Helper()
	for _, said := range p.Complaints() {
		if !bytes.Contains([]byte(said), []byte("404")) && !bytes.Contains([]byte(said), []byte("401")) {
			t.Errorf("the browser says: %s", said)
		}
	}
	ours, err := url.Parse(d.url)
	check(t, err)
	for _, asked := range p.Asked() {
		if u, err := url.Parse(asked); err != nil || u.Host != ours.Host && u.Scheme != "blob" && u.Scheme != "data" {
			t.Errorf("the page asked for %s", asked)
		}
	}
}
