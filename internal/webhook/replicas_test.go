package webhook_test

import (
	"context"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
)

// TestTwoServersOnOneDatabase has two couriers work while events come from both:
// every event reaches every endpoint once, and the feed has them all, in the
// order of each dossier.
func TestTwoServersOnOneDatabase(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t, pgtest.New(t))
	const processes, endpoints = 60, 3
	for _, path := range []string{"/a", "/b", "/c"} {
		o.subscribe(path)
	}
	servers := []*store.DB{o.db, o.open()}
	for _, db := range servers {
		o.courier(db)
	}
	for i := range processes {
		o.fail(servers[i%2], "/callback")
	}
	times := map[arrival]int{}
	for _, c := range o.inbox.wait(t, processes*(2*endpoints+1)) { // two events each, and a callback
		times[c]++
	}
	for c, n := range times {
		if n != 1 && c.path != "/callback" { // whose calls have no id
			t.Errorf("%s got the event %s %d times", c.path, c.id, n)
		}
	}
	if n := times[arrival{path: "/callback"}]; n != processes {
		t.Errorf("%d callbacks, want %d", n, processes)
	}
	o.wantFeedInOrder(2 * processes)
	if log := o.log.text(); log != "" {
		t.Errorf("something went wrong on the way:\n%s", log)
	}
}

// wantFeedInOrder reads the whole feed.
func (o *postOffice) wantFeedInOrder(want int) {
	o.t.Helper()
	sequences, after := map[string]int64{}, int64(0)
	for page := o.feed(after); len(page) > 0; page = o.feed(after) {
		for _, e := range page {
			if e.Position != after+1 || e.Sequence != sequences[e.DossierID]+1 {
				o.t.Errorf("position %d follows %d, sequence %d follows %d", e.Position, after, e.Sequence, sequences[e.DossierID])
			}
			after, sequences[e.DossierID] = e.Position, e.Sequence
		}
	}
	if after != int64(want) {
		o.t.Errorf("the feed has %d events, want %d", after, want)
	}
}

func (o *postOffice) feed(after int64) (page []idv.Event) {
	o.t.Helper()
	check(o.t, o.db.View(o.t.Context(), func(r idv.Reader) (err error) {
		page, err = r.Feed(o.t.Context(), store.DefaultTenant, idv.FeedQuery{After: after, Limit: 200})
		return err
	}))
	return page
}

// TestADeadServersEventsAreTakenOver: one server has committed events, claimed
// deliveries, and died. The other publishes and delivers them, none of them with
// another id.
func TestADeadServersEventsAreTakenOver(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t, pgtest.New(t))
	s, dead := o.subscribe("/a"), o.open()
	o.fail(dead, "/callback")
	claimed := time.Now().Add(-time.Hour)
	o.update(dead, func(ctx context.Context, tx idv.Tx) error {
		_, err := tx.Publish(ctx, claimed, 1)
		check(t, err)
		got, err := tx.ClaimDeliveries(ctx, []idv.Places{{Lane: s.ID, Count: 1}}, claimed, claimed.Add(webhook.Timeout))
		if len(got) != 1 {
			t.Errorf("%d deliveries are claimed, want 1", len(got))
		}
		return err
	})
	o.courier(o.db)
	ids := map[string]bool{}
	for _, c := range o.inbox.wait(t, 3) {
		ids[c.path+c.id] = true
	}
	if len(ids) != 3 {
		t.Errorf("arrived %v, want two events and a callback", ids)
	}
	o.wantFeedInOrder(2)
}
