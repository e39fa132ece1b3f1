package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/client"
)

type subscriptionCommand struct {
	Create       subscriptionCreate     `cmd:"" help:"Subscribe an endpoint to events and show its secret, once."`
	List         subscriptionList       `cmd:"" help:"List the subscriptions."`
	Get          subscriptionGet        `cmd:"" help:"Show a subscription."`
	Change       subscriptionChange     `cmd:"" help:"Change its address or its events."`
	Delete       subscriptionDelete     `cmd:"" help:"Delete it."`
	Pause        subscriptionPause      `cmd:"" help:"Let its events wait."`
	Resume       subscriptionResume     `cmd:"" help:"Let its events flow, also after it was disabled."`
	RotateSecret subscriptionRotate     `cmd:"" help:"Make another secret; the one before signs beside it for 24 hours."`
	Test         subscriptionTest       `cmd:"" help:"Send it an event subscription.test."`
	Deliveries   subscriptionDeliveries `cmd:"" help:"List what was sent, with answers and next tries."`
	Callbacks    callbackList           `cmd:"" help:"List the calls of notificationUrls of processes, which have no subscription."`
	Replay       subscriptionReplay     `cmd:"" help:"Send events once more: one, or those of a range of time."`
}

// onServer calls do with a client of the server.
func (c connection) onServer(w world, do func(context.Context, *client.Client) error) error {
	api, err := c.connect()
	if err != nil {
		return err
	}
	return do(w.ctx, api)
}

// subscribed is what the commands about one subscription share.
type subscribed struct {
	connection
	ID string `arg:"" help:"The subscription's id."`
}

type subscriptionCreate struct {
	connection
	To    string   `help:"Where events are sent." required:"" placeholder:"URL"`
	Event []string `help:"Name of an event; may be repeated." default:"process.complete" placeholder:"NAME"`
}

// Run subscribes.
func (c subscriptionCreate) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		s, err := api.Subscribe(ctx, c.To, c.Event)
		if err != nil {
			return err
		}
		return showSecret(w, s)
	})
}

// showSecret prints what was just made.
func showSecret(w world, s *client.Subscription) error {
	_, err := fmt.Fprintf(w.out, "DOSSIER_SUBSCRIPTION_ID=%s\nDOSSIER_WEBHOOK_SECRET=%s\n", s.SubscriptionID, s.Secret)
	fmt.Fprintln(w.err, "The secret is not shown again: keep it now.")
	return err
}

type subscriptionList struct{ connection }

// Run lists the subscriptions.
func (c subscriptionList) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		all, err := api.Subscriptions(ctx)
		if err != nil {
			return err
		}
		return showSubscriptions(w, all...)
	})
}

func showSubscriptions(w world, all ...client.Subscription) error {
	table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTATE\tEVENTS\tURL")
	for _, s := range all {
		state := s.State
		if s.Reason != "" {
			state += " (" + s.Reason + ")"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.SubscriptionID, state, strings.Join(s.Events, ","), s.URL)
	}
	return table.Flush()
}

type subscriptionGet struct{ subscribed }

// Run shows a subscription.
func (c subscriptionGet) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		s, err := api.GetSubscription(ctx, c.ID)
		if err != nil {
			return err
		}
		return showSubscriptions(w, *s)
	})
}

type subscriptionChange struct {
	subscribed
	To    string   `help:"Where events are sent (where they were)." placeholder:"URL"`
	Event []string `help:"Name of an event, in place of all before; may be repeated." placeholder:"NAME"`
}

// Run changes what is given and keeps the rest.
func (c subscriptionChange) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		s, err := api.GetSubscription(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(c.Event) == 0 {
			c.Event = s.Events
		}
		if s, err = api.SetSubscription(ctx, c.ID, cmp.Or(c.To, s.URL), c.Event); err != nil {
			return err
		}
		return showSubscriptions(w, *s)
	})
}

type subscriptionDelete struct{ subscribed }

// Run deletes a subscription.
func (c subscriptionDelete) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		if err := api.Unsubscribe(ctx, c.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "deleted", c.ID)
		return err
	})
}

type subscriptionPause struct{ subscribed }

// Run pauses a subscription.
func (c subscriptionPause) Run(w world) error { return c.steer(w, (*client.Client).PauseSubscription) }

type subscriptionResume struct{ subscribed }

// Run resumes a subscription.
func (c subscriptionResume) Run(w world) error {
	return c.steer(w, (*client.Client).ResumeSubscription)
}

func (c subscribed) steer(w world, do func(*client.Client, context.Context, string) (*client.Subscription, error)) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		s, err := do(api, ctx, c.ID)
		if err != nil {
			return err
		}
		return showSubscriptions(w, *s)
	})
}

type subscriptionRotate struct{ subscribed }

// Run gives a subscription another secret.
func (c subscriptionRotate) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		s, err := api.RotateSecret(ctx, c.ID)
		if err != nil {
			return err
		}
		return showSecret(w, s)
	})
}

type subscriptionTest struct{ subscribed }

// Run sends a test event.
func (c subscriptionTest) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		if err := api.SendTest(ctx, c.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "on its way; see `dossier subscription deliveries", c.ID+"`")
		return err
	})
}

type subscriptionDeliveries struct {
	subscribed
	deliveryFilter
}

// deliveryFilter says which deliveries are listed.
type deliveryFilter struct {
	Status string `help:"Only pending, delivered, failed or expired ones." placeholder:"WORD"`
	Limit  int    `help:"At most so many, the newest first." default:"200"`
}

// Run lists deliveries.
func (c subscriptionDeliveries) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		return c.show(w, api.Deliveries(ctx, c.ID, c.Status), "EVENT\tNAME", func(e client.Event) string { return e.ID + "\t" + e.EventName })
	})
}

type callbackList struct {
	connection
	deliveryFilter
	Dossier string `help:"Only those for processes of this dossier." placeholder:"ID"`
}

// Run lists the calls of notificationUrls.
func (c callbackList) Run(w world) error {
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		return c.show(w, api.Callbacks(ctx, c.Dossier, c.Status), "DOSSIER\tPROCESS", func(e client.Event) string {
			return e.EventData.DossierID + "\t" + e.EventData.ProcessID
		})
	})
}

// show prints a table whose first columns say what was delivered.
func (f deliveryFilter) show(w world, deliveries iter.Seq2[*client.Delivery, error], columns string, what func(client.Event) string) error {
	table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, columns+"\tDELIVERY\tANSWERS\tNEXT TRY")
	rows := 0
	for d, err := range deliveries {
		if err != nil {
			return err
		}
		if rows++; rows > f.Limit {
			break
		}
		next := "-"
		if d.NextTry != nil {
			next = shown(*d.NextTry)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", what(d.Event), d.Status, answers(*d), next)
	}
	return table.Flush()
}

// answers puts what came of each try on a line.
func answers(d client.Delivery) string {
	words := make([]string, len(d.Attempts))
	for i, a := range d.Attempts {
		words[i] = a.Problem
		if a.Status != 0 {
			words[i] = fmt.Sprint(a.Status)
		}
	}
	return cmp.Or(strings.Join(words, " "), "-")
}

type subscriptionReplay struct {
	subscribed
	EventID string        `help:"The event to send once more." placeholder:"ID"`
	Last    time.Duration `help:"Instead: the events of this long until now." placeholder:"TIME"`
	Failed  bool          `help:"Of those only the ones that were not taken."`
}

// Run replays.
func (c subscriptionReplay) Run(w world) error {
	if (c.EventID == "") == (c.Last == 0) {
		return fmt.Errorf("give either --event-id or --last")
	}
	return c.onServer(w, func(ctx context.Context, api *client.Client) error {
		n, err := api.Replay(ctx, c.ID, client.Replay{Event: c.EventID, Since: time.Now().Add(-c.Last), Failed: c.Failed})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w.out, "%d events are sent once more\n", n)
		return err
	})
}
