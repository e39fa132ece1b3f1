package wire

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/dossier-id/dossier/internal/crash"
)

// Recover answers 500 where next panics, and tells the log without the value of
// the panic, which net/http would write whole. An answer that has begun is cut
// off, so that nobody takes it for a whole one.
func Recover(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &Status{ResponseWriter: w}
		defer func() {
			p := recover()
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			if p == nil {
				return
			}
			crash.Log(r.Context(), log, "a handler panicked", p, "method", r.Method)
			if answer.Code != 0 {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, "The server could not do it. Its log says why.", http.StatusInternalServerError)
		}()
		next.ServeHTTP(answer, r)
	})
}
