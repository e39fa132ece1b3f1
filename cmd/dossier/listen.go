package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/webhook"
)

type listenCommand struct {
	connection
	Forward string   `help:"POST each event to this address, signed." placeholder:"URL"`
	Secret  string   `help:"Secret to sign with, whsec_… (a new one, which is shown)." env:"DOSSIER_WEBHOOK_SECRET" placeholder:"SECRET"`
	Event   []string `help:"Only events of this name; may be repeated." placeholder:"NAME"`
	Cursor  string   `help:"Where to begin; empty is the oldest event there is." default:"latest"`
	JSON    bool     `help:"Print the events as JSON, one on a line." name:"json"`
}

// Help says how it differs from a subscription.
func (listenCommand) Help() string {
	return "Follows the feed of a server and prints what happens. With --forward each event is sent as a subscription would send it, once: " +
		"for an endpoint under development that the server could not reach."
}

// Run follows until it is told to stop.
func (c listenCommand) Run(w world) error {
	api, err := c.connect()
	if err != nil {
		return err
	}
	secret := idv.Personal(c.Secret)
	if c.Forward != "" && secret == "" {
		if secret, err = webhook.NewSecret(rand.Reader); err != nil {
			return err
		}
		fmt.Fprintf(w.err, "secret: %s\n", secret.Reveal())
	}
	fmt.Fprintln(w.err, "listening; Ctrl-C ends it")
	err = api.Follow(w.ctx, c.Cursor, c.Event, func(e client.Event) error { return c.tell(w, e, secret) })
	if w.ctx.Err() == nil {
		return err
	}
	return nil // It was told to stop.
}

// tell prints an event, and what the endpoint under development said to it.
func (c listenCommand) tell(w world, e client.Event, secret idv.Personal) error {
	said := ""
	if c.Forward != "" {
		said = "  -> " + c.forward(w.ctx, e, secret)
	}
	if c.JSON {
		_, err := fmt.Fprintf(w.out, "%s\n", e.Raw)
		return err
	}
	about := strings.Join(strings.Fields(e.EventData.Status+" "+e.EventData.DossierID+" "+e.EventData.ProcessID+" "+e.EventData.SubscriptionID), " ")
	_, err := fmt.Fprintf(w.out, "%s  %s  %s%s\n", e.Timestamp.Format("15:04:05.000"), e.EventName, about, said)
	return err
}

// forward sends an event and says how it went. The developer has chosen the
// address, so nothing guards it.
func (c listenCommand) forward(ctx context.Context, e client.Event, secret idv.Personal) string {
	direct := &http.Client{Timeout: webhook.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer := webhook.Post(ctx, direct, webhook.Message{
		URL: idv.Personal(c.Forward), ID: e.ID, Body: e.Raw, Secrets: []idv.Personal{secret},
	}, time.Now)
	if answer.Status != 0 {
		return fmt.Sprintf("%d in %v", answer.Status, answer.Took.Round(time.Millisecond))
	}
	return cmp.Or(answer.Problem, "no answer")
}
