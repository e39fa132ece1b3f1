package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/store"
)

type clientCommand struct {
	Create clientCreate `cmd:"" help:"Make a client and show its secret, once."`
	List   clientList   `cmd:"" help:"List the clients."`
	Rotate clientRotate `cmd:"" help:"Give a client another secret; the one before stays good for a while."`
	Revoke clientRevoke `cmd:"" help:"End a client and its tokens."`
}

// opened is what the commands that work on a server's database share.
type opened struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// administered is a command about one tenant.
type administered struct {
	opened
	Tenant string `help:"Whose clients." default:"${tenant}"`
}

// with opens the database beside a server that may be running, for as long as
// do takes.
func (a opened) with(w world, do func(*base) error) (err error) {
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
	Name  string   `help:"A name for people." required:"" placeholder:"NAME"`
	Scope []string `help:"What the client may do, once for each: ${scopes}. Without it everything." enum:"${scopes}" placeholder:"SCOPE"`
}

// Help explains the scopes.
func (clientCreate) Help() string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range auth.Scopes() {
		fmt.Fprintf(table, "  %s\t%s\n", s, auth.ScopeMeaning(s))
	}
	_ = table.Flush()
	return "Scopes:\n\n" + b.String()
}

// Run makes a client.
func (c clientCreate) Run(w world) error {
	if !forPeople(c.Name) {
		return errors.New("--name must be a name for people")
	}
	return c.with(w, func(b *base) error {
		made, err := b.auth.CreateClient(w.ctx, c.Tenant, c.Name, c.Scope...)
		if err != nil {
			return err
		}
		return showCredentials(w, made)
	})
}

// showCredentials prints a secret, this once.
func showCredentials(w world, made auth.Credentials) error {
	_, err := fmt.Fprintf(w.out, "DOSSIER_CLIENT_ID=%s\nDOSSIER_CLIENT_SECRET=%s\n", made.ID, made.Secret)
	fmt.Fprintln(w.err, "The secret is stored as a hash only: keep it now.")
	return err
}

type clientRotate struct {
	administered
	ID      string        `arg:"" help:"The client's id."`
	Overlap time.Duration `help:"How long the secret before stays good. 0 ends it at once, and the client's tokens with it." default:"24h"`
}

// Run rotates the secret of a client.
func (c clientRotate) Run(w world) error {
	const longest = 90 * 24 * time.Hour
	if c.Overlap < 0 || c.Overlap > longest {
		return fmt.Errorf("--overlap must be between 0 and %v", longest)
	}
	return c.with(w, func(b *base) error {
		made, err := b.auth.RotateSecret(w.ctx, c.Tenant, c.ID, c.Overlap)
		if err != nil {
			return err
		}
		return showCredentials(w, made)
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
		fmt.Fprintln(table, "ID\tNAME\tSCOPES\tCREATED\tREVOKED\tOLD SECRET UNTIL")
		for _, k := range clients {
			old := k.PreviousUntil
			if !time.Now().Before(old) {
				old = time.Time{}
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, strings.Join(k.Scopes, ","), shown(k.CreatedAt), shown(k.RevokedAt), shown(old))
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

// forPeople says whether a name can be read by people.
func forPeople(name string) bool {
	return strings.TrimSpace(name) != "" && !strings.ContainsFunc(name, unicode.IsControl)
}

func shown(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// vars are the words that help texts take from the code.
func vars() map[string]string {
	return map[string]string{"tenant": store.DefaultTenant, "specimens": specimenTypes(), "scopes": strings.Join(auth.Scopes(), ",")}
}
