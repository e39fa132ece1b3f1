package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/httpapi"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido"
)

type onfidoCommand struct {
	Webhook onfidoWebhook `cmd:"" help:"The webhook by which Onfido tells a server of finished checks."`
}

type onfidoWebhook struct {
	Ensure webhookEnsure `cmd:"" help:"Register it if it is missing, and mend it if it hears too little."`
	Rotate webhookRotate `cmd:"" help:"Register it anew under another key; a running server learns the key within half a minute."`
}

// configured is what the commands about the account at Onfido share.
type configured struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// with gives do the connector and the address of the webhook.
func (c configured) with(w world, do func(context.Context, *onfido.Connector, string) error) error {
	cfg, err := config.Load(c.Config, w.lookup)
	if err != nil {
		return err
	}
	if cfg.PublicURL == "" {
		return errors.New("DOSSIER_PUBLIC_URL is required: it is where Onfido's webhooks arrive")
	}
	connector, err := newConnector(cfg, account{})
	if err != nil {
		return err
	}
	return do(w.ctx, connector, cfg.PublicURL+httpapi.CallbackPath)
}

// record tells the trail of the installation what was done to the webhook.
func (c configured) record(w world, a idv.Action) error {
	err := beside(w, c.Config, func(b *base) error {
		return b.db.Note(w.ctx, idv.Record{At: time.Now(), Action: a, Subject: idv.ProviderOnfido})
	})
	if err != nil {
		return fmt.Errorf("it is done at Onfido, but not recorded: %w", err)
	}
	return nil
}

type webhookEnsure struct{ configured }

// Run sees to it that the webhook is there.
func (c webhookEnsure) Run(w world) error {
	return c.with(w, func(ctx context.Context, connector *onfido.Connector, url string) error {
		if err := connector.EnsureWebhook(ctx, url); err != nil {
			return err
		}
		if err := c.record(w, idv.ActionCallbackEnsured); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "registered:", url)
		return err
	})
}

type webhookRotate struct{ configured }

// Run gives the webhook another key.
func (c webhookRotate) Run(w world) error {
	return c.with(w, func(ctx context.Context, connector *onfido.Connector, url string) error {
		if err := connector.RotateWebhook(ctx, url); err != nil {
			return err
		}
		if err := c.record(w, idv.ActionCallbackRotated); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "registered under another key:", url)
		return err
	})
}
