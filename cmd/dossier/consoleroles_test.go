package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/console"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/store"
)

// room is what a tenant has that a route can be about.
type room struct{ dossier, process, subscription, client, operator, configuration string }

// rows say with what each route of the console is asked: what its pattern's
// wildcards stand for comes from a room, the rest from here. A route without a
// row fails TestConsoleRoles.
func rows() map[string]string {
	const one = " /processes/{dossier}/{process}"
	const look = "pageTitle=one&allowTakePhoto=mobile&allowTakePhoto=desktop"
	return map[string]string{
		"GET /login": "", "POST /login": "name=nobody", "GET /sso": "", "GET /sso/callback": "", "GET /enter": "", "GET /assets/{version}/{name}": "", "POST /logout": "",
		"GET /{$}": "", "GET /overview.csv": "", "GET /reasons.csv": "", "GET /provider.csv": "", "GET /erasures.csv": "", "GET /processes": "", "POST /processes": "reference=r", "GET /dossiers/{dossier}": "", "GET /dossiers/{dossier}/userdata": "",
		"GET" + one: "", "GET" + one + "/state": "", "GET" + one + "/looks": "", "GET" + one + "/reports": "",
		"GET" + one + "/images/{depiction}": "", "GET" + one + "/images/{depiction}/places": "", "GET" + one + "/video": "", "GET" + one + "/result.zip": "",
		"POST" + one + "/review": "decision=accepted&reason=because", "POST" + one + "/review/confirm": "", "POST" + one + "/review/return": "",
		"POST" + one + "/replay": "event=none",
		"GET /webhooks":          "", "POST /webhooks": "url=http://127.0.0.1:9/&event=process.complete", "GET /webhooks/{id}": "", "POST /webhooks/{id}/{deed}": "",
		"GET /clients": "", "POST /clients": "name=one", "POST /clients/{id}/rotate": "", "POST /clients/{id}/revoke": "",
		"GET /configurations": "", "GET /new-configuration": "", "POST /configurations": "configurationId=one&" + look, "GET /configuration-preview": "",
		"POST /configuration-preview": look, "GET /configurations/{id}": "", "POST /configurations/{id}": look,
		"GET /configurations/{id}/preview": "", "POST /configurations/{id}/delete": "",
		"GET /trail": "", "POST /trail/verify": "",
		"GET /operators": "", "POST /operators": "role=viewer&name=", "POST /operators/{id}/reset": "", "POST /operators/{id}/disable": "",
		"POST /operators/{id}/role": "role=viewer", "POST /four-eyes": "demanded=no", "GET /health": "", "GET /retention": "", "POST /dossiers/{dossier}/{deed}": "reason=court",
	}
}

// missing are the routes that answer 404 also for what is the operator's own,
// each with the reason.
func missing() map[string]string {
	return map[string]string{
		"GET /assets/{version}/{name}":               "the version is another one",
		"GET /sso":                                   "there is no identity provider",
		"GET /sso/callback":                          "there is no identity provider",
		"GET /processes/{dossier}/{process}/video":   "the process has no film",
		"POST /processes/{dossier}/{process}/replay": "there is no such event",
	}
}

// TestConsoleRoles asks every route in every role, about what is of the
// operator's tenant and of another one.
func TestConsoleRoles(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(s *stack) {
		own := s.room(store.DefaultTenant, s.unclear())
		check(s.t, s.server.db.CreateTenant(s.t.Context(), "other", "Other", time.Now()))
		s.loginTo("other", "theirs")
		foreign := s.room("other", s.pendingProcess(passportOrder(), client.UserData{}, "front"))
		for _, role := range idv.Roles() {
			s.operator("as-"+string(role), role)
		}
		for _, rt := range console.Routes() {
			form, listed := rows()[rt.Pattern]
			if !listed {
				s.t.Errorf("%s has no row: say with what it is asked", rt.Pattern)
				continue
			}
			s.askRoles(rt, form, own, foreign)
		}
	})
}

// room makes in a tenant what routes can be about, beside a process.
func (s *stack) room(tenant string, ref client.Ref) room {
	s.t.Helper()
	ctx := s.t.Context()
	sub, err := s.server.use.CreateSubscription(ctx, tenant, service.Endpoint{URL: "http://127.0.0.1:9/", Events: []idv.EventName{idv.EventDossierDeleted}})
	check(s.t, err)
	made, err := s.server.auth.CreateClient(ctx, tenant, "spare")
	check(s.t, err)
	_, err = s.server.operators().Create(ctx, tenant, "spare-"+tenant, idv.RoleViewer)
	check(s.t, err)
	spare, err := s.server.operators().Named(ctx, "spare-"+tenant)
	check(s.t, err)
	look, err := s.server.use.CreateCaptureConfiguration(ctx, tenant, "look-of-"+tenant, idv.CaptureProfile{}, false)
	check(s.t, err)
	return room{ref.DossierID, ref.ProcessID, sub.ID, made.ID, spare.ID, look.ID}
}

// fill puts what the room has into the wildcards of a pattern.
func (r room) fill(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	id := r.subscription
	switch {
	case strings.HasPrefix(path, "/clients"):
		id = r.client
	case strings.HasPrefix(path, "/configurations"):
		id = r.configuration
	case strings.HasPrefix(path, "/operators"):
		id = r.operator
	}
	deed := "pause"
	if strings.HasPrefix(path, "/dossiers") {
		deed = "hold"
	}
	return method, console.Root + strings.NewReplacer("{dossier}", r.dossier, "{process}", r.process, "{id}", id, "{deed}", deed,
		"{depiction}", "front", "{version}", "0", "{name}", "none", "{$}", "").Replace(path)
}

func (s *stack) askRoles(rt console.Route, form string, own, foreign room) {
	s.t.Helper()
	method, path := own.fill(rt.Pattern)
	if answer := s.ask("", method, path, form); rt.Needs != "" && (answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(answer.Header.Get("Location"), "/console/login")) {
		s.t.Errorf("%s answers %d to nobody, want the login", rt.Pattern, answer.StatusCode)
	}
	_, theirs := foreign.fill(rt.Pattern)
	for _, role := range idv.Roles() {
		got := s.ask(role, method, path, form).StatusCode
		_, missing := missing()[rt.Pattern]
		switch {
		case rt.Needs != "" && !role.Includes(rt.Needs):
			if got != http.StatusForbidden {
				s.t.Errorf("%s answers %d to a %s, want 403", rt.Pattern, got, role)
			}
			continue
		case got >= 500 || got == http.StatusForbidden || (got == http.StatusNotFound) != missing:
			s.t.Errorf("%s answers %d to a %s about what is their own", rt.Pattern, got, role)
		}
		if theirs == path {
			continue
		}
		if got := s.ask(role, method, theirs, form).StatusCode; got != http.StatusNotFound {
			s.t.Errorf("%s answers %d to a %s about what is another tenant's, want 404", rt.Pattern, got, role)
		}
	}
}

// ask sends a request in a session of its own; no role is nobody.
func (s *stack) ask(role idv.Role, method, path, form string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(form))
	check(s.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if role != "" {
		r.AddCookie(&http.Cookie{Name: "dossier_console", Value: s.session("as-" + string(role))})
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	check(s.t, err)
	check(s.t, answer.Body.Close())
	return answer
}

// session gives a session without a login.
func (s *stack) session(name string) string {
	s.t.Helper()
	operators := s.server.operators()
	found, err := operators.Named(s.t.Context(), name)
	check(s.t, err)
	link, err := operators.Link(s.t.Context(), found.ID)
	check(s.t, err)
	session, err := operators.Enter(s.t.Context(), link)
	check(s.t, err)
	return session
}

// TestConsoleTakesNoFormsOfOthers: a page of another site cannot do anything in
// the name of whoever is logged in.
func TestConsoleTakesNoFormsOfOthers(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(s *stack) {
		s.operator("as-administrator", idv.RoleAdministrator)
		r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/console/clients", strings.NewReader("name=evil"))
		check(s.t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.AddCookie(&http.Cookie{Name: "dossier_console", Value: s.session("as-administrator")})
		answer, err := http.DefaultTransport.RoundTrip(r)
		check(s.t, err)
		check(s.t, answer.Body.Close())
		if answer.StatusCode != http.StatusForbidden {
			s.t.Errorf("a form of another site is answered %d, want 403", answer.StatusCode)
		}
	})
}
