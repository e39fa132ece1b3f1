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
	"sync"
	"time"
)

// maxAnswer bounds a JSON answer; a process with both reports has some 50 KB.
const maxAnswer = 8 << 20

// Config says where the server is and who is calling. URL, TokenURL, ID and
// Secret are required.
type Config struct {
	// URL is the address under which /assure lies, such as http://127.0.0.1:8080.
	URL string
	// TokenURL is the whole address of the token endpoint.
	TokenURL string
	// ID and Secret are the client's credentials.
	ID, Secret string
	// HTTPClient makes the requests; nil is one with a limit of two minutes each.
	HTTPClient *http.Client
	// Now is the clock that tokens expire by; nil is time.Now.
	Now func() time.Time
	// Sleep waits between two polls, at most until ctx ends, whose error it then
	// returns; nil is a real timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Client is a client of the Assure API. It is safe for concurrent use.
type Client struct {
	cfg Config

	mu    sync.Mutex
	token token
}

// New makes a client and calls nobody yet. It reports everything that is wrong
// with cfg at once.
func New(cfg Config) (*Client, error) {
	err := errors.Join(
		checkURL("URL", cfg.URL), checkURL("TokenURL", cfg.TokenURL),
		checkSet("ID", cfg.ID), checkSet("Secret", cfg.Secret),
	)
	if err != nil {
		return nil, fmt.Errorf("configuring the client: %w", err)
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{Timeout: 2 * time.Minute}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	return &Client{cfg: cfg}, nil
}

func checkURL(name, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%s must be an absolute http or https URL", name)
	}
	return nil
}

func checkSet(name, s string) error {
	if s == "" {
		return fmt.Errorf("%s is missing", name)
	}
	return nil
}

// call is one request of the API.
type call struct {
	method, path string
	// root is what the path lies under; empty is /assure.
	root      string
	mediaType string
	// accept is what the answer may be; empty is anything.
	accept string
	// endless lets the answer go on for as long as the context does.
	endless bool
	// body makes the request's body, once for each try; nil is none.
	body func() (io.Reader, error)
}

// do makes the call. A token that the server no longer takes (it was revoked, or
// the clocks differ) is renewed once. An answer of 400 and above is a *Problem;
// otherwise the caller closes the body of the answer.
func (c *Client) do(ctx context.Context, k call) (*http.Response, error) {
	for last := false; ; last = true {
		access, err := c.access(ctx)
		if err != nil {
			return nil, err
		}
		resp, err := c.try(ctx, k, access)
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

func (c *Client) try(ctx context.Context, k call, access string) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if k.body != nil {
		var err error
		if body, err = k.body(); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, k.method, c.cfg.URL+cmp.Or(k.root, "/assure")+k.path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+access)
	if k.body != nil {
		req.Header.Set("Content-Type", k.mediaType)
	}
	if k.accept != "" {
		req.Header.Set("Accept", k.accept)
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
