package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/site"
	"github.com/dossier-id/dossier/internal/store"
)

// Root is where the console is mounted; every path begins with it.
const Root = "/console"

// Config is what the console is made of; all of it but SSO and ChecksPerMonth is
// required.
type Config struct {
	Service   *service.Service
	Operators *auth.Operators
	// SSO is nil where there is no identity provider.
	SSO *SSO
	// Clients makes API clients, Rows lists them.
	Clients *auth.Authority
	// Result makes the full result of a process.
	Result func(ctx context.Context, k idv.ProcessKey) (*archive.Archive, error)
	// VerifyTrail checks every audit trail.
	VerifyTrail func(ctx context.Context) ([]store.TrailReport, error)
	// Read has Dossier itself read a picture, of a document or only for its faces.
	// It fails with ErrUnreadable where the picture cannot be read here.
	Read func(ctx context.Context, file []byte, facesOnly bool) (Sight, error)
	// Preview shows the end-user's pages.
	Preview Previewer
	// Health are the parts that the server needs, in the order in which they are
	// shown.
	Health []Part
	// RequestsPerMinute is the provider's limit, and ChecksPerMonth how many checks
	// are paid for, zero where nobody has said.
	RequestsPerMinute, ChecksPerMonth int
	// Version is that of the program.
	Version string
	Log     *slog.Logger
	Now     func() time.Time
	// Secure says that browsers come over https, so that cookies are bound to it.
	Secure bool
}

// Part is something that the server needs to work.
type Part struct {
	Name string
	// Check gives a word about it, such as its version, and why it does not work.
	Check func(ctx context.Context) (string, error)
}

type console struct {
	Config
	assets  *site.Assets
	pages   site.Pages
	reasons reasons
}

// route is a page or a deed. Nobody needs a role for what is public.
type route struct {
	pattern string
	needs   idv.Role
	serve   func(*console, *request) error
}

// public is the role of a route that takes no login.
const public idv.Role = ""

// routes is everything that the console answers, below Root.
func routes() []route {
	return []route{
		{"GET /login", public, (*console).loginPage},
		{"POST /login", public, (*console).login},
		{"GET /sso", public, (*console).beginSSO},
		{"GET /sso/callback", public, (*console).finishSSO},
		{"GET /enter", public, (*console).enter},
		{"GET /assets/{version}/{name}", public, (*console).asset},
		{"POST /logout", idv.RoleViewer, (*console).logout},

		{"GET /{$}", idv.RoleViewer, (*console).overview},
		{"GET /overview.csv", idv.RoleViewer, (*console).overviewCSV},
		{"GET /reasons.csv", idv.RoleViewer, (*console).reasonsCSV},
		{"GET /provider.csv", idv.RoleViewer, (*console).providerCSV},
		{"GET /erasures.csv", idv.RoleViewer, (*console).erasuresCSV},
		{"GET /processes", idv.RoleViewer, (*console).find},
		{"POST /processes", idv.RoleViewer, (*console).search},
		{"GET /dossiers/{dossier}", idv.RoleViewer, (*console).dossier},
		{"GET /dossiers/{dossier}/userdata", idv.RoleViewer, (*console).userData},

		{"GET " + onePath, idv.RoleViewer, (*console).process},
		{"GET " + onePath + "/state", idv.RoleViewer, (*console).state},
		{"GET " + onePath + "/looks", idv.RoleViewer, (*console).looks},
		{"GET " + onePath + "/reports", idv.RoleViewer, (*console).reports},
		{"GET " + onePath + "/images/{depiction}", idv.RoleViewer, (*console).image},
		{"GET " + onePath + "/images/{depiction}/places", idv.RoleViewer, (*console).places},
		{"GET " + onePath + "/video", idv.RoleViewer, (*console).video},
		{"GET " + onePath + "/result.zip", idv.RoleReviewer, (*console).result},
		{"POST " + onePath + "/review", idv.RoleReviewer, (*console).review},
		{"POST " + onePath + "/review/confirm", idv.RoleReviewer, (*console).confirm},
		{"POST " + onePath + "/review/return", idv.RoleReviewer, (*console).sendBack},
		{"POST " + onePath + "/replay", idv.RoleReviewer, (*console).replayOne},

		{"GET /webhooks", idv.RoleViewer, (*console).webhooks},
		{"POST /webhooks", idv.RoleAdministrator, (*console).createWebhook},
		{"GET /webhooks/{id}", idv.RoleViewer, (*console).webhook},
		{"POST /webhooks/{id}/{deed}", idv.RoleAdministrator, (*console).changeWebhook},

		{"GET /configurations", idv.RoleViewer, (*console).configurations},
		// Not below /configurations: new and preview may be the ids of some.
		{"GET /new-configuration", idv.RoleAdministrator, (*console).newConfiguration},
		{"POST /configurations", idv.RoleAdministrator, (*console).createConfiguration},
		{"GET /configuration-preview", idv.RoleViewer, (*console).previewDefaults},
		{"POST /configuration-preview", idv.RoleAdministrator, (*console).previewForm},
		{"GET /configurations/{id}", idv.RoleViewer, (*console).configuration},
		{"POST /configurations/{id}", idv.RoleAdministrator, (*console).replaceConfiguration},
		{"GET /configurations/{id}/preview", idv.RoleViewer, (*console).previewStored},
		{"POST /configurations/{id}/delete", idv.RoleAdministrator, (*console).deleteConfiguration},

		{"GET /clients", idv.RoleViewer, (*console).clients},
		{"POST /clients", idv.RoleAdministrator, (*console).createClient},
		{"POST /clients/{id}/rotate", idv.RoleAdministrator, (*console).rotateClient},
		{"POST /clients/{id}/revoke", idv.RoleAdministrator, (*console).revokeClient},

		{"GET /trail", idv.RoleViewer, (*console).trail},
		{"POST /trail/verify", idv.RoleAdministrator, (*console).verifyTrail},

		{"GET /operators", idv.RoleAdministrator, (*console).operators},
		{"POST /operators", idv.RoleAdministrator, (*console).createOperator},
		{"POST /operators/{id}/reset", idv.RoleAdministrator, (*console).resetOperator},
		{"POST /operators/{id}/disable", idv.RoleAdministrator, (*console).disableOperator},
		{"POST /operators/{id}/role", idv.RoleAdministrator, (*console).setRole},
		{"POST /four-eyes", idv.RoleAdministrator, (*console).setFourEyes},

		{"GET /retention", idv.RoleViewer, (*console).retention},
		{"POST /dossiers/{dossier}/{deed}", idv.RoleAdministrator, (*console).hold},

		{"GET /health", idv.RoleViewer, (*console).health},
	}
}

// Route is one of the routes of the console: a pattern as net/http takes it, below
// Root, and the role that it takes; empty for a route without login.
type Route struct {
	Pattern string
	Needs   idv.Role
}

// Routes lists everything that the console answers, so that a test can hold each
// to the roles.
func Routes() (all []Route) {
	for _, rt := range routes() {
		all = append(all, Route{rt.pattern, rt.needs})
	}
	return all
}

// onePath is the path of a process.
const onePath = "/processes/{dossier}/{process}"

// New gives the handler of everything below Root.
func New(c Config) (http.Handler, error) {
	made := &console{Config: c, reasons: reasons{open: c.Service.Found}}
	var err error
	if made.assets, err = site.NewAssets(embedded, "assets", Root+"/assets/"); err != nil {
		return nil, err
	}
	if made.pages, err = site.NewPages(embedded, "pages", made.functions(), "frame.html", "parts.html"); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, rt := range routes() {
		method, path := cut(rt.pattern)
		mux.Handle(method+" "+Root+path, made.guard(rt))
	}
	mux.Handle("GET "+Root, http.RedirectHandler(Root+"/", http.StatusSeeOther))
	mux.Handle(Root+"/", made.guard(route{"", idv.RoleViewer, func(*console, *request) error { return idv.NotFound("page") }}))
	return http.NewCrossOriginProtection().Handler(mux), nil
}

// guard lets whoever has the role through, and nobody else.
func (c *console) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		q := &request{w: w, Request: r}
		if err := c.admit(q, rt); err != nil {
			c.fail(q, err)
		}
	})
}

// maxForm bounds what a form may hold: the largest is that of a capture
// configuration, with a picture and a style sheet.
const maxForm = 192 << 10

func (c *console) admit(q *request, rt route) error {
	if rt.needs == public {
		return rt.serve(c, q)
	}
	cookie, err := q.Cookie(c.cookieName())
	if err != nil {
		return c.askLogin(q)
	}
	q.session = cookie.Value
	q.op, err = c.Operators.Check(q.Context(), cookie.Value)
	if errors.Is(err, auth.ErrUnauthenticated) {
		return c.askLogin(q)
	}
	if err != nil {
		return fmt.Errorf("check the session: %w", err)
	}
	q.Request = q.WithContext(idv.WithActor(q.Context(), idv.Actor{Kind: idv.ActorOperator, ID: q.op.Name}))
	if !q.op.Role.Includes(rt.needs) {
		return errForbidden(rt.needs)
	}
	return rt.serve(c, q)
}

// errForbidden says which role a route takes.
type errForbidden idv.Role

// Error names the role.
func (e errForbidden) Error() string { return "this takes the role " + string(e) }

// harden sets the headers that every answer has: no cache keeps what is about
// people, nothing inline runs, and nothing comes from elsewhere.
func harden(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}
