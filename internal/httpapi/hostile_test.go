package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// slowWriter notes the deadlines that are set on its connection.
type slowWriter struct {
	http.ResponseWriter
	deadline time.Time
}

// SetReadDeadline notes it.
func (w *slowWriter) SetReadDeadline(t time.Time) error { w.deadline = t; return nil }

// TestPaceIsEarned: the deadline moves on with what arrives, and not for ever.
func TestPaceIsEarned(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	w := &slowWriter{ResponseWriter: httptest.NewRecorder()}
	body := pace(w, bytes.NewReader(make([]byte, 8<<20)), begun)
	part := make([]byte, uploadPace)
	for n, want := range []time.Duration{uploadGrace, uploadGrace + time.Second, uploadGrace + 2*time.Second} {
		if _, err := io.ReadFull(body, part); err != nil || w.deadline.Sub(begun) != want {
			t.Errorf("read %d: deadline after %v, want %v (%v)", n, w.deadline.Sub(begun), want, err)
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil || w.deadline.Sub(begun) != uploadTimeout {
		t.Errorf("at the end: deadline after %v, want %v (%v)", w.deadline.Sub(begun), uploadTimeout, err)
	}
}

// TestLogsNameNobody: what a client puts into a path, a query or a panic does not
// reach the log.
func TestLogsNameNobody(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	mux := http.NewServeMux()
	mux.HandleFunc("/assure/dossiers/{dossierId}/userdata", func(_ http.ResponseWriter, r *http.Request) {
		panic("Anna " + r.URL.Query().Get("externalReference"))
	})
	handler := traced(log, rand.Reader, time.Now, strict(mux))
	const id = "0192f0c1-3b3b-73ab-ba8e-499ef9bb818a"
	for _, path := range []string{"/assure/dossiers/Anna/userdata", "/assure/dossiers/" + id + "/userdata?externalReference=Anna", "/Anna/Specimen", "/assure/dossiers/" + id + "/Anna"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, strings.NewReader("Anna"))
		r.Header.Set("X-Name", "Anna")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if strings.Contains(out.String(), "Anna") || strings.Contains(out.String(), "192.0.2.1") {
		t.Errorf("the log names somebody: %s", &out)
	}
	for _, want := range []string{"path=/assure/dossiers/" + id + "/userdata", "path=/assure/dossiers/…/userdata", "path=/…/…", "a value that may be personal"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q: %s", want, &out)
		}
	}
}

// TestUnavailableIsSaid: a store that cannot work is a 503 that says when to come
// back, and nothing of the reason.
func TestUnavailableIsSaid(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	full := &fs.PathError{Op: "write", Path: "/data/secret-place", Err: syscall.ENOSPC}
	handler := traced(log, rand.Reader, time.Now, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problemOf(r.Context(), log, r.Method, r.URL.Path, full).write(w)
	}))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/assure/dossiers", nil))
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 503 || p.Code != "unavailable" || p.Type != "base:server-problem" || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if strings.Contains(w.Body.String(), "secret-place") || !strings.Contains(out.String(), "level=WARN") {
		t.Errorf("answer %s, log %s", w.Body, &out)
	}
}

// FuzzCursors: what is no cursor of ours is refused, and ours come back.
func FuzzCursors(f *testing.F) {
	f.Add(showPosition(7))
	f.Add(showCursor(&idv.Dossier{ID: "0192f0c1-3b3b-73ab-ba8e-499ef9bb818a", CreatedAt: time.Unix(1, 0)}))
	f.Add("YXQuLTE")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parsePosition("cursor", text)
		if err == nil && n < 0 || err != nil && idv.CodeOf(err) != idv.CodeInvalid {
			t.Errorf("a position: %d, %v", n, err)
		}
		if back, err := parsePosition("cursor", showPosition(n)); err != nil || back != n {
			t.Errorf("%d comes back as %d, %v", n, back, err)
		}
		c, err := parseCursor(text)
		if err != nil && idv.CodeOf(err) != idv.CodeInvalid {
			t.Errorf("a cursor: %v", err)
		}
		if err == nil && c.ID != "" {
			if back, err := parseCursor(showCursor(&idv.Dossier{ID: c.ID, CreatedAt: c.CreatedAt})); err != nil || back != c {
				t.Errorf("%+v comes back as %+v, %v", c, back, err)
			}
		}
	})
}

// FuzzMultipart: whatever parts and names a body has, it is taken or refused.
func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"front\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name*=UTF-8''%66ront\r\n\r\nx\r\n--b\r\n\r\n--b--"))
	f.Add([]byte("--b\r\ngarbage"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range []io.Reader{bytes.NewReader(body), iotest.OneByteReader(bytes.NewReader(body))} {
			err := readMultipart(multipart.NewReader(r, "b"), eachDepiction(), func(d idv.Depiction, image io.Reader) error {
				if _, known := idv.ParseDepiction(string(d)); !known {
					t.Errorf("an image of %q", d)
				}
				_, err := io.Copy(io.Discard, image)
				return err
			})
			if err != nil && idv.CodeOf(err) != idv.CodeInvalid {
				t.Errorf("not a refusal: %v", err)
			}
		}
	})
}

// FuzzNewProcess: a body of any shape is an order or a refusal.
func FuzzNewProcess(f *testing.F) {
	f.Add([]byte(`{"provider":"onfido","processType":"document","processParameters":{"location":{"ipAddress":"::1"},"consents":{"privacy":null}}}`))
	f.Add([]byte(`{"processParameters":{"location":null},"requestExtraDataFromDrivingLicense":true}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var in NewProcess
		if json.Unmarshal(body, &in) != nil {
			return
		}
		p := readProcess(&in)
		if err := p.Validate(); err != nil && idv.CodeOf(err) == "" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

// FuzzHeaders: an Authorization, an Accept and a trace of any shape.
func FuzzHeaders(f *testing.F) {
	f.Add("Bearer abc", "application/json;q=0.5, image/*", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	f.Add("bearer  ", ",;q=", "00-00000000000000000000000000000000-0-0")
	f.Fuzz(func(t *testing.T, authorization, accept, trace string) {
		if m := bearer.FindStringSubmatch(authorization); m != nil && strings.ContainsAny(m[1], " \t\r\n\x00") {
			t.Errorf("token %q", m[1])
		}
		wantsJSON(accept)
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
		r.Header["Traceparent"] = []string{trace}
		if got := newTrace(r, rand.Reader); len(got) != 32 {
			t.Errorf("trace %q", got)
		}
	})
}

// FuzzShownPath: of a path nothing reaches the log but words of the route and ids.
func FuzzShownPath(f *testing.F) {
	const route = "GET /assure/dossiers/{dossierId}/files/{name}"
	f.Add("/assure/dossiers/0192f0c1-3b3b-73ab-ba8e-499ef9bb818a/files/Anna")
	f.Fuzz(func(t *testing.T, path string) {
		for part := range strings.SplitSeq(strings.TrimPrefix(shownPath(route, path), "/"), "/") {
			if part != "" && part != "…" && !strings.Contains(route, part) && len(part) < 32 {
				t.Errorf("%q shows %q", path, part)
			}
		}
	})
}
