package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// TestKeysAreRotatedUnderLoad rotates the key-encryption key again and again,
// rewraps, and drops the ones before, while others read and write through a
// sealer that is told nothing. No request fails.
func TestKeysAreRotatedUnderLoad(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		path := filepath.Join(t.TempDir(), "keys.json")
		server, err := seal.CreateKeyFile(path)
		must(t, err)
		operator, err := seal.OpenKeyFile(path)
		must(t, err)
		b.Sealer = server
		must(t, b.SaveSetting(t.Context(), "key check", nil)) // The bed's own was sealed by another.
		old := b.dossier(t, "Zoë")
		_, err = b.EnsureSetting(t.Context(), "a setting", noon, func() ([]byte, error) { return []byte("secret"), nil })
		must(t, err)
		must(t, b.Update(t.Context(), func(tx idv.Tx) error {
			return tx.PutSubscription(t.Context(), &idv.Subscription{ID: "s", TenantID: "default", URL: "https://example.com", State: idv.SubscriptionActive})
		}))

		stop := make(chan struct{})
		var load sync.WaitGroup
		var busy sync.RWMutex
		settle := func() { // Whoever began before has ended after.
			busy.Lock()
			defer busy.Unlock()
		}
		work := func() error {
			busy.RLock()
			defer busy.RUnlock()
			return b.work(t.Context(), old)
		}
		for range 3 {
			load.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := work(); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		var older []seal.KeyInfo
		for range 3 {
			before := operator.Keys()
			_, err := seal.KeyFile{Path: path}.Rotate()
			must(t, err)
			settle() // No request is older than a rotation.
			_, err = b.Rewrap(t.Context())
			must(t, err)
			counts, err := b.Wrapped(t.Context())
			must(t, err)
			for _, k := range older {
				if counts[k.ID] == 0 {
					must(t, seal.KeyFile{Path: path}.Drop(k.ID))
				}
			}
			older = before[len(before)-1:]
		}
		close(stop)
		load.Wait()
		_, err = b.Rewrap(t.Context())
		must(t, err)
		reopened, err := seal.OpenKeyFile(path)
		must(t, err)
		b.Sealer = reopened
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			d, err := r.Dossier(ctx, old.TenantID, old.ID)
			if err == nil && d.ExternalReference != "Zoë" {
				t.Errorf("the old dossier reads %q", d.ExternalReference.Reveal())
			}
			return err
		})
		if v, err := b.Setting(t.Context(), "a setting"); err != nil || string(v) != "secret" {
			t.Errorf("the setting reads %q, %v", v, err)
		}
	})
}

// work makes a dossier and reads it, an old one and a subscription.
func (b *bed) work(ctx context.Context, old *idv.Dossier) error {
	d := &idv.Dossier{ID: b.opts.NewID(), TenantID: "default", ExternalReference: "new", CreatedAt: noon}
	if err := b.Update(ctx, func(tx idv.Tx) error { return tx.CreateDossier(ctx, d) }); err != nil {
		return err
	}
	return b.View(ctx, func(r idv.Reader) error {
		_, err := r.Dossier(ctx, d.TenantID, d.ID)
		_, oldErr := r.Dossier(ctx, old.TenantID, old.ID)
		_, subscriptionErr := r.Subscription(ctx, "default", "s")
		return errors.Join(err, oldErr, subscriptionErr)
	})
}
