package onfidoapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// DefaultRequestsPerMinute is the rate that Onfido allows unless agreed
// otherwise (Onfido contract section 0).
const DefaultRequestsPerMinute = 400

const version = "/v3.6"

// Config says which account to use and how.
type Config struct {
	// Region is eu, us or ca; empty means eu. BaseURL goes before it.
	Region string
	// BaseURL is an http or https address instead of a region's, with or without
	// the version /v3.6 at its end.
	BaseURL string
	// Token is an API token. Without one, ClientID and ClientSecret of an OAuth
	// client are needed.
	Token                  string
	ClientID, ClientSecret string
	// HTTPClient sends the requests; nil means one with a time-out of 30 s and
	// TLS 1.2 or later. Redirects are never followed.
	HTTPClient *http.Client
	// Wrap goes around what sends the requests, to look at them; nil means nothing.
	Wrap func(http.RoundTripper) http.RoundTripper
	// RequestsPerMinute is the most that is sent in any minute; zero means
	// DefaultRequestsPerMinute.
	RequestsPerMinute int
	// Limit says when a request may be sent, where others send in the name of the
	// same account; nil means that RequestsPerMinute is this client's alone.
	Limit Limit
	// Now is the time; nil means the wall clock.
	Now func() time.Time
}

// Limit is kept by all who send in the name of one account.
type Limit interface {
	// Wait blocks until a request of the party may be sent. After an error none
	// may.
	Wait(ctx context.Context, party string) error
}

// ownLimit is the limit of a client that has the account to itself.
type ownLimit struct{ *rate.Limiter }

// Wait lets everybody go in the order they came.
func (l ownLimit) Wait(ctx context.Context, _ string) error { return l.Limiter.Wait(ctx) }

// partyKey is the key of a context's party.
type partyKey struct{}

// For says in whose name the requests with this context are sent, for a Limit
// that shares its room between parties.
func For(ctx context.Context, party string) context.Context {
	return context.WithValue(ctx, partyKey{}, party)
}

func partyOf(ctx context.Context) string {
	party, _ := ctx.Value(partyKey{}).(string)
	return party
}

func (cfg Config) check() error {
	var errs []error
	if cfg.RequestsPerMinute < 0 {
		errs = append(errs, errors.New("the request rate must not be negative"))
	}
	switch hasToken, hasClient := cfg.Token != "", cfg.ClientID != "" && cfg.ClientSecret != ""; {
	case hasToken && (cfg.ClientID != "" || cfg.ClientSecret != ""):
		errs = append(errs, errors.New("give a token or an OAuth client, not both"))
	case !hasToken && !hasClient:
		errs = append(errs, errors.New("a token, or the id and the secret of an OAuth client, is required"))
	case strings.ContainsAny(cfg.Token, "\r\n\t ") || strings.Contains(cfg.Token, "\x00"):
		errs = append(errs, errors.New("the token has white space in it"))
	}
	return errors.Join(errs...)
}

// base gives the address that every path is put behind.
func (cfg Config) base() (string, error) {
	if cfg.BaseURL == "" {
		switch cfg.Region {
		case "", "eu":
			return "https://api.eu.onfido.com" + version, nil
		case "us", "ca":
			return "https://api." + cfg.Region + ".onfido.com" + version, nil
		default:
			return "", fmt.Errorf("the region must be eu, us or ca, not %q", cfg.Region)
		}
	}
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("the base URL must be an absolute http or https URL without user, query and fragment")
	}
	return strings.TrimSuffix(strings.TrimRight(u.String(), "/"), version) + version, nil
}
