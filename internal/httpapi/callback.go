package httpapi

import (
	"errors"
	"io"
	"net/http"
)

// maxHook bounds the body of an incoming webhook.
const maxHook = 256 << 10

// onfidoCallback takes Onfido's webhooks: verified over the raw body, stored,
// answered at once (Onfido contract section 3). What is not believed gets 401
// and nothing is told.
func (a *api) onfidoCallback(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		fail(w, r, status, "the webhook cannot be read")
		return
	}
	if err := a.Service.Hint(r.Context(), body, r.Header.Get("X-SHA2-Signature")); err != nil {
		a.Log.WarnContext(r.Context(), "a webhook was not taken", "trace", traceID(r.Context()), "error", err)
		fail(w, r, http.StatusUnauthorized, "the signature does not fit")
		return
	}
	w.WriteHeader(http.StatusOK)
}
