package onfidoapi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// The bounds of what is read from Onfido.
const (
	maxAnswer  = 4 << 20
	maxReports = 16 << 20
	maxError   = 64 << 10
)

// Client calls Onfido in the name of one account. It is safe for concurrent use.
type Client struct {
	base string
	// origin is scheme and host of base: where the addresses of the SDKs begin.
	origin string
	http   *http.Client
	limit  Limit
	login  authorizer
	now    func() time.Time
	quiet  quiet
}

// New makes a client, or reports every fault of the configuration together. It
// sends nothing.
func New(cfg Config) (*Client, error) {
	base, err := cfg.base()
	if err := errors.Join(err, cfg.check()); err != nil {
		return nil, fmt.Errorf("the Onfido account: %w", err)
	}
	c := &Client{base: base, origin: strings.TrimSuffix(base, version), http: httpClient(cfg.HTTPClient), limit: cfg.Limit, now: cfg.Now}
	if cfg.Wrap != nil {
		c.http.Transport = cfg.Wrap(cmp.Or(c.http.Transport, http.DefaultTransport))
	}
	if c.limit == nil {
		c.limit = ownLimit{limiter(cfg.RequestsPerMinute)}
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.login = apiToken(cfg.Token)
	if cfg.Token == "" {
		c.login = newOAuth(c, cfg.ClientID, cfg.ClientSecret)
	}
	return c, nil
}

// httpClient never follows a redirect: the credentials are for Onfido alone.
func httpClient(given *http.Client) *http.Client {
	client := &http.Client{Timeout: 30 * time.Second, Transport: transport()}
	if given != nil {
		*client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

func transport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           16,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// limiter allows a burst first and then so few requests that no minute sees
// more than perMinute of them.
func limiter(perMinute int) *rate.Limiter {
	if perMinute == 0 {
		perMinute = DefaultRequestsPerMinute
	}
	burst := max(1, perMinute/40)
	return rate.NewLimiter(rate.Limit(float64(max(1, perMinute-burst))/60), burst)
}

// call is one request and what to do with its answer.
type call struct {
	// what is being tried, for errors: "creating the applicant".
	what   string
	method string
	path   string
	query  url.Values
	// sdkToken, if there is one, goes in place of the account's credentials, and
	// path then begins with a version of its own.
	sdkToken string
	// body is nil, or what to send as contentType with length bytes.
	body        io.Reader
	contentType string
	length      int64
	// into takes the JSON of the answer of at most limit bytes (zero means
	// maxAnswer); nil when none is expected.
	into  any
	limit int64
}

// sendJSON gives the call a JSON body.
func (r call) sendJSON(v any) (call, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return r, unsent(fmt.Errorf("%s: %w", r.what, err))
	}
	r.body, r.contentType, r.length = bytes.NewReader(body), "application/json", int64(len(body))
	return r, nil
}

// do waits for its turn, sends the call once and reads the answer. The header
// is nil after an error.
func (c *Client) do(ctx context.Context, r call) (http.Header, error) {
	header, err := c.send(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.what, err)
	}
	return header, nil
}

func (c *Client) send(ctx context.Context, r call) (http.Header, error) {
	res, err := c.open(ctx, r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return res.Header, r.read(res.Body)
}

// open sends the call and gives its answer, which the caller closes, or the
// error that the answer is.
func (c *Client) open(ctx context.Context, r call) (*http.Response, error) {
	if err := c.quiet.ask(c.now()); err != nil {
		return nil, err
	}
	if err := c.limit.Wait(ctx, partyOf(ctx)); err != nil {
		return nil, unsent(fmt.Errorf("waiting for the request rate: %w", err))
	}
	credentials, err := c.credentials(ctx, r)
	if err != nil {
		return nil, unsent(err)
	}
	res, err := c.roundTrip(ctx, r, credentials)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusUnauthorized {
		c.login.refused(credentials)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		defer res.Body.Close()
		err := c.readError(res)
		c.quiet.heed(err, c.now())
		return nil, err
	}
	return res, nil
}

func (c *Client) credentials(ctx context.Context, r call) (string, error) {
	if r.sdkToken != "" {
		return "Bearer " + r.sdkToken, nil
	}
	return c.login.header(ctx)
}

func (c *Client) address(r call) string {
	if r.sdkToken != "" {
		return c.origin + r.path
	}
	return c.base + r.path
}

// roundTrip tells a request that surely did not leave from one that may have:
// until there is a connection nothing can have been written to it.
func (c *Client) roundTrip(ctx context.Context, r call, credentials string) (*http.Response, error) {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, r.method, c.address(r), r.body)
	if err != nil {
		return nil, unsent(errors.New("the request cannot be made")) // err may hold the URL
	}
	req.URL.RawQuery = r.query.Encode()
	req.Header.Set("Accept", "application/json")
	if credentials != "" {
		req.Header.Set("Authorization", credentials)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", r.contentType)
		req.ContentLength = r.length
		req.GetBody = nil // whatever happens, the body is sent once
	}
	res, err := c.http.Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the URL is nobody's business
	}
	if err != nil && !connected.Load() {
		err = unsent(err)
	}
	return res, err
}

// read decodes the answer. Fields that nobody asked for are ignored: live
// answers have some that no page declares (Onfido contract section 2e).
func (r call) read(body io.Reader) error {
	if r.into == nil {
		return nil
	}
	limit := r.limit
	if limit == 0 {
		limit = maxAnswer
	}
	b, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(b)) > limit {
		return fmt.Errorf("the answer has more than %d bytes", limit)
	}
	if err := json.Unmarshal(b, r.into); err != nil {
		return errors.New("the answer is not the JSON that was expected") // err may quote it
	}
	return nil
}
