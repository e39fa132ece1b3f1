package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds a JSON answer; a process with both reports has some 50 KB.
const maxAnswer = 8 << 20

// call is one request of the API.
type call struct {
	method, path string
	query        url.Values
	// root is what the path lies under; empty is /assure.
	root      string
	mediaType string
	// accept is what the answer may be; empty is anything.
	accept string
	// known is the ETag of what the caller has; empty is nothing.
	known string
	// once leaves failures that may pass to the caller.
	once bool
	// endless lets the answer go on for as long as the context does.
	endless bool
	// body makes the request's body, once for each try; nil is none.
	body func() (io.Reader, error)
}

// do makes the call, and again while it fails with what may pass. An answer of
// 400 and above is a *Problem; otherwise the caller closes the body of the answer.
func (c *Client) do(ctx context.Context, k call) (*http.Response, error) {
	key, err := c.idempotencyKey(ctx, k.method)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		resp, err := c.authorized(ctx, k, key)
		switch {
		case err == nil:
			return resp, nil
		case try > 1 && k.method == http.MethodDelete && isGone(err):
			return &http.Response{Body: http.NoBody}, nil // an earlier try has done it
		case k.once || try == c.cfg.Tries || ctx.Err() != nil || !passing(err) && !occupied(err):
			return nil, err
		}
		if err := c.cfg.Sleep(ctx, max(firstPoll<<(try-1), retryAfter(err))); err != nil {
			return nil, err
		}
	}
}

// authorized makes the call once. A token that the server no longer takes (it was
// revoked, or the clocks differ) is renewed.
func (c *Client) authorized(ctx context.Context, k call, key string) (*http.Response, error) {
	for last := false; ; last = true {
		access, err := c.access(ctx)
		if err != nil {
			return nil, err
		}
		resp, err := c.try(ctx, k, access, key)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode < http.StatusBadRequest {
			return resp, nil
		}
		problem := readProblem(resp)
		if resp.StatusCode != http.StatusUnauthorized || last {
			return nil, problem
		}
		c.forget(access)
	}
}

// occupied says that an earlier try with the same Idempotency-Key is still being
// answered.
func occupied(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Status == http.StatusConflict && p.RetryAfter > 0
}

func isGone(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Status == http.StatusNotFound
}

func (c *Client) try(ctx context.Context, k call, access, key string) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if k.body != nil {
		var err error
		if body, err = k.body(); err != nil {
			return nil, err
		}
	}
	address := c.cfg.URL + cmp.Or(k.root, "/assure") + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, k.method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+access)
	for name, value := range map[string]string{"Content-Type": k.mediaType, "Accept": k.accept, "If-None-Match": k.known, "Idempotency-Key": key} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if k.endless {
		unbounded := *c.cfg.HTTPClient
		unbounded.Timeout = 0
		return unbounded.Do(req)
	}
	return c.cfg.HTTPClient.Do(req)
}

// exchange sends in as JSON and decodes the answer into out; either may be nil.
func (c *Client) exchange(ctx context.Context, method, path string, in, out any) error {
	return c.convey(ctx, call{method: method, path: path}, in, out)
}

// convey is exchange for a call that is more than method and path.
func (c *Client) convey(ctx context.Context, k call, in, out any) error {
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		k.mediaType = "application/json"
		k.body = func() (io.Reader, error) { return bytes.NewReader(data), nil }
	}
	resp, err := c.do(ctx, k)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		return nil
	}
	return decode(resp.Body, out)
}

func decode(r io.Reader, out any) error {
	data, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("reading the answer: %w", err)
	case len(data) > maxAnswer:
		return fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("decoding the answer: %w", err)
	}
	return nil
}

// path joins segments, each escaped, into a path that begins with a slash.
func path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String()
}
