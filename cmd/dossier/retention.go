package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

type retentionCommand struct {
	Plan    retentionPlan    `cmd:"" help:"Show what the policies would delete, now or on a day to come, and delete nothing."`
	Hold    retentionHold    `cmd:"" help:"Put a dossier under a legal hold: nothing of it is deleted until it is released."`
	Release retentionRelease `cmd:"" help:"End a legal hold."`
	Resume  retentionResume  `cmd:"" help:"Say that the clock is right although it leapt ahead, so that it is deleted again what has had its time."`
}

// readPolicies reads the policy file; without one everything is kept.
func readPolicies(file string) (service.Policies, error) {
	if file == "" {
		return service.Policies{}, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return service.Policies{}, fmt.Errorf("DOSSIER_RETENTION: %w", err)
	}
	p, err := service.ParsePolicies(text)
	if err != nil {
		return p, fmt.Errorf("DOSSIER_RETENTION: %w", err)
	}
	return p, nil
}

// keeper gives the use cases that need the database alone.
func keeper(b *base, p service.Policies) *service.Service {
	return service.New(service.Config{Store: b.db, Policies: p, Now: b.db.Now, NewID: newID})
}

type retentionPlan struct {
	Config string    `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	At     time.Time `help:"On which day (today)." format:"2006-01-02" placeholder:"YYYY-MM-DD"`
	Limit  int       `help:"How many lines of each kind and tenant." default:"100"`
}

// Run shows the plan.
func (c retentionPlan) Run(w world) error {
	if c.Limit < 1 || c.Limit > 10_000 {
		return errors.New("--limit must be from 1 to 10000")
	}
	cfg, err := config.LoadOffline(c.Config, w.lookup)
	if err != nil {
		return err
	}
	if cfg.Retention == "" {
		return errors.New("there is no policy: DOSSIER_RETENTION names the file, and without one everything is kept")
	}
	policies, err := readPolicies(cfg.Retention)
	if err != nil {
		return err
	}
	at := c.At
	if at.IsZero() {
		at = time.Now()
	}
	return beside(w, c.Config, func(b *base) error {
		plan, err := keeper(b, policies).Plan(w.ctx, at, c.Limit)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "TENANT\tPERIOD\tGOES\tDOSSIER\tPROCESS\tSINCE")
		for _, d := range plan {
			fmt.Fprintf(table, "%s\t%s\t%d %s\t%s\t%s\t%s\n", d.Tenant, d.Aging, d.Count, d.What, orDash(d.Key.Dossier), orDash(d.Key.Process), shown(d.Since))
		}
		fmt.Fprintf(w.err, "%d lines; nothing was deleted.\n", len(plan))
		if err := warnOfClock(w, keeper(b, policies)); err != nil {
			return err
		}
		return table.Flush()
	})
}

// warnOfClock says that nothing is deleted while the clock is doubted.
func warnOfClock(w world, use *service.Service) error {
	clock, err := use.Clock(w.ctx)
	if err == nil && clock.Doubts() {
		fmt.Fprintf(w.err, "The clock leapt from %s to %s: nothing is deleted before a server has run for %s more.\nIf it is right: dossier retention resume\n",
			shown(clock.Trusted), shown(clock.Doubted), clock.Left().Round(time.Minute))
	}
	return err
}

type retentionResume struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// Run ends the doubt about the clock.
func (c retentionResume) Run(w world) error {
	return beside(w, c.Config, func(b *base) error {
		before, err := keeper(b, service.Policies{}).TrustClock(w.ctx)
		if err != nil {
			return err
		}
		if !before.Doubts() {
			_, err = fmt.Fprintln(w.out, "the clock was not doubted")
			return err
		}
		_, err = fmt.Fprintf(w.out, "the clock is trusted; it had leapt from %s to %s\n", shown(before.Trusted), shown(before.Doubted))
		return err
	})
}

// heldDossier is what the commands about a hold share.
type heldDossier struct {
	administered
	ID     string `arg:"" help:"The dossier's id."`
	Reason string `help:"Why, for the audit trail; sealed with the dossier." placeholder:"TEXT"`
}

type retentionHold struct{ heldDossier }

// Run begins a hold.
func (c retentionHold) Run(w world) error {
	if strings.TrimSpace(c.Reason) == "" {
		return errors.New("--reason is required: somebody will ask")
	}
	return c.with(w, func(b *base) error {
		if err := keeper(b, service.Policies{}).Hold(w.ctx, c.Tenant, c.ID, idv.Personal(c.Reason)); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "held:", c.ID)
		return err
	})
}

type retentionRelease struct{ heldDossier }

// Run ends a hold.
func (c retentionRelease) Run(w world) error {
	return c.with(w, func(b *base) error {
		if err := keeper(b, service.Policies{}).Release(w.ctx, c.Tenant, c.ID, idv.Personal(c.Reason)); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "released:", c.ID)
		return err
	})
}

type erasureCommand struct {
	Receipt erasureReceipt `cmd:"" help:"Print what became of the deletion of a dossier, signed."`
}

type erasureReceipt struct {
	administered
	ID     string `arg:"" help:"The dossier's id."`
	Signed bool   `help:"Print the signature (JWS) in place of what it says."`
}

// receiptType is the type of what is signed.
const receiptType = "dossier-erasure-receipt"

// receipt is the JSON of a receipt. It holds no personal data.
type receipt struct {
	Tenant    string         `json:"tenantId"`
	Dossier   string         `json:"dossierId"`
	DeletedAt time.Time      `json:"deletedAt"`
	DeletedBy string         `json:"deletedBy"`
	Contents  map[string]int `json:"unreadable"`
	Parts     []receiptPart  `json:"parts"`
	Complete  bool           `json:"complete"`
	IssuedAt  time.Time      `json:"issuedAt"`
}

type receiptPart struct {
	What string `json:"what"`
	// Outcome is "done" or "pending".
	Outcome string     `json:"outcome"`
	At      *time.Time `json:"at,omitempty"`
}

// Run prints the receipt as it stands now.
func (c erasureReceipt) Run(w world) error {
	return c.with(w, func(b *base) error {
		e, err := keeper(b, service.Policies{}).Erasure(w.ctx, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		text, err := json.MarshalIndent(receiptOf(e, time.Now()), "", "  ")
		if err != nil {
			return err
		}
		if c.Signed {
			ring, err := signers(w.ctx, b.db)
			if err != nil {
				return err
			}
			text = ring.At(time.Now()).Sign(receiptType, text)
		}
		_, err = fmt.Fprintln(w.out, string(text))
		return err
	})
}

func receiptOf(e *idv.Erasure, now time.Time) receipt {
	r := receipt{
		Tenant: e.Tenant, Dossier: e.Dossier, DeletedAt: e.At, DeletedBy: string(e.Actor.Kind) + " " + e.Actor.ID,
		Contents: e.Contents, Complete: e.Complete(), IssuedAt: now.UTC().Truncate(time.Second),
	}
	for _, p := range e.Parts {
		part := receiptPart{What: p.Name, Outcome: "pending"}
		if !p.Done.IsZero() {
			part.Outcome, part.At = "done", &p.Done
		}
		r.Parts = append(r.Parts, part)
	}
	return r
}
