package onfidoapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestDetail(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body, want string
		status           int
	}{
		{"a refused selfie", string(refusal(t)), "There was a validation error on this request (status code 422) | Field errors: " +
			"{face_detection=[Multiple faces in image. Please note this validation can be disabled by setting the advanced_validation parameter to false.]}", 422},
		{
			"fields in order, nested",
			`{"error":{"message":"No","fields":{"z":["b","a"],"applicant":[{"dob":["can't be blank"],"age":3}],"n":null}}}`,
			"No (status code 422) | Field errors: {applicant=[{age=3, dob=[can't be blank]}], n=, z=[b, a]}", 422,
		},
		{"a text for fields", `{"error":{"message":"No","fields":"is not scheduled for deletion"}}`, "No (status code 422) | Field errors: is not scheduled for deletion", 422},
		{"no fields", `{"error":{"type":"resource_not_found","message":"Gone away","fields":{}}}`, "Gone away (status code 404)", 404},
		{"null fields", `{"error":{"message":"Gone away","fields":null}}`, "Gone away (status code 404)", 404},
		{"no JSON", `<html>`, "The provider refused the request (status code 403)", 403},
		{"another shape", `{"error":"no"}`, "The provider refused the request (status code 400)", 400},
		{"a message that is none", `{"error":{"message":{"a":1}}}`, "The provider refused the request (status code 400)", 400},
		{"control characters", `{"error":{"message":"a\nb\u0000c"}}`, "a b c (status code 400)", 400},
		{"too deep", `{"error":{"message":"No","fields":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}}`, "No (status code 400) | Field errors: [[[[[[[[…]]]]]]]]", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, answer(test.status, test.body))
			_, err := c.Check(t.Context(), "c1")
			if got := asError(t, err).Detail(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func refusal(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "refusal-multiple-faces.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("no answer of Onfido's: %v", err)
	}
	return e
}

func TestDetailIsBounded(t *testing.T) {
	t.Parallel()
	e := &Error{Status: 422, Message: strings.Repeat("é", 5000), Fields: json.RawMessage(`{"a":1}`)}
	if n := len([]rune(e.Detail())); n != maxDetail {
		t.Errorf("%d characters", n)
	}
}

// TestErrorsHaveNoPersonalData: what Onfido quotes, and the URL, stay out.
func TestErrorsHaveNoPersonalData(t *testing.T) {
	t.Parallel()
	c := serve(t, answer(422, `{"error":{"type":"validation_error","message":"Anna is bad","fields":{"email":["anna@a.example"]}}}`))
	_, err := c.CreateApplicant(t.Context(), Details{FirstName: "Anna"})
	if got, want := err.Error(), "creating an applicant: Onfido answered 422 validation_error"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	c = serve(t, answer(400, `{"error":{"type":"Anna Specimen"}}`))
	if _, err := c.Documents(t.Context(), "a1"); err.Error() != "listing documents: Onfido answered 400" {
		t.Errorf("%q", err)
	}
	c = serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := c.Documents(t.Context(), "a1"); strings.Contains(err.Error(), "a1") || strings.Contains(err.Error(), "http://") {
		t.Errorf("%q", err)
	}
}

func TestOutcomeByStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Outcome{
		400: Refused, 401: Refused, 403: Refused, 404: Refused, 410: Refused, 413: Refused, 422: Refused,
		429: NotDone, 408: InDoubt, 409: InDoubt, 500: InDoubt, 502: InDoubt, 503: InDoubt, 504: InDoubt, 304: InDoubt,
	} {
		c := serve(t, answer(status, ""))
		_, err := c.CreateCheck(t.Context(), NewCheck{})
		if got := OutcomeOf(err); got != want || err == nil {
			t.Errorf("%d: %v, want %v", status, got, want)
		}
	}
}

// TestBrokenAnswersLeaveDoubt: the check may be there, and must not be asked
// for again before somebody looked.
func TestBrokenAnswersLeaveDoubt(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no JSON": "<html>", "cut": `{"id":"c1"`, "empty": "", "no id": `{"status":"in_progress"}`, "null id": `{"id":null}`,
		"an id that is a path": `{"id":"../x"}`, "a number": `{"id":7}`, "a list": `[]`,
	} {
		c := serve(t, answer(201, body))
		_, err := c.CreateCheck(t.Context(), NewCheck{})
		if err == nil || OutcomeOf(err) != InDoubt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoConnectionIsNotDone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c := newClient(t, Config{BaseURL: server.URL, Token: "x"})
	if _, err := c.CreateCheck(t.Context(), NewCheck{}); err == nil || OutcomeOf(err) != NotDone {
		t.Errorf("%v", err)
	}
}

// TestLostAnswerLeavesDoubt and is not asked for again by the transport either,
// not even on a connection that was used before.
func TestLostAnswerLeavesDoubt(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer(200, `{"id":"c1"}`)(w, r)
			return
		}
		posts.Add(1)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.Close()
	})
	if _, err := c.Check(t.Context(), "c1"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateCheck(t.Context(), NewCheck{}); err == nil || OutcomeOf(err) != InDoubt {
		t.Errorf("%v", err)
	}
	if posts.Load() != 1 {
		t.Errorf("%d posts", posts.Load())
	}
}

func TestGivingUpLeavesDoubt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	c := serve(t, func(http.ResponseWriter, *http.Request) {
		cancel()
		<-release
	})
	if _, err := c.CreateCheck(ctx, NewCheck{}); err == nil || OutcomeOf(err) != InDoubt {
		t.Errorf("%v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0": 0, "-3": 0, "1.5": 0, "soon": 0, "86400": maxRetryAfter, "99999999999999999999": 0,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:00:00 GMT": 0, "Sat, 02 Jan 2027 03:00:00 GMT": maxRetryAfter,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "90")
		answer(429, `{"error":{"type":"rate_limit"}}`)(w, r)
	})
	_, err := c.Check(t.Context(), "c1")
	if e := asError(t, err); e.RetryAfter != 90*time.Second || e.Type != "rate_limit" {
		t.Errorf("%+v", e)
	}
}

// TestWildAnswers: bytes that are no HTTP are an error like any other.
func TestWildAnswers(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			_, _ = conn.Write([]byte("\x00\x01\x02 not HTTP\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	c := newClient(t, Config{BaseURL: "http://" + listener.Addr().String(), Token: "x"})
	if _, err := c.CreateCheck(t.Context(), NewCheck{}); err == nil || OutcomeOf(err) != InDoubt {
		t.Errorf("%v", err)
	}
}
