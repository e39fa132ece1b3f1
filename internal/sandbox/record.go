package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	maxRecords    = 1000     // requests kept
	maxRecordBody = 16 << 10 // bytes of a body kept
)

// record is one request to the API and its answer, as far as kept: the newest, JSON bodies only, cut to a size, and
// never the Authorization header.
type record struct {
	At       time.Time         `json:"at"`
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Query    string            `json:"query,omitempty"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body,omitempty"`
	BodySize int64             `json:"body_size"`
	Status   int               `json:"status"` // 0 when there was no answer, or a fault cut it off
	Answer   string            `json:"answer,omitempty"`
	Millis   int64             `json:"duration_ms"`
}

// recorder keeps the newest requests in a ring.
type recorder struct {
	mu   sync.Mutex
	ring []record
	next int
}

func (rec *recorder) add(r record) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.ring) < maxRecords {
		rec.ring = append(rec.ring, r)
		return
	}
	rec.ring[rec.next] = r
	rec.next = (rec.next + 1) % maxRecords
}

// all are the requests kept, oldest first.
func (rec *recorder) all() []record {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return append(append([]record{}, rec.ring[rec.next:]...), rec.ring[:rec.next]...)
}

func (rec *recorder) forget() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.ring, rec.next = nil, 0
}

// record passes a request to next and keeps what went by.
func (s *Sandbox) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.clock.Now()
		body := &tap{ReadCloser: r.Body, keep: isJSON(r.Header)}
		r.Body = body
		out := &answerTap{ResponseWriter: w}
		defer func() { // even when a fault panics to drop the connection
			s.records.add(record{
				At: began.UTC(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Headers: headersOf(r.Header),
				Body: body.kept.String(), BodySize: body.size, Status: out.status, Answer: out.kept.String(),
				Millis: s.clock.Now().Sub(began).Milliseconds(),
			})
		}()
		next.ServeHTTP(out, r)
	})
}

func isJSON(h http.Header) bool { return strings.Contains(h.Get("Content-Type"), "json") }

func headersOf(h http.Header) map[string]string {
	out := make(map[string]string, len(h))
	for name := range h {
		if name != "Authorization" {
			out[name] = h.Get(name)
		}
	}
	return out
}

// tap counts what is read, and keeps its beginning.
type tap struct {
	io.ReadCloser
	keep bool
	size int64
	kept bytes.Buffer
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.size += int64(n)
	if t.keep {
		t.kept.Write(p[:min(n, maxRecordBody-t.kept.Len())])
	}
	return n, err
}

// answerTap keeps the status and the beginning of a JSON answer.
type answerTap struct {
	http.ResponseWriter
	status int
	kept   bytes.Buffer
}

func (t *answerTap) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *answerTap) Write(p []byte) (int, error) {
	if isJSON(t.Header()) {
		t.kept.Write(p[:min(len(p), maxRecordBody-t.kept.Len())])
	}
	return t.ResponseWriter.Write(p)
}

// Unwrap lets a fault take over the connection.
func (t *answerTap) Unwrap() http.ResponseWriter { return t.ResponseWriter }
