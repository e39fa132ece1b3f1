package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/idv"
)

// inSight says what is wrong with how the focus looks: it must be in the window, and
// drawn around what has it.
const inSight = `(() => {
	const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e)
	if (e === document.body || e.tagName === "IFRAME") return "" // Behind the last element, or in a page of its own.
	const what = e.outerHTML.slice(0, 120)
	if (r.width === 0 || r.height === 0 || r.bottom < 0 || r.top > innerHeight) return "cannot be seen: " + what
	return s.outlineStyle === "none" && s.boxShadow === "none" ? "has no outline: " + what : ""
})()`

// TestConsoleKeys goes through the console without a mouse: the skip link, the
// search, a list, a process, its pictures and the list of keys; whatever has the
// focus shows it.
func TestConsoleKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	unclear, _ := d.furnish()
	p := d.sit(browsertest.Desktop(), d.operator("ada", idv.RoleAdministrator))

	p.Goto(d.url + "/console/processes")
	p.Press("Tab")
	p.Until(`document.activeElement.matches("a.skip")`)
	p.Until(`document.activeElement.getBoundingClientRect().top >= 0`)
	p.Press("Enter")
	p.Until(`document.activeElement.id === "main"`)
	p.Press("/")
	p.Until(`document.activeElement.matches("[data-slash]")`)
	p.Press("j")
	p.Until(`document.activeElement.value.endsWith("j")`)
	p.Press("Escape")
	p.Until(`!document.activeElement.matches("input")`)
	const row = `[...document.querySelectorAll("tr[data-row]")].indexOf(document.activeElement.closest("tr"))`
	for _, step := range []struct{ key, at string }{{"j", "0"}, {"j", "1"}, {"j", "2"}, {"j", "2"}, {"k", "1"}, {"k", "0"}, {"k", "0"}, {"j", "1"}} {
		p.Press(step.key)
		p.Until(row + " === " + step.at)
	}
	p.Press("Enter")
	p.Until(`location.pathname.split("/").length === 5`)

	p.Goto(d.url + consoleOf(unclear))
	p.Eval(`document.querySelector("[data-show]").focus()`)
	p.Press("Enter")
	p.Await("button.picture img")
	p.Until(`document.activeElement.matches("button.picture")`)
	p.Press("Enter")
	p.Await("dialog.viewer[open]")
	p.Press("r")
	p.Until(`document.querySelector(".stage .sheet").classList.contains("turn1")`)
	p.Press("Escape")
	p.Until(`!document.querySelector("dialog.viewer").open && document.activeElement.matches("button.picture")`)
	p.Press("?")
	p.Await("dialog[data-keys][open]")
	p.Press("Escape")
	p.Until(`!document.querySelector("dialog[data-keys]").open`)

	for _, path := range []string{"/console/", "/console/processes", consoleOf(unclear), "/console/clients", "/console/new-configuration"} {
		p.Goto(d.url + path)
		for range 30 {
			p.Press("Tab")
			if fault, _ := p.Eval(inSight).(string); fault != "" {
				t.Errorf("%s: the focus %s", path, fault)
			}
		}
	}
	complain(t, d, p)
}

// TestConsoleGoesBack: what was found by a reference can be gone back to and loaded
// anew, and the reference is in no address; other filters are the address.
func TestConsoleGoesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	made, err := d.api.CreateDossier(t.Context(), "customer-4711")
	check(t, err)
	_, err = d.api.CreateProcess(t.Context(), made.DossierID, passportOrder())
	check(t, err)
	d.pendingProcess(passportOrder(), client.UserData{})
	p := d.sit(browsertest.Desktop(), d.operator("vera", idv.RoleViewer))

	p.Goto(d.url + "/console/processes")
	p.Fill("input[name=reference]", "customer-4711")
	p.Press("Enter")
	const one = `document.querySelectorAll("tr[data-row]").length === 1 && document.querySelector("input[name=reference]").value === "customer-4711"`
	p.Until(one)
	if at := p.URL(); strings.Contains(at, "4711") || !strings.Contains(at, "search=") {
		t.Errorf("the address of the search is %s", at)
	}
	p.Click("tr[data-row] a")
	p.Until(`location.pathname.split("/").length === 5`)
	p.Eval(`history.back()`)
	p.Until(`location.search !== "" && ` + one)
	p.Reload()
	p.Until(one)
	address := p.URL()

	p.Choose("select[name=status]", "failed")
	p.Click(".filter button.main")
	p.AwaitText("Nothing found")
	kept, err := url.Parse(p.URL())
	check(t, err)
	if kept.Query().Get("status") != "failed" {
		t.Errorf("the address of a filter is %s", kept)
	}

	other := d.sit(browsertest.Desktop(), d.operator("vic", idv.RoleViewer))
	other.Goto(address)
	other.AwaitText("This search has ended")
	if text := other.Text(); strings.Contains(text, "4711") {
		t.Error("another session reads the reference")
	}
	complain(t, d, p)
}

// TestConsoleFindsByCountry: a country gives the processes of whose documents it was
// read, of the tenant alone, stands in the address, and goes together with other
// filters. What was not clear in them is a table as well.
func TestConsoleFindsByCountry(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, accepted := d.furnish()
	country := d.issuedBy(accepted)
	check(t, d.server.db.CreateTenant(t.Context(), "other", "Other", time.Now()))
	p := d.sit(browsertest.Desktop(), d.operator("vera", idv.RoleViewer))
	const found = `[...document.querySelectorAll("tr[data-row] [data-named=Process] a")].map(a => a.title).join(" ")`

	p.Goto(d.url + "/console/processes")
	p.Choose("select[name=country]", country)
	p.Choose("select[name=status]", "accepted")
	p.Click(".filter button.main")
	p.Until(found + ` === "` + accepted.ProcessID + `"`)
	p.Until(`document.querySelector("select[name=country]").value === "` + country + `"`)
	kept, err := url.Parse(p.URL())
	check(t, err)
	if kept.Query().Get("country") != country {
		t.Errorf("the address of a country is %s", kept)
	}
	p.Goto(d.url + "/console/processes?country=" + country)
	p.Until(`document.querySelectorAll("tr[data-row]").length === 2`) // The inconclusive one as well, of which there is no final result.
	p.Choose("select[name=country]", "ALB")
	p.Click(".filter button.main")
	p.AwaitText("Nothing found")
	p.Goto(d.url + "/console/processes?country=" + strings.ToLower(country))
	p.AwaitText("There is no such country")

	if table := d.page("vera", "/console/reasons.csv"); !strings.HasPrefix(table, "not_clear,count,of_results\n") || !strings.Contains(table, "Document > Visual authenticity > Fonts,1,1\n") {
		t.Errorf("what was not clear, as CSV, is %s", table)
	}
	_, err = d.server.operators().Create(t.Context(), "other", "otto", idv.RoleViewer)
	check(t, err)
	if page := d.page("otto", "/console/processes?country="+country); !strings.Contains(page, "Nothing found") || strings.Contains(page, accepted.ProcessID) {
		t.Error("another tenant finds a process by its country")
	}
	complain(t, d, p)
}

// page gives what an operator who did not log in by hand sees.
func (s *stack) page(operator, path string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	check(s.t, err)
	r.AddCookie(&http.Cookie{Name: "dossier_console", Value: s.session(operator)})
	answer, err := http.DefaultTransport.RoundTrip(r)
	check(s.t, err)
	text, err := io.ReadAll(answer.Body)
	check(s.t, err)
	check(s.t, answer.Body.Close())
	return string(text)
}
