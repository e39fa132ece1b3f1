package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/sandbox/panel"
)

// visit calls the page with a cookie; a form is posted.
func (b *box) visit(cookie *http.Cookie, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), "GET", path, nil)
	if form != nil {
		r = httptest.NewRequestWithContext(b.t.Context(), "POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}

// login logs in to the page.
func (b *box) login() *http.Cookie {
	b.t.Helper()
	w := b.visit(nil, "/sandbox/page/login", url.Values{"token": {b.Token()}})
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 1 {
		b.t.Fatalf("login: %d %s", w.Code, w.Body)
	}
	return w.Result().Cookies()[0]
}

// deed posts a form and demands that it was done.
func (b *box) deed(cookie *http.Cookie, path string, form url.Values) {
	b.t.Helper()
	if w := b.visit(cookie, "/sandbox/page/"+path, form); w.Code != http.StatusSeeOther {
		b.t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
}

func TestPageIsForWhoHasTheToken(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	forged := &http.Cookie{Name: "dossier_sandbox", Value: "99999999999.00"}
	for _, cookie := range []*http.Cookie{nil, forged} {
		for _, path := range []string{"/sandbox/", "/sandbox/page/requests", "/sandbox/page/specimens/file?type=passport", "/sandbox/page/nothing"} {
			if w := b.visit(cookie, path, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sandbox/page/login" {
				t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
			}
		}
		b.applicant("Kept")
		b.visit(cookie, "/sandbox/page/reset", url.Values{})
		if n := len(b.call("GET", "/applicants", nil).want(200)["applicants"].([]any)); n == 0 {
			t.Fatal("the state was reset without a login")
		}
	}
	if w := b.visit(nil, "/sandbox/page/login", url.Values{"token": {"wrong"}}); w.Code != http.StatusForbidden || len(w.Result().Cookies()) > 0 {
		t.Errorf("a wrong token: %d", w.Code)
	}
	cookie := b.login()
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/sandbox/" {
		t.Errorf("cookie %v", cookie)
	}
	if w := b.visit(cookie, "/sandbox/", nil); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("inside: %d %v", w.Code, w.Header())
	}
	if w := b.visit(cookie, "/sandbox/page/reset", url.Values{}, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	b.deed(cookie, "logout", url.Values{})
	other := newBox(t, sandbox.Options{Token: b.Token()})
	if w := other.visit(cookie, "/sandbox/", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the login of another sandbox: %d", w.Code)
	}
}

func TestPageSteersTheSandbox(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{CompleteAfter: 1 << 40})
	cookie := b.login()
	applicantID, _ := b.ready("Page", "passport")
	b.deed(cookie, "scenarios", url.Values{"applicant": {applicantID}, "report": {"document"}, "outcome": {"consider"}, "breakdown": {"image_integrity.image_quality"}})
	checkID := id(b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": []string{"document"}}).want(201))
	for _, action := range []string{"pause", "complete", "reopen", "withdraw"} {
		b.deed(cookie, "checks/"+checkID+"/"+action, url.Values{"back": {"/sandbox/page/applicants/" + applicantID}})
		if action != "complete" {
			continue
		}
		page := b.visit(cookie, "/sandbox/page/applicants/"+applicantID, nil).Body.String()
		for _, want := range []string{"Anna Page", "pill consider", "image_integrity.image_quality", "Passport"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of the applicant lacks %q", want)
			}
		}
	}
	if got := b.call("GET", "/checks/"+checkID, nil).want(200); got["status"] != "withdrawn" {
		t.Errorf("check %v", got["status"])
	}
	if page := b.visit(cookie, "/sandbox/page/requests", nil).Body.String(); !strings.Contains(page, "/v3.6/checks") || strings.Contains(page, "/sandbox/checks/"+checkID+"/pause") {
		t.Error("the requests lack a call of the API, or list what the page did")
	}
	before := b.call("GET", "/sandbox/clock", nil).want(200)["now"].(string)
	b.deed(cookie, "clock", url.Values{"by": {"24h"}})
	if after := b.call("GET", "/sandbox/clock", nil).want(200)["now"].(string); after[:10] <= before[:10] {
		t.Errorf("clock from %s to %s", before, after)
	}
	b.deed(cookie, "requests/drop", url.Values{})
	b.deed(cookie, "deliveries/drop", url.Values{})
	b.deed(cookie, "reset", url.Values{})
	if page := b.visit(cookie, "/sandbox/", nil).Body.String(); !strings.Contains(page, "Nobody yet") {
		t.Error("not empty after a reset")
	}
}

func TestPageSwitches(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	cookie := b.login()
	scenarios := func() []any { return b.call("GET", "/sandbox/scenarios", nil).want(200)["scenarios"].([]any) }
	faults := func() []any { return b.call("GET", "/sandbox/faults", nil).want(200)["faults"].([]any) }

	b.deed(cookie, "scenarios", url.Values{"next": {"document"}, "outcome": {"error"}})
	b.deed(cookie, "scenarios", url.Values{"json": {`{"next":"check","reports":{"*":{"result":"consider"}}}`}})
	b.deed(cookie, "scenarios", url.Values{"next": {"check"}, "report": {"document"}, "outcome": {"rejected"}})
	if got := scenarios(); len(got) != 3 || dig(got, 2, "reports", "document", "sub_result") != "rejected" {
		t.Fatalf("scenarios %v", got)
	}
	b.deed(cookie, "scenarios/"+dig(scenarios(), 0, "id").(string)+"/drop", url.Values{})
	b.deed(cookie, "scenarios/drop", url.Values{})
	if got := scenarios(); len(got) != 0 {
		t.Errorf("scenarios %v", got)
	}
	for text, want := range map[string]string{`{"next": "chek", "reports": {"*": {}}}`: "unknown next", `{"next"`: "not JSON"} {
		w := b.visit(cookie, "/sandbox/page/scenarios", url.Values{"json": {text}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), "next&#34;") && !strings.Contains(w.Body.String(), "next&quot;") {
			t.Errorf("%s: %d, want %q and the text again: %s", text, w.Code, want, w.Body)
		}
	}

	b.deed(cookie, "faults", url.Values{"kind": {"status"}, "status": {"503"}, "times": {"1"}, "method": {"GET"}, "effect": {"1"}, "probability": {"1"}})
	b.deed(cookie, "faults", url.Values{"kind": {"webhook_late"}, "delay": {"2s"}})
	if got := faults(); len(got) != 2 || dig(got, 1, "delay") != "2s" {
		t.Errorf("faults %v", got)
	}
	for field, value := range map[string]string{"status": "many", "probability": "2", "delay": "soon", "seed": "-1"} {
		w := b.visit(cookie, "/sandbox/page/faults", url.Values{"kind": {"latency"}, field: {value}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `role="alert"`) || !strings.Contains(w.Body.String(), `value="`+value+`"`) {
			t.Errorf("%s=%s: %d", field, value, w.Code)
		}
	}
	b.deed(cookie, "faults/drop", url.Values{})
	if got := faults(); len(got) != 0 {
		t.Errorf("faults %v", got)
	}
	if w := b.visit(cookie, "/sandbox/page/clock", url.Values{"duration": {"yesterday"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "yesterday") {
		t.Errorf("a clock that goes to yesterday: %d", w.Code)
	}
}

func TestPageGivesSpecimens(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{Specimens: panel.Specimens{
		Kinds: []panel.Kind{{Name: "passport", Sides: []string{"front"}, Flaws: []string{"glare"}}},
		Draw: func(w io.Writer, wish panel.Wish) error {
			if wish.Level > 3 {
				return errors.New("unknown level")
			}
			_, err := io.WriteString(w, "picture of a "+wish.Type)
			return err
		},
	}})
	cookie := b.login()
	file := b.visit(cookie, "/sandbox/page/specimens/file?type=passport&side=front&level=1&seed=7&download=1", nil)
	if file.Body.String() != "picture of a passport" || !strings.Contains(file.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %s %v", file.Code, file.Body, file.Header())
	}
	for query, want := range map[string]int{"type=passport": 200, "type=passport&level=9": 422, "type=passport&level=x": 422, "seed=-1": 422, "": 200} {
		if w := b.visit(cookie, "/sandbox/page/specimens?"+query, nil); w.Code != want {
			t.Errorf("%q: %d, want %d", query, w.Code, want)
		}
	}
	without := newBox(t, sandbox.Options{})
	if w := without.visit(without.login(), "/sandbox/page/specimens/file?type=passport", nil); w.Code != http.StatusNotFound {
		t.Errorf("without specimens: %d", w.Code)
	}
}
