package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/envfile"
	"github.com/dossier-id/dossier/internal/obs"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/store"
)

type devCommand struct {
	Addr        string          `help:"Where the server listens; port 0 takes a free one." default:"127.0.0.1:8080"`
	SandboxAddr string          `help:"Where the sandbox listens; port 0 takes a free one." default:"127.0.0.1:0"`
	Data        string          `help:"Folder of database, images, keys and dev.env." default:".dossier"`
	Demo        bool            `help:"Also run one verification of specimen images and print its result."`
	Flaw        []specimen.Flaw `help:"With --demo: what is wrong with the passport, such as wrong-check-digit (see dossier specimen --help)." placeholder:"FLAW"`
	Complete    time.Duration   `help:"How long a check runs at the sandbox." default:"1s"`
	Programs    programs        `embed:""`
	LogLevel    string          `help:"debug, info, warn or error." default:"warn" enum:"debug,info,warn,error"`
}

// Run serves until it is told to stop.
func (c devCommand) Run(w world) (err error) {
	log, err := obs.Logger(w.err, "text", c.LogLevel)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	before, err := envfile.Read(c.envPath())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	box, err := startSandbox(w.ctx, c.SandboxAddr, sandbox.Options{
		Token: liveToken(before["SANDBOX_TOKEN"]), Live: true, CompleteAfter: c.Complete, Log: log,
		FaceCommand: c.Programs.FaceCmd, FaceThreshold: c.Programs.FaceThreshold, Tesseract: c.Programs.Print.Tesseract, Specimens: drawnSpecimens(),
	})
	if err != nil {
		return err
	}
	defer func() { err = joined(err, box.stop()) }()
	return c.serve(w, log, box, before)
}

// liveToken keeps the token of the last start if the sandbox looks at pictures with it.
func liveToken(last string) string {
	if strings.HasPrefix(last, "api_live") {
		return last
	}
	return ""
}

func (c devCommand) envPath() string { return filepath.Join(c.Data, "dev.env") }

func (c devCommand) serve(w world, log *slog.Logger, box *runningSandbox, before map[string]string) (err error) {
	l, err := listen(w.ctx, c.Addr)
	if err != nil {
		return err
	}
	url := "http://" + l.Addr().String()
	cfg, err := c.config(url, box)
	if err != nil {
		return joined(err, l.Close())
	}
	s, err := startServer(w.ctx, cfg, l, log)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, s.stop()) }()
	who, err := demoClient(w.ctx, s.auth, before)
	if err != nil {
		return err
	}
	pairs := append([]envfile.Pair{
		{Name: "DOSSIER_URL", Value: url},
		{Name: "DOSSIER_TOKEN_URL", Value: url + "/auth/open/connect/token"},
		{Name: "DOSSIER_CLIENT_ID", Value: who.ID},
		{Name: "DOSSIER_CLIENT_SECRET", Value: who.Secret},
	}, box.env()...)
	if err := envfile.Write(c.envPath(), pairs); err != nil {
		return fmt.Errorf("write dev.env: %w", err)
	}
	if c.Demo {
		demo := client.Config{URL: url, TokenURL: url + "/auth/open/connect/token", ID: who.ID, Secret: who.Secret}
		if err := runDemo(w, demo, c.Flaw); err != nil {
			return fmt.Errorf("the demo: %w", err)
		}
		if err := offerCapture(w, demo); err != nil {
			return fmt.Errorf("the demo: %w", err)
		}
	}
	link, err := devLink(w.ctx, s.base, url)
	if err != nil {
		return fmt.Errorf("make a link to the console: %w", err)
	}
	c.announce(w, url, link, box)
	return s.wait(w.ctx)
}

// announce says where everything is, and what to do next.
func (c devCommand) announce(w world, url, link string, box *runningSandbox) {
	fmt.Fprintf(w.out, `
Dossier is ready.
  server   %s
  sandbox  %s
  its page %s
  console  %s  (works once, for an hour)
  access   %s  (addresses, client id and secret)

  Next: set -a; . %s; set +a   and follow the curl walk of the README,
        or   dossier verify --env-file %s --front F --document-type passport
  Ctrl-C ends it; the data stays in %s.

`, url, box.url(), box.page(), link, c.envPath(), c.envPath(), c.envPath(), c.Data)
}

// config is that of a server beside its sandbox.
func (c devCommand) config(url string, box *runningSandbox) (*config.Config, error) {
	settings := map[string]string{
		"DOSSIER_ADDR": c.Addr, "DOSSIER_PUBLIC_URL": url, "DOSSIER_DATA": c.Data,
		"DOSSIER_ONFIDO_URL": box.url(), "DOSSIER_ONFIDO_TOKEN": box.Token(),
		// The sandbox has no limit of its own, and nobody waits for the network.
		"DOSSIER_ONFIDO_REQUESTS_PER_MINUTE": "60000", "DOSSIER_ONFIDO_SETTLE": "1s",
		// The sandbox takes films where Onfido's SDKs bring them.
		"DOSSIER_ONFIDO_SDK_UPLOADS": "on",
		// Nobody balances a load here.
		"DOSSIER_DRAIN": "0s",
		// Webhooks are tried out on the same machine.
		"DOSSIER_WEBHOOK_ALLOW": "127.0.0.0/8,::1,localhost",
	}
	return config.Load("", func(name string) (string, bool) {
		v, ok := settings[name]
		return v, ok
	})
}

// demoClient keeps the client of the last start if it still works, so that
// what was set up with it goes on working, and makes one otherwise.
func demoClient(ctx context.Context, who *auth.Authority, before map[string]string) (auth.Credentials, error) {
	last := auth.Credentials{ID: before["DOSSIER_CLIENT_ID"], Secret: before["DOSSIER_CLIENT_SECRET"]}
	if last.ID != "" {
		if _, err := who.Issue(ctx, last.ID, last.Secret, auth.ScopeAll); err == nil {
			return last, nil
		}
	}
	return who.CreateClient(ctx, store.DefaultTenant, "demo")
}
