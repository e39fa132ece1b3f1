package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// hostedCall is a request of the recorded walk.
type hostedCall struct {
	method, path, want string // want is a status, and perhaps the process's
	headers            []string
	body, remember     string
}

// TestHostedClient replays the walk of a client that was written for the hosted
// service.
func TestHostedClient(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/hosted/walk.txt")
	check(t, err)
	calls := parseHosted(t, string(text))
	eachEngine(t, func(s *stack) {
		s.http = &http.Client{} // The server takes more nulls than it describes.
		known := map[string]string{"id": s.config.ID, "secret": s.config.Secret, "basic": base64.StdEncoding.EncodeToString([]byte(s.config.ID + ":" + s.config.Secret))}
		for _, name := range []string{"front", "back", "selfie"} {
			known[name] = base64.StdEncoding.EncodeToString(specimenFile(s.t, name))
		}
		for _, c := range calls {
			s.replay(c, known)
		}
	})
}

// parseHosted reads the format that the head of the file describes.
func parseHosted(t *testing.T, text string) (calls []hostedCall) {
	t.Helper()
	var c *hostedCall
	inBody := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case c == nil && (line == "" || strings.HasPrefix(line, "#")):
		case c == nil:
			fields := strings.SplitN(line, " ", 3)
			c, inBody = &hostedCall{method: fields[0], path: fields[1], want: fields[2]}, false
		case strings.HasPrefix(line, ">"):
			c.remember = strings.TrimSpace(line[1:])
			calls, c = append(calls, *c), nil
		case inBody:
			c.body += line
		case line == "":
			inBody = true
		default:
			name, value, _ := strings.Cut(line, ": ")
			c.headers = append(c.headers, name, value)
		}
	}
	if c != nil || len(calls) < 20 {
		t.Fatalf("the walk is cut off after %d requests", len(calls))
	}
	return calls
}

func (s *stack) replay(c hostedCall, known map[string]string) {
	s.t.Helper()
	fill := func(text string) string {
		for name, value := range known {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}
		return text
	}
	headers := make([]string, len(c.headers))
	for i, h := range c.headers {
		headers[i] = fill(h)
	}
	status, ends, waits := strings.Cut(c.want, " ")
	var got reply
	send := func() bool {
		got = s.call(known["access_token"], c.method, fill(c.path), fill(c.body), headers...)
		return !waits || bytes.Contains(got.body, []byte(`"status":"`+ends+`"`))
	}
	if !send() {
		s.eventually(c.path+" is "+ends, send)
	}
	if strconv.Itoa(got.status) != status {
		s.t.Fatalf("%s %s: %d %.300s, want %s", c.method, c.path, got.status, got.body, status)
	}
	switch c.remember {
	case "":
	case "[]":
		var rows []json.RawMessage
		if err := json.Unmarshal(got.body, &rows); err != nil || len(rows) == 0 {
			s.t.Fatalf("%s %s: no bare array: %.200s", c.method, c.path, got.body)
		}
	default:
		value, there := got.json(s.t)[c.remember]
		if !there {
			s.t.Fatalf("%s %s: the answer has no %s: %s", c.method, c.path, c.remember, got.body)
		}
		known[c.remember] = fmt.Sprint(value)
	}
}
