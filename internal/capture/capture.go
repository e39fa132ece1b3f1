package capture

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/site"
	"github.com/dossier-id/dossier/internal/wire"
)

// Root is the path below which everything of the pages lies, and Links the one
// that a secret follows in a link.
const (
	Root  = "/capture/"
	Links = Root + "go/"
)

// secretBytes is the size of the secret in a link (Assure contract section 10).
const secretBytes = 32

// NewSecret makes the secret of a link.
func NewSecret(random io.Reader) (idv.Personal, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return idv.Personal(base64.RawURLEncoding.EncodeToString(b)), nil
}

// Faces counts the faces in the picture of a file, JPEG or PNG.
type Faces func(ctx context.Context, file []byte) (int, error)

// Config is what the pages are made of; every field is required.
type Config struct {
	Service *service.Service
	Texts   *Texts
	Faces   Faces
	Log     *slog.Logger
	Now     func() time.Time
	// PublicURL is the address under which browsers reach the server.
	PublicURL string
	// Native is about the page with Onfido's own SDK.
	Native Native
	// Limits are what links and addresses may take, and Peers says who asks.
	Limits Limits
	Peers  wire.Peers
}

// pages serves the pages. It is safe for concurrent use.
type pages struct {
	Config
	assets *site.Assets
	looks  chan struct{} // one entry for each picture that is looked at now
	rates  *rates
}

// looksAtOnce bounds the memory that pictures take while their faces are
// counted.
const looksAtOnce = 2

// New gives the handler of everything below Root.
func New(c Config) (http.Handler, error) {
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	p := &pages{Config: c, assets: files, looks: make(chan struct{}, looksAtOnce), rates: newRates(c.Limits)}
	mux := http.NewServeMux()
	mux.Handle(p.assets.Pattern(), hardened(p.assets))
	for pattern, answer := range map[string]func(http.ResponseWriter, *http.Request) error{
		shellPattern:                                  p.page,
		"GET /capture/go/{secret}/theme.css":          p.theme,
		"GET /capture/go/{secret}/state":              p.state,
		"GET /capture/go/{secret}/texts/{language}":   p.texts,
		"GET /capture/go/{secret}/documents":          p.documents,
		"GET /capture/go/{secret}/countries":          p.countries,
		"GET /capture/go/{secret}/link.svg":           p.qrCode,
		"POST /capture/go/{secret}/answers":           p.answer,
		"GET /capture/go/{secret}/images/{depiction}": p.image,
		"PUT /capture/go/{secret}/images/{depiction}": p.setImage,
		"POST /capture/go/{secret}/challenge":         p.challenge,
		"PUT /capture/go/{secret}/video":              p.setVideo,
		"GET /capture/go/{secret}/native":             p.startNative,
		"POST /capture/go/{secret}/submit":            p.submit,
		"POST /capture/go/{secret}/cancel":            p.cancel,
	} {
		mux.HandleFunc(pattern, p.safely(pattern, answer))
	}
	return mux, nil
}

// safely answers for what a handler could not do, and logs the pattern of the
// path and never the path, which holds the secret.
func (p *pages) safely(pattern string, answer func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begun := p.Now()
		harden(w.Header())
		r = r.WithContext(idv.WithActor(r.Context(), idv.Actor{Kind: idv.ActorEndUser, ID: "capture"}))
		err := p.spared(w, r)
		if err == nil {
			err = answer(w, r)
		}
		status := http.StatusOK
		if err != nil {
			status = p.refuse(w, r, pattern, err)
		}
		p.Log.InfoContext(r.Context(), "capture", "request", pattern, "status", status, "duration", p.Now().Sub(begun))
	}
}

// harden sets what every answer has: it is for this end-user only and is never
// kept, and nobody is told where they come from.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Robots-Tag", "noindex")
}

// hardened sets them for a handler that does not.
func hardened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		next.ServeHTTP(w, r)
	})
}

// statuses maps what can be refused to the HTTP status that the pages know. A
// code that is missing here answers 400.
var statuses = map[idv.Code]int{
	idv.CodeNotFound:            http.StatusNotFound,
	idv.CodeLinkExpired:         http.StatusGone,
	idv.CodeInvalidState:        http.StatusConflict,
	idv.CodeTooLarge:            http.StatusRequestEntityTooLarge,
	idv.CodeUnsupportedImage:    http.StatusUnsupportedMediaType,
	idv.CodeProviderUnavailable: http.StatusServiceUnavailable,
	codeFaces:                   http.StatusUnprocessableEntity,
	codeTooMany:                 http.StatusTooManyRequests,
}

// refusal is what a page is told that cannot have its way: a word that its
// catalogue has a text for.
type refusal struct {
	Code   string   `json:"code"`
	Detail string   `json:"detail,omitempty"`
	Fields []string `json:"fields,omitempty"`
}

func (p *pages) refuse(w http.ResponseWriter, r *http.Request, pattern string, err error) int {
	refused, ok := errors.AsType[*idv.Error](err)
	if tooLarge := (*http.MaxBytesError)(nil); !ok && errors.As(err, &tooLarge) {
		refused, ok = idv.Refuse(idv.CodeTooLarge, "the request is too large"), true
	}
	if !ok {
		if r.Context().Err() == nil {
			p.Log.ErrorContext(r.Context(), "a page could not be served", "request", pattern, "error", err)
		}
		return send(w, http.StatusInternalServerError, refusal{Code: "internal_error"})
	}
	if refused.Code == codeTooMany && pattern == shellPattern {
		return p.busy(w, r)
	}
	status, known := statuses[refused.Code]
	if !known {
		status = http.StatusBadRequest
	}
	out := refusal{Code: string(refused.Code), Detail: refused.Detail}
	for _, f := range refused.Params {
		out.Fields = append(out.Fields, f.Name)
	}
	return send(w, status, out)
}

// send writes a JSON answer and gives its status.
func send(w http.ResponseWriter, status int, v any) int {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
	return status
}

// secretOf gives the secret in the path of a request.
func secretOf(r *http.Request) idv.Personal { return idv.Personal(r.PathValue("secret")) }
