package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
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
		b.forgetKeyCheck()
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
			for _, k := range older {
				must(t, b.DropKey(t.Context(), k.ID, func() error { return seal.KeyFile{Path: path}.Drop(k.ID) }))
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

// TestKeyIsNotDroppedBeforeATransaction: a transaction that has sealed by a key and is
// not over when the key is to be dropped is waited for, and what it stored keeps
// the key.
func TestKeyIsNotDroppedBeforeATransaction(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		path := filepath.Join(t.TempDir(), "keys.json")
		var err error
		b.Sealer, err = seal.CreateKeyFile(path)
		must(t, err)
		b.forgetKeyCheck()
		first := b.Sealer.Keys()[0].ID
		sealed, commit, over := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			over <- b.Update(t.Context(), func(tx idv.Tx) error {
				d := &idv.Dossier{ID: b.opts.NewID(), TenantID: "default", CreatedAt: noon}
				err := tx.CreateDossier(t.Context(), d)
				_, readErr := tx.Dossier(t.Context(), "default", d.ID) // what was written is on its way now
				close(sealed)
				<-commit
				return errors.Join(err, readErr)
			})
		}()
		<-sealed
		_, err = seal.KeyFile{Path: path}.Rotate()
		must(t, err)
		dropped := make(chan error, 1)
		go func() {
			dropped <- b.DropKey(t.Context(), first, func() error { return seal.KeyFile{Path: path}.Drop(first) })
		}()
		b.wantWaiting(dropped)
		close(commit)
		must(t, <-over)
		if err := <-dropped; idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("the key is dropped: %v", err)
		}
		_, err = b.Rewrap(t.Context())
		must(t, err)
		must(t, b.DropKey(t.Context(), first, func() error { return seal.KeyFile{Path: path}.Drop(first) }))
	})
}

// TestWhatWasSealedLongAgoIsNotStored: a transaction that stood still for longer than a
// key is kept stores nothing, and the next try does.
func TestWhatWasSealedLongAgoIsNotStored(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		now := noon
		b.Now = func() time.Time { return now }
		create := func(takes time.Duration) error {
			return b.Update(b.t.Context(), func(tx idv.Tx) error {
				err := tx.CreateDossier(b.t.Context(), &idv.Dossier{ID: b.opts.NewID(), TenantID: "default", CreatedAt: noon})
				now = now.Add(takes)
				return err
			})
		}
		if err := create(31 * time.Second); !store.Unavailable(err) {
			b.t.Errorf("after 31 seconds: %v", err)
		}
		must(b.t, create(29*time.Second))
	})
}

// forgetKeyCheck lets the bed have other keys than it was opened with.
func (b *bed) forgetKeyCheck() {
	b.t.Helper()
	_, err := b.Writer().ExecContext(b.t.Context(), `DELETE FROM settings WHERE name = 'key check'`)
	must(b.t, err)
}

// TestWhatHasItsOwnKeySurvivesADrop: after a rotation, and once the key before is gone,
// the database still opens with the key file, and so does the trace of a deleted process.
func TestWhatHasItsOwnKeySurvivesADrop(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		ctx := t.Context()
		path := filepath.Join(t.TempDir(), "keys.json")
		var err error
		b.opts.Sealer, err = seal.CreateKeyFile(path)
		must(t, err)
		b.forgetKeyCheck()
		b.reopen()
		must(t, b.Update(ctx, func(tx idv.Tx) error { return tx.KeepTrace(ctx, "p", idv.PersonalJSON(`"trace"`)) }))
		before := b.opts.Sealer.Keys()[0].ID
		_, err = seal.KeyFile{Path: path}.Rotate()
		must(t, err)
		drop := func() error {
			return b.DropKey(ctx, before, func() error { return seal.KeyFile{Path: path}.Drop(before) })
		}
		if err := drop(); idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("before anything is sealed anew: %v", err)
		}
		_, err = b.Rewrap(ctx)
		must(t, err)
		must(t, drop())
		b.opts.Sealer, err = seal.OpenKeyFile(path)
		must(t, err)
		b.reopen()
		must(t, b.View(ctx, func(r idv.Reader) error {
			trace, err := r.Trace(ctx, "p")
			if err == nil && string(trace) != `"trace"` {
				t.Errorf("the trace is %q", trace)
			}
			return err
		}))
	})
}

// reopen opens the database of the bed anew, with the options as they are now.
func (b *bed) reopen() {
	b.t.Helper()
	must(b.t, b.Close())
	b.DB = b.open(b.t)
}

// wantWaiting fails if there is an outcome although a transaction is under way. On
// PostgreSQL it waits until the database says that somebody waits for a lock.
func (b *bed) wantWaiting(outcome <-chan error) {
	b.t.Helper()
	for n := 0; b.Engine() == store.Postgres && n == 0; {
		must(b.t, b.Writer().QueryRowContext(b.t.Context(), `SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareLock'
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&n))
	}
	select {
	case err := <-outcome:
		b.t.Errorf("it did not wait: %v", err)
	default:
	}
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
