package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// token is an access token and the moment from which a new one is fetched.
type token struct {
	access string
	renew  time.Time
}

// access gives a token that is still good for a while, fetching one if need be.
// Concurrent callers wait for the one fetch.
func (c *Client) access(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.access == "" || !c.cfg.Now().Before(c.token.renew) {
		t, err := c.fetch(ctx)
		if err != nil {
			return "", fmt.Errorf("fetching an access token: %w", err)
		}
		c.token = t
	}
	return c.token.access, nil
}

// forget drops a token that the server refused, unless it has been replaced.
func (c *Client) forget(access string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.access == access {
		c.token = token{}
	}
}

// fetch asks for a token by client credentials (RFC 6749 section 4.4). It is
// renewed after nine tenths of its life.
func (c *Client) fetch(ctx context.Context) (token, error) {
	asked := c.cfg.Now()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"signicat-api"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return token{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// RFC 6749 section 2.3.1: both halves are form-encoded first.
	req.SetBasicAuth(url.QueryEscape(c.cfg.ID), url.QueryEscape(c.cfg.Secret))
	resp, err := c.cfg.HTTPClient.Do(req)
	if err != nil {
		return token{}, err
	}
	if resp.StatusCode != http.StatusOK {
		return token{}, readProblem(resp)
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := decode(resp.Body, &answer); err != nil {
		return token{}, err
	}
	if answer.AccessToken == "" {
		return token{}, errors.New("the answer holds none")
	}
	life := time.Duration(min(max(answer.ExpiresIn, 0), 86400)) * time.Second
	return token{answer.AccessToken, asked.Add(life * 9 / 10)}, nil
}
