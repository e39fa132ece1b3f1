package httpapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
)

// requestBody marks the errors of reading what a client sends, which are the
// client's and not ours.
type requestBody struct{ io.ReadCloser }

// Read gives the body; an error but io.EOF is a *bodyError.
func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &bodyError{err}
	}
	return n, err
}

// bodyError says that a request did not arrive whole.
type bodyError struct{ cause error }

// Error says so, without what was sent.
func (e *bodyError) Error() string { return "the request did not arrive whole" }

// Unwrap gives the cause, whose text may quote the client.
func (e *bodyError) Unwrap() error { return e.cause }

// status is 408 for a client that was too slow and 400 for one that broke off.
func (e *bodyError) status() int {
	if errors.Is(e.cause, os.ErrDeadlineExceeded) {
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}

// nullIsNone takes a JSON body of null alone for no body, as clients of typed
// languages send it where there is nothing to say.
func nullIsNone(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType == "application/json" {
			const enough = 16 // for null and some white space
			body := bufio.NewReaderSize(r.Body, enough+1)
			if head, err := body.Peek(enough + 1); errors.Is(err, io.EOF) && string(bytes.TrimSpace(head)) == "null" {
				r.Body, r.ContentLength = http.NoBody, 0
			} else {
				r.Body = &restOfBody{body, r.Body}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// maxDrain bounds what is read of a refused request.
const maxDrain = 64 << 20

// drain reads the rest of a refused request, within bounds, so that a client
// that is still sending gets to see why it was refused instead of a reset. Who
// sends too much is not listened to.
func drain(r *http.Request, body io.Reader, status int) {
	busy := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
	if !busy && status >= http.StatusBadRequest && r.ContentLength <= maxDrain {
		_, _ = io.CopyN(io.Discard, body, maxDrain)
	}
}
