package onfidoapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
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
	// RequestsPerMinute is the most that is sent in any minute; zero means
	// DefaultRequestsPerMinute.
	RequestsPerMinute int
	// Now is the time; nil means the wall clock.
	Now func() time.Time
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
