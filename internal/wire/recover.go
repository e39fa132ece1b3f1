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
		begun := &begun{ResponseWriter: w}
		defer func() {
			p := recover()
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			if p == nil {
				return
			}
			crash.Log(r.Context(), log, "a handler panicked", p, "method", r.Method)
			if begun.begun {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, "The server could not do it. Its log says why.", http.StatusInternalServerError)
		}()
		next.ServeHTTP(begun, r)
	})
}

// begun remembers that an answer was begun.
type begun struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader begins the answer.
func (b *begun) WriteHeader(status int) {
	b.begun = b.begun || status >= http.StatusOK
	b.ResponseWriter.WriteHeader(status)
}

// Write begins the answer where nothing else has.
func (b *begun) Write(p []byte) (int, error) {
	b.begun = true
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }
