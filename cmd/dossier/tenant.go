package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/internal/store"
)

type tenantCommand struct {
	Create tenantCreate `cmd:"" help:"Make a tenant."`
	List   tenantList   `cmd:"" help:"List the tenants."`
}

type tenantCreate struct {
	opened
	ID   string `arg:"" help:"A short word: letters, digits and dashes."`
	Name string `help:"A name for people." required:"" placeholder:"NAME"`
}

// tenantID is a word that can stand in a command and in a path.
var tenantID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Run makes a tenant.
func (c tenantCreate) Run(w world) error {
	if !tenantID.MatchString(c.ID) {
		return errors.New("the id of a tenant must be 1 to 63 small letters, digits and dashes")
	}
	if !forPeople(c.Name) {
		return errors.New("--name must be a name for people")
	}
	return c.with(w, func(b *base) error {
		tenants, err := b.db.ListTenants(w.ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(tenants, func(t store.Tenant) bool { return t.ID == c.ID }) {
			return fmt.Errorf("there is a tenant %s already", c.ID)
		}
		if err := b.db.CreateTenant(w.ctx, c.ID, c.Name, time.Now()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(w.out, "created %s; `dossier client create --tenant %s` makes a client of it\n", c.ID, c.ID)
		return err
	})
}

type tenantList struct{ opened }

// Run lists the tenants.
func (c tenantList) Run(w world) error {
	return c.with(w, func(b *base) error {
		tenants, err := b.db.ListTenants(w.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tCREATED")
		for _, t := range tenants {
			fmt.Fprintf(table, "%s\t%s\t%s\n", t.ID, t.Name, shown(t.CreatedAt))
		}
		return table.Flush()
	})
}
