package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// defaultTries is how often a call is tried that nobody said anything of.
const defaultTries = 3

// Config says where the server is and who is calling. URL, ID and Secret are
// required.
type Config struct {
	// URL is the address under which /assure lies, such as http://127.0.0.1:8080.
	URL string
	// TokenURL is the whole address of the token endpoint; empty is
	// /auth/open/connect/token of the URL.
	TokenURL string
	// ID and Secret are the client's credentials.
	ID, Secret string
	// HTTPClient makes the requests; nil is one with a limit of two minutes each.
	HTTPClient *http.Client
	// Now is the clock that tokens expire by; nil is time.Now.
	Now func() time.Time
	// Tries is how often a call is tried that may be repeated; 0 is 3, 1 repeats
	// nothing.
	Tries int
	// Random is where Idempotency-Keys come from; nil is crypto/rand.
	Random io.Reader
	// Sleep waits between two polls or tries, at most until ctx ends, whose error
	// it then returns; nil is a real timer.
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
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	if cfg.TokenURL == "" {
		cfg.TokenURL = cfg.URL + "/auth/open/connect/token"
	}
	err := errors.Join(
		checkURL("URL", cfg.URL), checkURL("TokenURL", cfg.TokenURL),
		checkSet("ID", cfg.ID), checkSet("Secret", cfg.Secret),
	)
	if err != nil {
		return nil, fmt.Errorf("configuring the client: %w", err)
	}
	cfg.Tries = cmp.Or(max(cfg.Tries, 0), defaultTries)
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
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
