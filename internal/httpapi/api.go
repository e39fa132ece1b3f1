package httpapi

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/signing"
	"github.com/dossier-id/dossier/internal/wire"
)

// Config is what the API is made of.
type Config struct {
	Service *service.Service
	Auth    *auth.Authority
	// Answers remembers what POSTs with an Idempotency-Key were answered.
	Answers Answers
	// ClaimFor is how long the Idempotency-Key of a request whose server died is
	// kept from others.
	ClaimFor time.Duration
	// Signers gives the keys that sign full results, as they are now.
	Signers func(ctx context.Context) (*signing.Ring, error)
	Log     *slog.Logger
	Now     func() time.Time
	Random  io.Reader
	// Issuer is the address under which clients reach the server.
	Issuer string
	// LinkURL is what the secret of a capture flow follows in its link.
	LinkURL string
	// Version is the version of the program, for the API description.
	Version string
	// Ready says of each part that the server needs why it cannot be used, or nil.
	Ready func(ctx context.Context) map[string]error
	// Limits are what callers may take, Peers who they are behind proxies.
	Limits Limits
	Peers  wire.Peers
	// Published gives a channel that is closed once events were published.
	Published func() <-chan struct{}
	// Stopping is closed when the server stops: streams end then.
	Stopping <-chan struct{}
}

// The two addresses of the token endpoint (Assure contract section 1).
const (
	tokenPath    = "/auth/open/connect/token" // #nosec G101 -- an address, no credential
	oldTokenPath = "/oidc/token"
	// CallbackPath is where Onfido's webhooks arrive.
	CallbackPath = "/callbacks/onfido"
)

type api struct {
	Config
	huma    huma.API
	results *Results
	limits  *limits
	// demands names, for each pattern of the guarded routes, the scopes of which
	// a token needs one.
	demands map[string][]string
}

// rememberedResults is how many full results are not measured again.
const rememberedResults = 512

// New gives the handler of everything that Dossier answers over HTTP.
func New(c Config) http.Handler {
	teachHuma()
	assure := http.NewServeMux()
	a := &api{Config: c, huma: describe(assure, c.Version), results: NewResults(c.Service, c.Signers), limits: newLimits(c.Limits)}
	a.register()
	a.demands = demandsOf(a.huma.OpenAPI())

	mux := http.NewServeMux()
	guarded := a.authenticated(assure, a.streaming(nullIsNone(a.idempotent(strict(assure)))))
	for _, prefix := range []string{"/assure/", "/events", "/events/"} {
		mux.Handle(prefix, guarded)
	}
	mux.Handle("POST "+tokenPath, a.tokenEndpoint())
	mux.Handle("POST "+oldTokenPath, a.tokenEndpoint())
	mux.Handle("GET /.well-known/oauth-authorization-server", metadata(c.Issuer))
	mux.HandleFunc("GET /.well-known/jwks.json", a.jwks)
	mux.HandleFunc("POST "+CallbackPath, a.onfidoCallback)
	a.probes(mux)
	mux.HandleFunc("GET /openapi.yaml", a.openapi)
	mux.HandleFunc("GET /docs", a.docs)
	return traced(c.Log, c.Random, c.Now, a.spared(strict(mux)))
}

// Description gives the OpenAPI 3.1 description of what New serves, as YAML.
func Description(version string) ([]byte, error) {
	teachHuma()
	a := &api{huma: describe(http.NewServeMux(), version)}
	a.register()
	return a.huma.OpenAPI().YAML()
}

func (a *api) register() {
	a.describeToken()
	a.registerDossiers()
	a.registerHolds()
	a.registerUserData()
	a.registerProcesses()
	a.registerImages()
	a.registerFiles()
	a.registerDownload()
	a.registerDocumentTypes()
	a.registerSubscriptions()
	a.registerDeliveries()
	a.registerFeed()
	a.registerCaptures()
	a.registerCaptureConfigurations()
	honest(a.huma.OpenAPI())
}

func describe(mux *http.ServeMux, version string) huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	config := huma.Config{OpenAPI: description(registry, version), Formats: huma.DefaultFormats, DefaultFormat: "application/json"}
	config.AllowAdditionalPropertiesByDefault = true // unknown fields are ignored (Assure contract section 5)
	return humago.New(mux, config)
}

func (a *api) openapi(w http.ResponseWriter, r *http.Request) {
	text, err := Description(a.Version)
	if err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(text)
}

// strict answers unknown paths and methods with problems instead of the
// ServeMux's plain text.
func strict(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			requestOf(r.Context()).route = pattern
			mux.ServeHTTP(w, r)
			return
		}
		probe := &probeWriter{header: http.Header{}}
		handler.ServeHTTP(probe, r)
		if probe.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", probe.header.Get("Allow"))
			fail(w, r, http.StatusMethodNotAllowed, "this path does not take the method")
			return
		}
		fail(w, r, http.StatusNotFound, "there is nothing at this path")
	})
}

// probeWriter hears what the ServeMux would answer.
type probeWriter struct {
	header http.Header
	status int
}

// Header gives the headers set so far.
func (p *probeWriter) Header() http.Header { return p.header }

// Write drops the body.
func (p *probeWriter) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader notes the status.
func (p *probeWriter) WriteHeader(status int) { p.status = status }
