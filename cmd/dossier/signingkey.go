package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/internal/store"

	"github.com/dossier-id/dossier/internal/signing"
)

// signersSetting is the name under which the keys lie sealed among the settings.
const signersSetting = "resultSigningKeys"

// signers gives the keys that sign full results. The first start makes one. They
// are read each time, so that all replicas have the same at once.
func signers(ctx context.Context, db *store.DB) (*signing.Ring, error) {
	text, err := db.EnsureSetting(ctx, signersSetting, db.Now(), func() ([]byte, error) {
		r, err := signing.NewRing(rand.Reader, db.Now())
		if err != nil {
			return nil, err
		}
		return r.Encode()
	})
	if err != nil {
		return nil, fmt.Errorf("open the signing keys: %w", err)
	}
	return signing.ParseRing(text)
}

type signingKeyCommand struct {
	List   signingKeyList   `cmd:"" help:"List the keys: the newest signs what is completed from its day on."`
	Rotate signingKeyRotate `cmd:"" help:"Make a new key. Older ones go on signing, and checking, what was completed in their time."`
	Revoke signingKeyRevoke `cmd:"" help:"Take a key away that leaked: what it signed is not proven any more."`
}

// keyed is what the commands about signing keys share.
type keyed struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// change replaces the keys by what do makes of them, unless somebody else did so
// meanwhile, and prints them.
func (k keyed) change(w world, do func(*signing.Ring) error) error {
	return beside(w, k.Config, func(b *base) error {
		if _, err := signers(w.ctx, b.db); err != nil { // makes the first one
			return err
		}
		err := b.db.ChangeSetting(w.ctx, signersSetting, time.Now(), func(text []byte) ([]byte, error) {
			r, err := signing.ParseRing(text)
			if err != nil {
				return nil, err
			}
			if err := do(r); err != nil {
				return nil, err
			}
			return r.Encode()
		})
		if err != nil {
			return err
		}
		return showSigners(w, b)
	})
}

func showSigners(w world, b *base) error {
	r, err := signers(w.ctx, b.db)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tSIGNS WHAT IS COMPLETED FROM")
	for _, k := range r.Keys() {
		fmt.Fprintf(table, "%s\t%s\n", k.Public().ID(), shown(k.Since))
	}
	return table.Flush()
}

type signingKeyList struct{ keyed }

// Run lists the keys.
func (c signingKeyList) Run(w world) error {
	return beside(w, c.Config, func(b *base) error { return showSigners(w, b) })
}

type signingKeyRotate struct{ keyed }

// Run makes a new key.
func (c signingKeyRotate) Run(w world) error {
	return c.change(w, func(r *signing.Ring) error {
		_, err := r.Rotate(rand.Reader, time.Now())
		return err
	})
}

type signingKeyRevoke struct {
	keyed
	ID string `arg:"" help:"The key's id, as a manifest's signature and the key set name it."`
}

// Run takes a key away.
func (c signingKeyRevoke) Run(w world) error {
	return c.change(w, func(r *signing.Ring) error { return r.Revoke(c.ID, rand.Reader, time.Now()) })
}
