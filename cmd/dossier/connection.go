package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/envfile"
)

// connection is how a command that calls a server is told which.
type connection struct {
	URL          string `help:"Address of the server." env:"DOSSIER_URL" placeholder:"URL"`
	TokenURL     string `help:"Address of its token endpoint (URL/auth/open/connect/token)." env:"DOSSIER_TOKEN_URL" placeholder:"URL"`
	ClientID     string `help:"API client." env:"DOSSIER_CLIENT_ID" placeholder:"ID"`
	ClientSecret string `help:"Its secret." env:"DOSSIER_CLIENT_SECRET" placeholder:"SECRET"`
	EnvFile      string `help:"dev.env with these four, for what is not given otherwise." default:".dossier/dev.env" placeholder:"FILE"`
}

// settings gives a setting: what was given, or else what the file has.
func (c connection) settings() (or func(given, name string) string, err error) {
	file, err := envfile.Read(c.EnvFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return func(given, name string) string {
		if given != "" {
			return given
		}
		return file[name]
	}, nil
}

// connect makes the client from flags, environment and dev.env, in this order.
func (c connection) connect() (*client.Client, error) {
	or, err := c.settings()
	if err != nil {
		return nil, err
	}
	cfg := client.Config{
		URL: or(c.URL, "DOSSIER_URL"), TokenURL: or(c.TokenURL, "DOSSIER_TOKEN_URL"),
		ID: or(c.ClientID, "DOSSIER_CLIENT_ID"), Secret: or(c.ClientSecret, "DOSSIER_CLIENT_SECRET"),
	}
	if cfg.URL == "" {
		return nil, fmt.Errorf("which server? Give --url and credentials, or --env-file (there is no %s)", c.EnvFile)
	}
	return client.New(cfg)
}
