package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

func Example() {
	if err := run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [redacted] Zoë
	// not_found: there is no such dossier
}

// run stores a dossier in a new SQLite file and reads it as two tenants.
func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sealer, err := seal.CreateKeyFile(filepath.Join(dir, "keys.json"))
	if err != nil {
		return err
	}
	newID := func() string { return "7f0c2a9e-0000-4000-8000-000000000001" }
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "dossier.db"), store.Options{Sealer: sealer, NewID: newID})
	if err != nil {
		return err
	}
	defer db.Close()

	d := &idv.Dossier{ID: newID(), TenantID: store.DefaultTenant, ExternalReference: "Zoë", CreatedAt: time.Unix(1, 0)}
	if err := db.Update(ctx, func(tx idv.Tx) error { return tx.CreateDossier(ctx, d) }); err != nil {
		return err
	}
	return db.View(ctx, func(r idv.Reader) error {
		found, err := r.Dossier(ctx, store.DefaultTenant, d.ID)
		if err != nil {
			return err
		}
		fmt.Println(found.ExternalReference, found.ExternalReference.Reveal())
		_, err = r.Dossier(ctx, "another", d.ID)
		return err
	})
}
