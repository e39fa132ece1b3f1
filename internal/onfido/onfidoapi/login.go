package onfidoapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// authorizer gives the Authorization header of a request.
type authorizer interface {
	header(ctx context.Context) (string, error)
	// refused says that Onfido answered 401 to this header.
	refused(header string)
}

// apiToken is the plain way in.
type apiToken string

func (t apiToken) header(context.Context) (string, error) { return "Token token=" + string(t), nil }
func (t apiToken) refused(string)                         {}

// oauth gets access tokens for an OAuth client (Onfido contract section 0).
type oauth struct {
	client     *Client
	id, secret string
	// held is the one place for the token. Who has taken it out may change it,
	// so that one request for a token serves all who wait.
	held chan accessToken
}

type accessToken struct {
	header string
	// until is when it is no longer used.
	until time.Time
}

// refreshEarly is how long before its end a token is replaced.
const refreshEarly = 30 * time.Second

func newOAuth(c *Client, id, secret string) *oauth {
	o := &oauth{client: c, id: id, secret: secret, held: make(chan accessToken, 1)}
	o.held <- accessToken{}
	return o
}

func (o *oauth) header(ctx context.Context) (string, error) {
	var token accessToken
	select {
	case token = <-o.held:
	case <-ctx.Done():
		return "", fmt.Errorf("waiting for an access token: %w", ctx.Err())
	}
	defer func() { o.held <- token }()
	if token.header != "" && o.client.now().Before(token.until) {
		return token.header, nil
	}
	fresh, err := o.fetch(ctx)
	if err != nil {
		return "", fmt.Errorf("getting an access token: %w", err)
	}
	token = fresh
	return token.header, nil
}

// refused forgets the token, unless it has been replaced already.
func (o *oauth) refused(header string) {
	token := <-o.held
	if token.header == header {
		token = accessToken{}
	}
	o.held <- token
}

// fetch sends only the id and the secret, as Onfido's own clients do.
func (o *oauth) fetch(ctx context.Context) (accessToken, error) {
	form := url.Values{"client_id": {o.id}, "client_secret": {o.secret}}.Encode()
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	asked := o.client.now()
	res, err := o.client.roundTrip(ctx, call{
		method: http.MethodPost, path: "/oauth/token",
		body: strings.NewReader(form), contentType: "application/x-www-form-urlencoded", length: int64(len(form)),
	}, "")
	if err != nil {
		return accessToken{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return accessToken{}, o.client.readError(res)
	}
	if err := (call{into: &answer, limit: maxError}).read(res.Body); err != nil {
		return accessToken{}, err
	}
	if !isTokenText(answer.AccessToken) {
		return accessToken{}, errors.New("the answer has no usable access token")
	}
	lifetime := time.Duration(min(max(answer.ExpiresIn, 0), 24*60*60)) * time.Second
	return accessToken{header: "Bearer " + answer.AccessToken, until: asked.Add(lifetime - refreshEarly)}, nil
}

// isTokenText says whether a header can carry it.
func isTokenText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
