package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// publish publishes everything that waits.
func (b *bed) publish(t *testing.T) {
	t.Helper()
	b.update(t, func(ctx context.Context, tx idv.Tx) error { _, err := tx.Publish(ctx, noon, 1000); return err })
}

// feed reads a page.
func (b *bed) feed(t *testing.T, tenant string, q idv.FeedQuery) (page []idv.Event) {
	t.Helper()
	b.view(t, func(ctx context.Context, r idv.Reader) (err error) {
		page, err = r.Feed(ctx, tenant, q)
		return err
	})
	return page
}

// TestReadersSeeEachEventOnce has many commit, of whom some roll back, two who
// publish, and readers who follow the feed meanwhile.
func TestReadersSeeEachEventOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		const committers, rounds = 6, 20
		var busy sync.WaitGroup
		var done atomic.Bool
		for range committers {
			d := b.dossier(t, "")
			busy.Go(func() { b.commit(t, d, rounds) })
		}
		var others sync.WaitGroup
		for range 2 {
			others.Go(func() {
				for last := false; !last; {
					last = done.Load()
					err := b.Update(t.Context(), func(tx idv.Tx) error { _, err := tx.Publish(t.Context(), noon, 7); return err })
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		seen := make([][]idv.Event, 3)
		for i := range seen {
			others.Go(func() { seen[i] = b.followFeed(t, &done) })
		}
		busy.Wait()
		done.Store(true)
		others.Wait()
		b.publish(t)
		for i := range seen {
			end := int64(0)
			if n := len(seen[i]); n > 0 {
				end = seen[i][n-1].Position
			}
			wantEachOnce(t, append(seen[i], b.feed(t, "default", idv.FeedQuery{After: end, Limit: 200})...), committers*rounds*3/4)
		}
	})
}

// commit makes processes, every fourth of which is rolled back.
func (b *bed) commit(t *testing.T, d *idv.Dossier, rounds int) {
	t.Helper()
	for i := range rounds {
		err := b.Update(t.Context(), func(tx idv.Tx) error {
			p := b.newProcess(d)
			if err := tx.CreateProcess(t.Context(), p, idv.Effects{Event: p.Created()}); err != nil {
				return err
			}
			if i%4 == 0 {
				return errAbort
			}
			return nil
		})
		if err != nil && !errors.Is(err, errAbort) {
			t.Error(err)
		}
	}
}

// followFeed reads page after page until nobody commits any more.
func (b *bed) followFeed(t *testing.T, done *atomic.Bool) (seen []idv.Event) {
	t.Helper()
	after := int64(0)
	for last := false; !last; {
		last = done.Load()
		err := b.View(t.Context(), func(r idv.Reader) error {
			page, err := r.Feed(t.Context(), "default", idv.FeedQuery{After: after, Limit: 5})
			if n := len(page); n > 0 {
				seen, after = append(seen, page...), page[n-1].Position
			}
			return err
		})
		if err != nil {
			t.Error(err)
			return seen
		}
	}
	return seen
}

func wantEachOnce(t *testing.T, seen []idv.Event, want int) {
	t.Helper()
	if len(seen) != want {
		t.Errorf("%d events were seen, want %d", len(seen), want)
	}
	sequences := map[string]int64{}
	for i, e := range seen {
		if e.Position != int64(i+1) {
			t.Fatalf("event %d has the position %d", i+1, e.Position)
		}
		if e.Sequence != sequences[e.DossierID]+1 {
			t.Fatalf("sequence %d of a dossier comes after %d", e.Sequence, sequences[e.DossierID])
		}
		sequences[e.DossierID] = e.Sequence
	}
}

func TestFeedSelects(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d, other := b.dossier(t, "customer 7"), b.dossier(t, "")
		p := b.process(t, d)
		b.process(t, other)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Begin(noon.Add(time.Hour), noon.Add(2*time.Hour))})
		})
		if page := b.feed(t, "default", idv.FeedQuery{Limit: 10}); len(page) != 0 {
			t.Errorf("%d events are there before they are published", len(page))
		}
		b.publish(t)
		later := noon.Add(time.Minute)
		for name, c := range map[string]struct {
			tenant string
			q      idv.FeedQuery
			want   int
		}{
			"all":           {"default", idv.FeedQuery{}, 3},
			"a dossier":     {"default", idv.FeedQuery{Dossier: d.ID}, 2},
			"names":         {"default", idv.FeedQuery{Names: []idv.EventName{idv.EventProcessCreated, idv.EventDossierDeleted}}, 2},
			"since":         {"default", idv.FeedQuery{Since: later}, 1},
			"until":         {"default", idv.FeedQuery{Until: later}, 2},
			"all at once":   {"default", idv.FeedQuery{Dossier: d.ID, Names: []idv.EventName{idv.EventProcessCreated}, Until: later, Since: noon}, 1},
			"after":         {"default", idv.FeedQuery{After: 2}, 1},
			"other tenant":  {"other", idv.FeedQuery{}, 0},
			"other dossier": {"other", idv.FeedQuery{Dossier: d.ID}, 0},
			"odd dossier":   {"default", idv.FeedQuery{Dossier: "\x00"}, 0},
		} {
			c.q.Limit = 10
			if got := b.feed(t, c.tenant, c.q); len(got) != c.want {
				t.Errorf("%s: %d events, want %d", name, len(got), c.want)
			}
		}
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			for tenant, want := range map[string]int64{"default": 3, "other": 0} {
				if end, err := r.FeedEnd(ctx, tenant); end != want || err != nil {
					t.Errorf("the feed of %s ends at %d, %v", tenant, end, err)
				}
			}
			return nil
		})
	})
}

// TestReferenceGoesWithItsDossier: the customer's own word is in the events of
// a dossier as long as the dossier exists.
func TestReferenceGoesWithItsDossier(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "customer 7")
		b.process(t, d)
		b.publish(t)
		if e := b.feed(t, "default", idv.FeedQuery{Limit: 1})[0]; e.ExternalReference != "customer 7" {
			t.Errorf("the reference is %q", e.ExternalReference.Reveal())
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon)})
		})
		b.publish(t)
		page := b.feed(t, "default", idv.FeedQuery{Limit: 9})
		if len(page) != 2 {
			t.Fatalf("%d events, want 2", len(page))
		}
		for _, e := range page {
			if e.ExternalReference != "" {
				t.Errorf("%s still tells the reference", e.Name)
			}
		}
	})
}

// TestBellsRingAfterTheCommit: whoever listened before sees what was committed.
func TestBellsRingAfterTheCommit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		due, published := b.Due(), b.Published()
		b.process(t, d)
		<-due
		select {
		case <-published:
			t.Error("published before anybody did")
		default:
		}
		b.publish(t)
		<-published
		due = b.Due()
		_ = b.Update(t.Context(), func(tx idv.Tx) error {
			p := b.newProcess(d)
			return errors.Join(tx.CreateProcess(t.Context(), p, idv.Effects{Event: p.Created()}), errAbort)
		})
		select {
		case <-due:
			t.Error("what was rolled back rang")
		default:
		}
	})
}
