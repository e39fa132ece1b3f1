package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/console"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/sso"
)

// ssoTimeout bounds each word with the identity provider.
const ssoTimeout = 10 * time.Second

// singleSignOn lets operators log in at the company's own identity provider; nil
// where there is none.
func singleSignOn(c *config.Config, now func() time.Time) *console.SSO {
	if c.OIDC.Issuer == "" {
		return nil
	}
	roles := map[string]idv.Role{}
	for group, role := range c.OIDC.Roles {
		roles[group] = idv.Role(role)
	}
	provider := sso.New(sso.Config{
		Issuer: c.OIDC.Issuer, ClientID: c.OIDC.ClientID, ClientSecret: c.OIDC.ClientSecret.Reveal(), RedirectURL: c.PublicURL + console.Root + "/sso/callback",
		Scopes: c.OIDC.Scopes, NameClaim: c.OIDC.NameClaim, RoleClaim: c.OIDC.RoleClaim, Roles: roles,
		Client: &http.Client{Timeout: ssoTimeout}, Now: now, Random: rand.Reader,
	})
	return &console.SSO{
		Begin: provider.Begin,
		Finish: func(ctx context.Context, ticket string, answer url.Values) (auth.Federated, error) {
			who, err := provider.Finish(ctx, ticket, answer)
			if refused, ok := errors.AsType[sso.ErrRefused](err); ok {
				return auth.Federated{}, idv.Refuse(idv.CodeInvalidState, refused.Error())
			}
			return auth.Federated{Subject: who.Subject, Tenant: c.OIDC.Tenant, Name: who.Name, Role: who.Role}, err
		},
	}
}
