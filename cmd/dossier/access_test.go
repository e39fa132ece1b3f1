package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/store"
)

// permission is what the matrix expects of a route.
type permission struct {
	// scopes are those of which a token needs one.
	scopes []string
	// own is the status for an object of the caller's own tenant.
	own int
}

// permissions has a row for each operation of api/assure.yaml that needs a token.
// It is written by hand: what the description says is held to it.
func permissions() map[string]permission {
	const read, upload, start, remove = auth.ScopeRead, auth.ScopeUpload, auth.ScopeStart, auth.ScopeDelete
	const configure, operate, capturing = auth.ScopeConfigure, auth.ScopeOperate, auth.ScopeCapture
	to := func(own int, scopes ...string) permission { return permission{scopes, own} }
	return map[string]permission{
		"createDossier": to(201, upload), "listDossiers": to(200, read), "getDossier": to(200, read), "deleteDossier": to(204, remove),
		"holdDossier": to(204, operate), "releaseDossier": to(204, operate),
		"getUserData": to(200, read), "setUserData": to(204, upload), "replaceUserData": to(204, upload),
		"getDocumentTypes": to(200, read, upload),
		"createProcess":    to(201, upload), "getProcess": to(200, read), "deleteProcess": to(204, remove),
		"startVerification": to(202, start), "cancelProcess": to(200, start),
		"setImages": to(204, upload), "replaceImages": to(204, upload), "getImage": to(200, read),
		"getVideo": to(404, read), "downloadFullResult": to(409, read), // there is none of a pending process
		"takeImagesFromFiles": to(204, upload), "copyImagesToFiles": to(204, upload),
		"setFiles": to(204, upload), "setFile": to(204, upload), "listFiles": to(200, read), "getFile": to(200, read),
		"deleteFiles": to(204, remove), "deleteFile": to(204, remove),
		"listEvents": to(200, read), "createSubscription": to(201, configure),
		"listSubscriptions": to(200, configure, operate), "getSubscription": to(200, configure, operate),
		"changeSubscription": to(200, configure), "deleteSubscription": to(204, configure), "rotateSecret": to(200, configure),
		"pauseSubscription": to(200, operate), "resumeSubscription": to(200, operate), "testSubscription": to(202, operate),
		"listDeliveries": to(200, operate), "listCallbacks": to(200, operate), "replayEvent": to(202, operate), "replayEvents": to(202, operate),
		"startCapture": to(201, capturing), "createCaptureConfiguration": to(201, capturing), "listCaptureConfigurations": to(200, capturing),
		"getCaptureConfiguration": to(200, capturing), "replaceCaptureConfiguration": to(200, capturing), "deleteCaptureConfiguration": to(204, capturing),
	}
}

// allowedTo says which roles of the matrix may use a route that demands one of
// the scopes. Capture flows are no part of client.assure.api.
func allowedTo(p permission) []string {
	if slices.Contains(p.scopes, auth.ScopeCapture) {
		return append([]string{auth.ScopeAll}, p.scopes...)
	}
	return append([]string{auth.ScopeAll, auth.ScopeAssure}, p.scopes...)
}

// accessMatrix is a server with two tenants that have the same things.
type accessMatrix struct {
	*contractWalk
	roles        map[string]string // a token for each
	own, foreign objects
	image        string // a small one, as a data URL
}

// objects are what paths name.
type objects struct {
	client.Ref
	subscription, event string
	// profile is the id of a capture configuration.
	profile string
}

// TestEveryRouteAndRole calls each route as each role on what is its own, what
// is foreign and what does not exist.
func TestEveryRouteAndRole(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/assure.yaml")
	check(t, err)
	eachEngine(t, func(s *stack) {
		m := newAccessMatrix(s)
		rows := permissions()
		for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
			for method, op := range doc.Paths.Value(path).Operations() {
				if strings.HasSuffix(path, "/token") {
					continue
				}
				row, found := rows[op.OperationID]
				if !found {
					s.t.Errorf("%s %s (%s) has no row in the table of permissions", method, path, op.OperationID)
					continue
				}
				delete(rows, op.OperationID)
				if declared := declaredScopes(op); !slices.Equal(declared, row.scopes) {
					s.t.Errorf("%s declares %v, want %v", op.OperationID, declared, row.scopes)
				}
				if op.OperationID == "createCaptureConfiguration" {
					m.naming(path, row)
				} else {
					m.route(method, path, op.OperationID, row)
				}
			}
		}
		for left := range rows {
			s.t.Errorf("the table of permissions has a row for %s, which does not exist", left)
		}
	})
}

func declaredScopes(op *openapi3.Operation) (scopes []string) {
	for _, alternative := range *op.Security {
		for _, names := range alternative {
			scopes = append(scopes, names...)
		}
	}
	return scopes
}

func newAccessMatrix(s *stack) *accessMatrix {
	m := &accessMatrix{contractWalk: &contractWalk{stack: s}, roles: map[string]string{"nobody": "", "forged": strings.Repeat("a", 52)}}
	m.image = strings.Replace(dataURL(encodePNG(s.t, noise(100, 100))), "jpeg", "png", 1)
	check(s.t, s.server.db.CreateTenant(s.t.Context(), "other", "Other", s.server.auth.Now()))
	m.loginTo("other", "stranger")
	m.foreign = m.objects()
	m.login("matrix")
	for _, scope := range auth.Scopes() {
		who, err := s.server.auth.CreateClient(s.t.Context(), store.DefaultTenant, scope, scope)
		check(s.t, err)
		grant, err := s.server.auth.Issue(s.t.Context(), who.ID, who.Secret, auth.ScopeAll)
		check(s.t, err)
		if grant.Scope != scope {
			s.t.Errorf("a client with %s was granted %s", scope, grant.Scope)
		}
		m.roles[scope] = grant.AccessToken
	}
	m.roles["revoked"] = m.revoked()
	m.own = m.objects()
	return m
}

// objects makes one of everything for the tenant of the login.
func (m *accessMatrix) objects() objects {
	m.token = m.contractWalk.stack.token()
	o := objects{Ref: m.ready(), profile: m.configuration(`{}`)}
	o.subscription, _ = m.subscribe(m.url, "process.complete")
	if got := m.call(m.token, http.MethodPost, "/events/subscriptions/"+o.subscription+"/test", ""); got.status != 202 {
		m.t.Fatalf("test event: %d %s", got.status, got.body)
	}
	m.eventually("the test event has a delivery", func() bool {
		var list []struct{ Event struct{ ID string } }
		check(m.t, json.Unmarshal(m.call(m.token, http.MethodGet, "/events/subscriptions/"+o.subscription+"/deliveries", "").body, &list))
		if len(list) > 0 {
			o.event = list[0].Event.ID
		}
		return o.event != ""
	})
	return o
}

// revoked gives a token whose client has been revoked.
func (m *accessMatrix) revoked() string {
	who, err := m.server.auth.CreateClient(m.t.Context(), store.DefaultTenant, "revoked")
	check(m.t, err)
	grant, err := m.server.auth.Issue(m.t.Context(), who.ID, who.Secret, "")
	check(m.t, err)
	check(m.t, m.server.auth.Rows.RevokeClient(m.t.Context(), store.DefaultTenant, who.ID, time.Now()))
	return grant.AccessToken
}

// route calls one route as everybody.
func (m *accessMatrix) route(method, path, operation string, row permission) {
	named := strings.Contains(path, "{")
	unknown := objects{client.Ref{DossierID: uuid.NewString(), ProcessID: uuid.NewString()}, uuid.NewString(), uuid.NewString(), uuid.NewString()}
	send := func(role string, o objects) reply {
		return m.call(m.roles[role], method, o.at(path), m.bodyOf(operation))
	}
	used := false
	for _, role := range slices.Sorted(maps.Keys(m.roles)) {
		where := fmt.Sprintf("%s as %s", operation, role)
		refused := m.refusal(role, row)
		if !named && refused == 0 {
			refused = row.own
		}
		foreign, none := send(role, m.foreign), send(role, unknown)
		if want := cmp.Or(refused, http.StatusNotFound); foreign.status != want {
			m.t.Errorf("%s on what is foreign: %d, want %d: %.200s", where, foreign.status, want, foreign.body)
		}
		if named && m.bare(foreign) != m.bare(none) {
			m.t.Errorf("%s tells the foreign from the unknown:\n%s\n%s", where, m.bare(foreign), m.bare(none))
		}
		for _, id := range []string{m.foreign.DossierID, m.foreign.ProcessID, m.foreign.subscription, m.foreign.profile} {
			if !named && strings.Contains(string(foreign.body), id) {
				m.t.Errorf("%s shows what is foreign", where)
			}
		}
		if m.refusal(role, row) != 0 {
			if own := send(role, m.own); m.bare(own) != m.bare(foreign) {
				m.t.Errorf("%s on its own: %s", where, m.bare(own))
			}
		} else if !used {
			used = true
			if got := send(role, m.objectsFor(operation)); got.status != row.own {
				m.t.Errorf("%s on its own: %d, want %d: %.200s", where, got.status, row.own, got.body)
			}
		}
	}
}

// naming calls as each role the route that makes what has an id of the caller's
// choice. One that another tenant has is free, and shows nothing of theirs.
func (m *accessMatrix) naming(path string, row permission) {
	for _, role := range slices.Sorted(maps.Keys(m.roles)) {
		refused := m.refusal(role, row)
		for id, want := range map[string]int{m.foreign.profile: row.own, m.own.profile: http.StatusConflict} {
			at := objects{profile: id}.at(path)
			got := m.call(m.roles[role], http.MethodPost, at, `{"pageTitle":"Bank"}`)
			if got.status != cmp.Or(refused, want) {
				m.t.Errorf("createCaptureConfiguration as %s: %d, want %d: %.200s", role, got.status, cmp.Or(refused, want), got.body)
			}
			if got.status == row.own {
				m.call(m.roles[role], http.MethodDelete, at, "")
			}
		}
	}
}

// refusal is the status that a role gets on any object, 0 if it may go on.
func (m *accessMatrix) refusal(role string, row permission) int {
	switch {
	case role == "nobody" || role == "forged" || role == "revoked":
		return http.StatusUnauthorized
	case !slices.Contains(allowedTo(row), role):
		return http.StatusForbidden
	}
	return 0
}

// objectsFor gives the caller's own objects, new ones for what uses them up.
func (m *accessMatrix) objectsFor(operation string) objects {
	switch operation {
	case "deleteDossier", "holdDossier", "deleteProcess", "startVerification", "cancelProcess", "deleteFiles", "deleteFile":
		return objects{m.ready(), m.own.subscription, m.own.event, m.own.profile}
	case "deleteSubscription":
		id, _ := m.subscribe(m.url, "process.complete")
		return objects{m.own.Ref, id, m.own.event, m.own.profile}
	case "deleteCaptureConfiguration":
		return objects{m.own.Ref, m.own.subscription, m.own.event, m.configuration(`{}`)}
	}
	return m.own
}

func (m *accessMatrix) bodyOf(operation string) string {
	switch operation {
	case "createSubscription", "changeSubscription":
		return `{"url":"` + m.url + `","events":["process.complete"]}`
	case "replayEvents":
		return `{"since":"2020-01-01T00:00:00Z"}`
	case "setImages", "replaceImages", "setFiles":
		return `{"front":"` + m.image + `"}`
	case "setFile":
		return `{"image":"` + m.image + `"}`
	}
	return m.goodBody(operation)
}

// bare is an answer without what names the request.
func (m *accessMatrix) bare(r reply) string {
	var problem map[string]any
	if json.Unmarshal(r.body, &problem) == nil {
		delete(problem, "instance")
		delete(problem, "traceId")
	}
	header := r.header.Clone()
	header.Del("Date")
	header.Del("Content-Length")
	return fmt.Sprint(r.status, problem, header)
}

// at fills in a path's names.
func (o objects) at(path string) string {
	return strings.NewReplacer("{dossierId}", o.DossierID, "{processId}", o.ProcessID, "{depiction}", "front", "{name}", "front",
		"{subscriptionId}", o.subscription, "{eventId}", o.event, "{configurationId}", o.profile).Replace(path)
}

// TestNarrowClients: a client that may do little asks as the hosted service's
// clients do, and gets what it may have; what it may not have it does not get.
func TestNarrowClients(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		who, err := s.server.auth.CreateClient(s.t.Context(), store.DefaultTenant, "reader", auth.ScopeRead, auth.ScopeDelete)
		check(s.t, err)
		for asked, granted := range map[string]string{
			"": "dossier.delete dossier.read", "signicat-api": "dossier.delete dossier.read", "dossier.read": "dossier.read",
			"dossier.upload": "", "client.assure.api": "", "signicat-api dossier.read": "", "dossier.unknown": "",
		} {
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {who.ID}, "client_secret": {who.Secret}, "scope": {asked}}
			got := s.call("", http.MethodPost, "/oidc/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			answer := got.json(s.t)
			if granted == "" && (got.status != 400 || answer["error"] != "invalid_scope") || granted != "" && answer["scope"] != granted {
				s.t.Errorf("asked for %q: %d %s", asked, got.status, got.body)
			}
		}
	})
}
