package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/capture"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/console"
	"github.com/dossier-id/dossier/internal/httpapi"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/signing"
	"github.com/dossier-id/dossier/internal/store"
)

// operators logs the users of the console in.
func (b *base) operators() *auth.Operators {
	return auth.NewOperators(b.db, b.db.Now, rand.Reader, newID)
}

// withConsole puts the operators' pages before the rest.
func (s *server) withConsole(c *config.Config, use *service.Service, texts *capture.Texts, rest http.Handler) (http.Handler, error) {
	preview, err := previewer(use, texts)
	if err != nil {
		return nil, err
	}
	ring := func(ctx context.Context) (*signing.Ring, error) { return signers(ctx, s.db) }
	pages, err := console.New(console.Config{
		Service: use, Operators: s.operators(), SSO: singleSignOn(c, s.db.Now), Clients: s.auth, Result: httpapi.NewResults(use, ring).Build,
		VerifyTrail: func(ctx context.Context) ([]store.TrailReport, error) {
			keys, err := ring(ctx)
			if err != nil {
				return nil, err
			}
			return s.db.VerifyTrail(ctx, keys.Public(), nil)
		},
		Read: newSight().read, Preview: preview, RequestsPerMinute: c.Onfido.RequestsPerMinute, ChecksPerMonth: c.Onfido.ChecksPerMonth,
		Health: s.parts(c), Version: version(), Log: s.log, Now: s.db.Now, Secure: strings.HasPrefix(c.PublicURL, "https:") || c.Wire.TLSCert != "",
	})
	if err != nil {
		return nil, fmt.Errorf("set up the console: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle(console.Root, pages)
	mux.Handle(console.Root+"/", pages)
	mux.Handle("/", rest)
	return mux, nil
}

// previewer shows the end-user's pages in the console.
func previewer(use *service.Service, texts *capture.Texts) (console.Previewer, error) {
	preview, err := capture.NewPreview(texts, func() ([]idv.DocumentForm, error) { return use.DocumentForms(idv.ProviderOnfido) })
	if err != nil {
		return console.Previewer{}, fmt.Errorf("set up the console: %w", err)
	}
	return console.Previewer{
		Screens: capture.PreviewScreens(), Languages: texts.Languages(),
		Page: func(p idv.CaptureProfile, screen, accept, script, base string) (string, string, error) {
			return preview.Page(capture.Previewed{Profile: p, Screen: screen, Language: accept, Script: script, Base: base})
		},
	}, nil
}

// parts are what the server needs to work.
func (s *server) parts(c *config.Config) []console.Part {
	return []console.Part{
		{Name: "Database", Check: func(ctx context.Context) (string, error) { return string(s.db.Engine()), s.db.Ping(ctx) }},
		{Name: "Image store", Check: func(ctx context.Context) (string, error) {
			where := "a folder, sealed"
			if c.Blobs != "" {
				where = "a bucket, sealed"
			}
			return where, s.bucket.Ready(ctx)
		}},
		{Name: "Onfido", Check: func(ctx context.Context) (string, error) {
			word := c.Onfido.Region
			if u, err := url.Parse(c.Onfido.URL); err == nil && u.Host != "" {
				word = u.Host
			}
			return word, s.connector.Ping(ctx)
		}},
	}
}

// devOperator is who a one-time link of `dossier dev` logs in.
const devOperator = "dev"

// devLink makes a one-time link to the console for whoever runs `dossier dev`.
func devLink(ctx context.Context, b *base, url string) (string, error) {
	operators := b.operators()
	found, err := operators.Named(ctx, devOperator)
	if idv.CodeOf(err) == idv.CodeNotFound {
		if _, err = operators.Create(ctx, store.DefaultTenant, devOperator, idv.RoleAdministrator); err != nil {
			return "", err
		}
		found, err = operators.Named(ctx, devOperator)
	}
	if err != nil {
		return "", err
	}
	link, err := operators.Link(ctx, found.ID)
	return url + console.Root + "/enter?link=" + link, err
}
