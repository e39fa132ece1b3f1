package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Problem is a refusal of the server (Assure contract section 3). What the token
// endpoint refuses in the form of RFC 6749 section 5.2 is one too, and so is an
// answer in no known form, with only Status and Title.
type Problem struct {
	Status  int    `json:"status"`
	Type    string `json:"type"`
	Title   string `json:"title"`
	Detail  string `json:"detail"`
	Code    string `json:"code"`
	TraceID string `json:"traceId"`
	// InvalidParams names the fields at fault.
	InvalidParams []InvalidParam `json:"invalidParams"`
	// RetryAfter is how long the server asks to be left alone; 0 if it does not.
	RetryAfter time.Duration `json:"-"`
}

// InvalidParam is one field of a request and what is wrong with it.
type InvalidParam struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Error gives all that a person needs in one line: title, detail, the fields at
// fault, and in brackets status, code and trace.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Title)
	if p.Detail != "" && p.Detail != p.Title {
		b.WriteString(": " + p.Detail)
	}
	for i, f := range p.InvalidParams {
		b.WriteString([]string{" (", "; "}[min(i, 1)] + f.Name + " " + f.Reason)
	}
	if len(p.InvalidParams) > 0 {
		b.WriteString(")")
	}
	fmt.Fprintf(&b, " [%d", p.Status)
	if p.Code != "" {
		b.WriteString(" " + p.Code)
	}
	if p.TraceID != "" {
		b.WriteString(", trace " + p.TraceID)
	}
	return strings.Map(printable, b.String()+"]")
}

// printable keeps what a server says from steering the terminal.
func printable(r rune) rune {
	if !unicode.IsPrint(r) {
		return ' '
	}
	return r
}

// Temporary says that the same call may succeed later.
func (p *Problem) Temporary() bool {
	return p.Status == http.StatusTooManyRequests || p.Status >= http.StatusInternalServerError
}

// readProblem makes a Problem of an answer and closes its body.
func readProblem(resp *http.Response) *Problem {
	defer resp.Body.Close()
	var answer struct {
		Problem
		OAuthError  string `json:"error"`
		Description string `json:"error_description"`
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil || json.Unmarshal(data, &answer) != nil {
		answer.Problem = Problem{} // some of it may have been decoded
	}
	p := &answer.Problem
	p.Status = resp.StatusCode
	p.Title = cmp.Or(p.Title, http.StatusText(resp.StatusCode), "refused")
	p.Detail = cmp.Or(p.Detail, answer.Description)
	p.Code = cmp.Or(p.Code, answer.OAuthError)
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		p.RetryAfter = time.Duration(min(s, 3600)) * time.Second
	}
	return p
}
