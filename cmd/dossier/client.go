package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/store"
)

type clientCommand struct {
	Create clientCreate `cmd:"" help:"Make a client and show its secret, once."`
	List   clientList   `cmd:"" help:"List the clients."`
	Revoke clientRevoke `cmd:"" help:"End a client and its tokens."`
}

// administered is what the commands that work on a server's database share.
type administered struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	Tenant string `help:"Whose clients." default:"${tenant}"`
}

// with opens the database beside a server that may be running, for as long as
// do takes.
func (a administered) with(w world, do func(*base) error) (err error) {
	return beside(w, a.Config, do)
}

// beside opens the database of a configuration.
func beside(w world, file string, do func(*base) error) (err error) {
	cfg, err := config.LoadOffline(file, w.lookup)
	if err != nil {
		return err
	}
	b, err := openBase(w.ctx, cfg, store.Options{Beside: true})
	if err != nil {
		return err
	}
	defer func() { err = joined(err, b.db.Close()) }()
	return do(b)
}

type clientCreate struct {
	administered
	Name string `help:"A name for people." required:"" placeholder:"NAME"`
}

// Run makes a client.
func (c clientCreate) Run(w world) error {
	if strings.TrimSpace(c.Name) == "" || strings.ContainsFunc(c.Name, unicode.IsControl) {
		return errors.New("--name must be a name for people")
	}
	return c.with(w, func(b *base) error {
		made, err := b.auth.CreateClient(w.ctx, c.Tenant, c.Name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w.out, "DOSSIER_CLIENT_ID=%s\nDOSSIER_CLIENT_SECRET=%s\n", made.ID, made.Secret)
		fmt.Fprintln(w.err, "The secret is stored as a hash only: keep it now.")
		return err
	})
}

type clientList struct{ administered }

// Run lists the clients.
func (c clientList) Run(w world) error {
	return c.with(w, func(b *base) error {
		clients, err := b.db.ListClients(w.ctx, c.Tenant)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tCREATED\tREVOKED")
		for _, k := range clients {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", k.ID, k.Name, shown(k.CreatedAt), shown(k.RevokedAt))
		}
		return table.Flush()
	})
}

type clientRevoke struct {
	administered
	ID string `arg:"" help:"The client's id."`
}

// Run revokes a client.
func (c clientRevoke) Run(w world) error {
	return c.with(w, func(b *base) error {
		if err := b.auth.Rows.RevokeClient(w.ctx, c.Tenant, c.ID, time.Now()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w.out, "revoked", c.ID)
		return err
	})
}

func shown(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// vars are the words that help texts take from the code.
func vars() map[string]string {
	return map[string]string{"tenant": store.DefaultTenant, "specimens": specimenTypes()}
}
