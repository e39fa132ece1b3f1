package httpapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/dossier-id/dossier/internal/service"
)

// maxHook bounds the body of an incoming webhook.
const maxHook = 256 << 10

// onfidoCallback takes Onfido's webhooks: verified over the raw body, stored,
// answered at once (Onfido contract section 3). What is not believed gets 401
// and nothing is told.
func (a *api) onfidoCallback(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	err = a.Service.Hint(r.Context(), body, r.Header.Get("X-SHA2-Signature"))
	if errors.Is(err, service.ErrNotBelieved) {
		a.Log.WarnContext(r.Context(), "a webhook was not taken", "trace", traceID(r.Context()), "error", err)
		fail(w, r, http.StatusUnauthorized, "the signature does not fit")
		return
	}
	if err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	w.WriteHeader(http.StatusOK)
}
