package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/obs"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/wire"
)

type serveCommand struct {
	Config string `help:"File of NAME=value lines; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	Role   string `help:"What this process does: api answers requests, worker works jobs and delivers events, all does both." placeholder:"ROLE" enum:",api,worker,all" default:""`
	Check  bool   `help:"Only check the configuration."`
}

// Help shows the settings.
func (serveCommand) Help() string {
	return `Settings, in the file or in the environment:

  DOSSIER_ADDR                        where to listen (127.0.0.1:8080)
  DOSSIER_TLS_CERT, DOSSIER_TLS_KEY   files in PEM, read again when they change; without them plain HTTP
  DOSSIER_TRUSTED_PROXIES             networks of proxies whose X-Forwarded-For counts (none)
  DOSSIER_RATE_PER_CLIENT             requests in a minute, a sixth of them at once (30000)
  DOSSIER_RATE_PER_ADDRESS            the same for one address (60000)
  DOSSIER_RATE_PER_LINK               the same for one link to the end-user's pages (600)
  DOSSIER_RATE_PAGES_PER_ADDRESS      the same for all links that one address opens (6000)
  DOSSIER_UPLOADS                     bodies with images read at once, half of them for one client (128)
  DOSSIER_CONNECTIONS                 open connections, a quarter of them for one address (2048)
  DOSSIER_PUBLIC_URL                  address for clients and Onfido's webhooks; without it results are polled for
  DOSSIER_DATA                        folder of database, images and keys (dossier-data)
  DOSSIER_DATABASE                    postgres://… or sqlite:PATH (a file in DOSSIER_DATA)
  DOSSIER_BLOBS                       bucket for images: s3://…, gs://… or azblob://… (a folder in DOSSIER_DATA)
  DOSSIER_ROLE                        api, worker or all (all); --role wins over it
  DOSSIER_DRAIN                       how long nobody must have asked a server that stops (1s)
  DOSSIER_KEY_FILE, DOSSIER_KEY       key-encryption key: a file, or its content in base64
  DOSSIER_KEY_KMS                     key in a KMS that wraps the key file: awskms://, gcpkms:// or azurekeyvault:// (none)
  DOSSIER_GIVE_UP_AFTER               longest verification (24h)
  DOSSIER_PENDING_FOR                 how long a process waits to be started (168h)
  DOSSIER_TAKE_OVER_AFTER             how long the work of a replica that died is left alone (45s)
  DOSSIER_ONFIDO_REGION               eu, us or ca (eu)
  DOSSIER_ONFIDO_URL                  another address than the region's, such as a sandbox's
  DOSSIER_ONFIDO_TOKEN                API token; or an OAuth client:
  DOSSIER_ONFIDO_CLIENT_ID, DOSSIER_ONFIDO_CLIENT_SECRET
  DOSSIER_ONFIDO_REQUESTS_PER_MINUTE  the account's limit (400)
  DOSSIER_ONFIDO_CHECKS_PER_MONTH     checks that are paid for, which the console shows beside those made; stops nothing (none)
  DOSSIER_ONFIDO_SETTLE               how long a request of unknown outcome is left alone (30s)
  DOSSIER_ONFIDO_WEBHOOK_TOKEN        key of a webhook that was registered by hand
  DOSSIER_ONFIDO_VIDEO                face report of documentVideo: video or motion (video)
  DOSSIER_ONFIDO_SDK_URL              Onfido's Web SDK for native capture flows (Onfido's own newest)
  DOSSIER_ONFIDO_SDK_STYLE            its style sheet, for older versions
  DOSSIER_ONFIDO_SDK_UPLOADS          on: our own pages take films and send them where the SDKs do, undocumented (off)
  DOSSIER_FETCH_IMAGES                off: images that an app or Onfido's page has brought stay at Onfido (on)
  DOSSIER_WEBHOOK_ALLOW               networks, addresses and hosts that events may be sent to although they are not public
  DOSSIER_WEBHOOK_PORTS               ports that events may be sent to elsewhere (80,443)
  DOSSIER_RETENTION                   file that says how long what is kept (without one, everything is)
  DOSSIER_OIDC_ISSUER                 OpenID Connect provider at which operators log in to the console (none)
  DOSSIER_OIDC_CLIENT_ID, DOSSIER_OIDC_CLIENT_SECRET
  DOSSIER_OIDC_ROLES                  GROUP=ROLE,…: who is viewer, reviewer or administrator
  DOSSIER_OIDC_ROLE_CLAIM             claim with the groups; a dot leads into an object (groups)
  DOSSIER_OIDC_NAME_CLAIM             claim with the name (preferred_username)
  DOSSIER_OIDC_SCOPES                 scopes beside openid (profile,email)
  DOSSIER_OIDC_TENANT                 whose operators they are (default)
  DOSSIER_METRICS_ADDR                where Prometheus asks for /metrics, for the operator's network only (none)
  OTEL_EXPORTER_OTLP_ENDPOINT         where traces are sent over HTTP, with the other OTEL_ variables (none)
  DOSSIER_LOG_FORMAT                  json or text (json)
  DOSSIER_LOG_LEVEL                   debug, info, warn or error (info)`
}

// Run serves until it is told to stop.
func (c serveCommand) Run(w world) (err error) {
	cfg, err := config.Load(c.Config, c.withRole(w.lookup))
	if err != nil {
		return err
	}
	if err := usable(cfg); err != nil {
		return fmt.Errorf("the configuration is not valid:\n%w", err)
	}
	if c.Check {
		return c.check(w, cfg)
	}
	log, err := obs.Logger(w.err, cfg.LogFormat, cfg.LogLevel)
	if err != nil {
		return err
	}
	l, err := listen(w.ctx, cfg.Addr)
	if err != nil {
		return err
	}
	s, err := startServer(w.ctx, cfg, l, log)
	if err != nil {
		return err
	}
	if cfg.Onfido.Settle < onfidoTimeout || cfg.TakeOverAfter < onfidoTimeout {
		log.Warn("DOSSIER_ONFIDO_SETTLE and DOSSIER_TAKE_OVER_AFTER should not be below 30s, the longest request to Onfido: after a crash a check could be ordered twice")
	}
	log.Info("serving", "addr", l.Addr().String(), "role", cfg.Role, "database", s.db.Engine(), "version", version())
	if clients, err := s.db.ListClients(w.ctx, store.DefaultTenant); err == nil && len(clients) == 0 {
		log.Info("there is no API client yet: make one with `dossier client create`")
	}
	return joined(s.wait(w.ctx), s.stop())
}

// check says that the configuration is valid, and what of the database speaks
// against it: that it cannot be asked now is no fault of the configuration.
func (serveCommand) check(w world, cfg *config.Config) error {
	ctx, cancel := context.WithTimeout(w.ctx, checkTimeout)
	defer cancel()
	off, err := store.UndurableAt(ctx, cfg.Database.Reveal())
	switch {
	case err != nil:
		fmt.Fprintln(w.err, "warning: the database cannot be asked whether it keeps what it has acknowledged:", err)
	case len(off) > 0:
		fmt.Fprintf(w.err, "warning: %s (off: %s)\n", forgetful, strings.Join(off, ", "))
	}
	_, err = fmt.Fprintln(w.out, "the configuration is valid")
	return err
}

// checkTimeout is how long the check waits for the database.
const checkTimeout = 5 * time.Second

// forgetful is what is wrong with a PostgreSQL that is set so.
const forgetful = "PostgreSQL forgets what it has acknowledged when it is killed: a customer who was told that an image is stored finds it gone"

// withRole lets the flag win over the environment.
func (c serveCommand) withRole(lookup func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if name == "DOSSIER_ROLE" && c.Role != "" {
			return c.Role, true
		}
		return lookup(name)
	}
}

// onfidoTimeout is how long a request to Onfido may take.
const onfidoTimeout = 30 * time.Second

// usable checks the settings that only their rooms understand, all of them.
func usable(c *config.Config) error {
	_, err := openAccount(c, account{})
	var keys error
	if c.Key != "" {
		keys = seal.CheckKeys(c.Key.Reveal())
	} else {
		keys = usableKeyFile(c)
	}
	if c.Wire.TLSCert != "" {
		if _, broken := wire.OpenCertificate(c.Wire.TLSCert, c.Wire.TLSKey, slog.New(slog.DiscardHandler), time.Now); broken != nil {
			keys = joined(keys, broken)
		}
	}
	_, policies := readPolicies(c.Retention)
	return joined(err, keys, policies, usableBlobs(c))
}
