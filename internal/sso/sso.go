package sso

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/dossier-id/dossier/internal/idv"
)

// Config says which provider and how its claims are read. All of it is required
// except Scopes.
type Config struct {
	// Issuer is the provider's address, as its discovery document repeats it.
	Issuer, ClientID, ClientSecret string
	// RedirectURL is where the provider sends browsers back to.
	RedirectURL string
	// Scopes are asked for beside openid.
	Scopes []string
	// NameClaim holds what the audit trail calls a person; RoleClaim a word or a
	// list of words, of which Roles gives the meaning. A dot leads into an object.
	NameClaim, RoleClaim string
	Roles                map[string]idv.Role
	Client               *http.Client
	Now                  func() time.Time
	Random               io.Reader
}

// Provider is a provider of identities. It is looked up at the first login, and
// again after a failure: a server starts without it. It is safe for concurrent use.
type Provider struct {
	Config
	mu    sync.Mutex
	found *oidc.Provider
}

// New gives a provider without asking it anything.
func New(c Config) *Provider { return &Provider{Config: c} }

// Person is who logged in.
type Person struct {
	// Subject names a person for good: issuer and sub.
	Subject string
	Name    string
	Role    idv.Role
}

// ErrRefused says why somebody is not let in; its text is for them to read.
type ErrRefused string

// Error is the reason.
func (e ErrRefused) Error() string { return string(e) }

// ErrUnreachable says that the provider does not answer as one should.
var ErrUnreachable = errors.New("the identity provider does not answer")

// ticketParts are state, nonce and the verifier of PKCE.
const ticketParts = 3

// Begin gives the address to send a browser to, and the ticket that it has to
// bring back.
func (p *Provider) Begin(ctx context.Context) (address, ticket string, err error) {
	flow, _, err := p.flow(ctx)
	if err != nil {
		return "", "", err
	}
	parts := make([]string, ticketParts)
	for i := range parts {
		drawn := make([]byte, 32)
		if _, err := io.ReadFull(p.Random, drawn); err != nil {
			return "", "", fmt.Errorf("read random bytes: %w", err)
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(drawn)
	}
	address = flow.AuthCodeURL(parts[0], oidc.Nonce(parts[1]), oauth2.S256ChallengeOption(parts[2]))
	return address, strings.Join(parts, "."), nil
}

// Finish takes what the provider sent the browser back with, and its ticket.
func (p *Provider) Finish(ctx context.Context, ticket string, answer url.Values) (Person, error) {
	parts := strings.Split(ticket, ".")
	if len(parts) != ticketParts || subtle.ConstantTimeCompare([]byte(parts[0]), []byte(answer.Get("state"))) != 1 {
		return Person{}, ErrRefused("the login was begun in another window, or too long ago: begin anew")
	}
	if said := answer.Get("error"); said != "" {
		return Person{}, ErrRefused("the identity provider has refused the login")
	}
	flow, provider, err := p.flow(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, p.Client)
	token, err := flow.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(parts[2]))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
		return Person{}, ErrRefused("the identity provider takes this login no more: begin anew")
	}
	if err != nil {
		return Person{}, fmt.Errorf("%w: exchange the code: %w", ErrUnreachable, withoutBody(err))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID, Now: p.Now}).Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(parts[1])) != 1 {
		return Person{}, ErrRefused("what the identity provider says of you is not genuine, not for this server, or not of now")
	}
	return p.person(id)
}

// withoutBody keeps an answer of the provider out of the log: it can hold tokens.
func withoutBody(err error) error {
	if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Errorf("answered %s", answer.Response.Status)
	}
	return err
}

// flow looks the provider up, once it is there.
func (p *Provider) flow(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The provider keeps the context for its keys: that of a request would end.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.Client), p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		p.found = found
	}
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.RedirectURL,
		Endpoint: p.found.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}, p.found, nil
}

// person reads the claims of a token that was checked.
func (p *Provider) person(id *oidc.IDToken) (Person, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Person{}, ErrRefused("what the identity provider says of you cannot be read")
	}
	who := Person{Subject: id.Issuer + " " + id.Subject}
	for _, name := range words(claim(claims, p.NameClaim)) {
		who.Name = name
	}
	if who.Name == "" {
		return Person{}, ErrRefused("the identity provider does not tell your name: the claim " + p.NameClaim + " is missing")
	}
	for _, word := range words(claim(claims, p.RoleClaim)) {
		if role := p.Roles[word]; role != "" && role.Includes(who.Role) || who.Role == "" {
			who.Role = p.Roles[word]
		}
	}
	if who.Role == "" {
		return Person{}, ErrRefused("the identity provider gives you no role here: an administrator can put you into a group that has one")
	}
	return who, nil
}

// claim follows dots into objects; a claim whose own name has dots is found first.
func claim(claims map[string]any, name string) any {
	if v, found := claims[name]; found {
		return v
	}
	first, rest, deeper := strings.Cut(name, ".")
	inner, isObject := claims[first].(map[string]any)
	if !deeper || !isObject {
		return nil
	}
	return claim(inner, rest)
}

// words gives a word, or the words of a list.
func words(v any) (list []string) {
	switch v := v.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, entry := range v {
			if word, isText := entry.(string); isText {
				list = append(list, word)
			}
		}
	}
	return list
}
