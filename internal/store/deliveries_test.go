package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// subscription stores one of the default tenant.
func (b *bed) subscription(t *testing.T, events ...idv.EventName) *idv.Subscription {
	t.Helper()
	s := &idv.Subscription{
		ID: b.opts.NewID(), TenantID: "default", URL: "https://example.com/hook?key=k", Events: events, Secret: "whsec_bmV3", OldSecret: "whsec_b2xk",
		RotatedAt: noon, State: idv.SubscriptionActive, CreatedAt: noon, UpdatedAt: noon,
	}
	b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, s) })
	return s
}

func laneOf(s *idv.Subscription) idv.Lane {
	return idv.Lane{Key: s.ID, Endpoint: s}
}

// fetch claims what is due at a time.
func (b *bed) fetch(t *testing.T, l idv.Lane, now time.Time, limit int) (claimed []idv.Delivery) {
	t.Helper()
	b.update(t, func(ctx context.Context, tx idv.Tx) (err error) {
		claimed, err = tx.ClaimDeliveries(ctx, []idv.Places{{Lane: l.Key, Count: limit}}, now, now.Add(time.Minute))
		return err
	})
	return claimed
}

func (b *bed) settle(t *testing.T, d idv.Delivery) {
	t.Helper()
	b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.SettleDeliveries(ctx, []idv.Delivery{d}) })
}

func (b *bed) deliveries(t *testing.T, s *idv.Subscription, q idv.DeliveryQuery) (page []idv.Delivery) {
	t.Helper()
	b.view(t, func(ctx context.Context, r idv.Reader) (err error) {
		page, err = r.Deliveries(ctx, s.TenantID, s.ID, q)
		return err
	})
	return page
}

func TestSubscriptionIsKeptSealed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		s := b.subscription(t, idv.EventProcessComplete, idv.EventDossierDeleted)
		s.State, s.Reason, s.FailingSince = idv.SubscriptionDisabled, idv.DisabledGone, noon
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, s) })
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Subscription(ctx, "default", s.ID)
			must(t, err)
			if !slices.Equal(got.Events, s.Events) || got.URL != s.URL || got.Secret != s.Secret || got.OldSecret != s.OldSecret ||
				!got.RotatedAt.Equal(noon) || got.State != s.State || got.Reason != s.Reason || !got.FailingSince.Equal(noon) || !got.CreatedAt.Equal(noon) {
				t.Errorf("read %+v", got)
			}
			_, err = r.Subscription(ctx, "other", s.ID)
			mustBe(t, idv.CodeNotFound, err)
			_, err = r.Deliveries(ctx, "other", s.ID, idv.DeliveryQuery{Limit: 1})
			mustBe(t, idv.CodeNotFound, err)
			others, err := r.Subscriptions(ctx, "other")
			if len(others) != 0 || err != nil {
				t.Errorf("another tenant has %d, %v", len(others), err)
			}
			return nil
		})
		if n := b.count(t, `SELECT COUNT(*) FROM subscriptions WHERE CAST(endpoint AS TEXT) LIKE '%example%' OR CAST(endpoint AS TEXT) LIKE '%whsec%'`); n != 0 {
			t.Error("the endpoint lies in clear")
		}
		for name, change := range map[string]func(ctx context.Context, tx idv.Tx) error{
			"delete": func(ctx context.Context, tx idv.Tx) error { return tx.DeleteSubscription(ctx, "other", s.ID) },
			"replay": func(ctx context.Context, tx idv.Tx) error {
				_, err := tx.Replay(ctx, "other", s.ID, idv.ReplayQuery{Since: noon}, noon)
				return err
			},
		} {
			if err := b.Update(t.Context(), func(tx idv.Tx) error { return change(t.Context(), tx) }); idv.CodeOf(err) != idv.CodeNotFound {
				t.Errorf("%s by another tenant: %v", name, err)
			}
		}
	})
}

func TestEachEndpointGetsWhatItWants(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		created := b.subscription(t, idv.EventProcessCreated, idv.EventProcessComplete)
		deleted := b.subscription(t, idv.EventProcessDeleted)
		paused, disabled := b.subscription(t, idv.EventProcessCreated), b.subscription(t, idv.EventProcessCreated)
		must(t, paused.Pause(noon))
		gone := disabled.Disable(idv.DisabledGone, noon)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			must(t, tx.PutSubscription(ctx, paused))
			must(t, tx.PutSubscription(ctx, deleted, deleted.Test(noon)))
			return tx.PutSubscription(ctx, disabled, gone)
		})
		b.process(t, b.dossier(t, ""))
		b.publish(t)
		for s, want := range map[*idv.Subscription][]idv.EventName{
			created: {idv.EventProcessCreated}, deleted: {idv.EventSubscriptionTest}, paused: {idv.EventProcessCreated}, disabled: nil,
		} {
			var got []idv.EventName
			for _, d := range b.deliveries(t, s, idv.DeliveryQuery{Limit: 9}) {
				got = append(got, d.Event.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("an endpoint that wants %v (%s) gets %v", s.Events, s.State, got)
			}
		}
		own := b.feed(t, "default", idv.FeedQuery{Limit: 9, Names: []idv.EventName{idv.EventSubscriptionTest, idv.EventSubscriptionDisabled}})
		if len(own) != 2 || own[0].Sequence != 1 || own[1].Sequence != 2 || own[1].SubscriptionID != disabled.ID {
			t.Errorf("the tenant's own events are %+v", own)
		}
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			lanes, err := r.Lanes(ctx)
			if len(lanes) != 2 || err != nil {
				t.Errorf("lanes %+v, %v: want those of the two that are active", lanes, err)
			}
			return nil
		})
	})
}

// TestWhatDoesNotOpenHoldsUpNobodyElse: a subscription and a dossier are
// damaged; the other endpoint gets the events of both dossiers.
func TestWhatDoesNotOpenHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		broken, good := b.subscription(t, idv.EventProcessCreated), b.subscription(t, idv.EventProcessCreated)
		b.process(t, b.dossier(t, "customer 7"))
		d := b.dossier(t, "customer 8")
		b.process(t, d)
		b.publish(t)
		b.exec(t, `UPDATE subscriptions SET endpoint = $1 WHERE id = $2`, []byte("damaged"), broken.ID)
		b.exec(t, `UPDATE dossiers SET reference = $1 WHERE id = $2`, []byte("damaged"), d.ID)
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			lanes, err := r.Lanes(ctx)
			for _, l := range lanes {
				if want := l.Key == good.ID; l.Endpoint.Readable() != want || (l.Endpoint.State == idv.SubscriptionActive) != want {
					t.Errorf("lane %+v of the endpoint %+v", l, l.Endpoint)
				}
			}
			return err
		})
		got := b.fetch(t, laneOf(good), noon, 9)
		if len(got) != 2 || got[0].Event.ExternalReference != "customer 7" || got[1].Event.ExternalReference != "" {
			t.Errorf("claimed %+v", got)
		}
	})
}

func TestEachDeliveryHasOneWorker(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		const events = 60
		s := b.subscription(t, idv.EventProcessCreated)
		d := b.dossier(t, "")
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			for range events {
				p := b.newProcess(d)
				must(t, tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}))
			}
			return nil
		})
		b.publish(t)
		var mu sync.Mutex
		claims := map[string]int{}
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for {
					var got []idv.Delivery
					err := b.Update(t.Context(), func(tx idv.Tx) (err error) {
						got, err = tx.ClaimDeliveries(t.Context(), []idv.Places{{Lane: s.ID, Count: 7}}, noon, noon.Add(time.Minute))
						return err
					})
					if err != nil {
						t.Error(err)
					}
					if len(got) == 0 {
						return
					}
					mu.Lock()
					for _, d := range got {
						claims[d.Event.ID]++
					}
					mu.Unlock()
				}
			})
		}
		workers.Wait()
		for id, n := range claims {
			if n != 1 {
				t.Errorf("event %s was claimed %d times", id, n)
			}
		}
		// A worker that waits for another's transaction may come back with less than
		// there is; nothing is lost by that.
		for rest := b.fetch(t, laneOf(s), noon, events); len(rest) > 0; rest = b.fetch(t, laneOf(s), noon, events) {
			for _, d := range rest {
				claims[d.Event.ID]++
			}
		}
		if len(claims) != events {
			t.Errorf("%d of %d events were claimed", len(claims), events)
		}
	})
}

func TestAnOvertakenWorkerChangesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		s := b.subscription(t, idv.EventProcessCreated)
		b.process(t, b.dossier(t, ""))
		b.publish(t)
		slow := b.fetch(t, laneOf(s), noon, 1)
		if len(slow) != 1 || len(b.fetch(t, laneOf(s), noon.Add(59*time.Second), 1)) != 0 {
			t.Fatal("the claim does not hold")
		}
		fast := b.fetch(t, laneOf(s), noon.Add(time.Minute), 1)[0]
		slow[0].Status = idv.DeliveryFailed
		b.settle(t, slow[0])
		if got := b.deliveries(t, s, idv.DeliveryQuery{Limit: 1})[0]; got.Status != idv.DeliveryPending {
			t.Errorf("the slow worker's word counts: %s", got.Status)
		}
		fast.Status, fast.Tries = idv.DeliveryDelivered, 2
		fast.Remember(idv.Attempt{At: noon, Took: 5 * time.Millisecond, Status: 200})
		fast.Remember(idv.Attempt{At: noon, Problem: "timeout"})
		b.settle(t, fast)
		got := b.deliveries(t, s, idv.DeliveryQuery{Limit: 1})[0]
		if got.Status != idv.DeliveryDelivered || got.Tries != 2 || !slices.Equal(got.Attempts, fast.Attempts) || got.Claim != "" {
			t.Errorf("settled as %+v", got)
		}
		must(t, b.DeleteOldDeliveries(t.Context(), noon.Add(time.Hour)))
		if left := b.deliveries(t, s, idv.DeliveryQuery{Limit: 1}); len(left) != 0 {
			t.Error("what is old and done is kept")
		}
	})
}

func TestReplay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		b.process(t, d)
		b.publish(t)
		s := b.subscription(t, idv.EventProcessCreated)
		b.process(t, d)
		b.publish(t)
		done := b.fetch(t, laneOf(s), noon, 9)
		done[0].Status = idv.DeliveryDelivered
		b.settle(t, done[0])
		missed := b.feed(t, "default", idv.FeedQuery{Limit: 1})[0]
		for _, c := range []struct {
			name string
			q    idv.ReplayQuery
			now  time.Time
			want int
		}{
			{"a range before", idv.ReplayQuery{Since: noon.Add(-2 * time.Hour), Until: noon.Add(-time.Hour)}, noon, 0},
			{"what was never sent", idv.ReplayQuery{Since: noon.Add(-time.Hour), Failed: true}, noon, 1},
			{"everything", idv.ReplayQuery{Since: noon.Add(-time.Hour)}, noon, 2},
			{"one", idv.ReplayQuery{Event: missed.ID}, noon, 1},
			{"an unknown one", idv.ReplayQuery{Event: "x"}, noon, 0},
			{"an expired one", idv.ReplayQuery{Event: missed.ID}, noon.Add(idv.EventLife), 0},
		} {
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				n, err := tx.Replay(ctx, "default", s.ID, c.q, c.now)
				if n != c.want {
					t.Errorf("%s: %d, want %d", c.name, n, c.want)
				}
				return err
			})
		}
		if again := b.fetch(t, laneOf(s), noon, 9); len(again) != 2 || again[0].Event.ID != missed.ID || again[0].Tries != 0 {
			t.Errorf("replayed are %+v", again)
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.DeleteSubscription(ctx, "default", s.ID) })
		if n := b.count(t, `SELECT COUNT(*) FROM deliveries`); n != 0 {
			t.Errorf("%d deliveries outlive their subscription", n)
		}
	})
}

// TestNotificationURLIsCalledAtTheEnd: a process that names one gets a delivery
// of its own, in the transaction that ends it.
func TestNotificationURLIsCalledAtTheEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		for _, step := range []func() idv.Event{
			func() idv.Event { return p.Begin(noon, noon) },
			func() idv.Event { return p.Fail(&idv.Failure{Type: idv.FailProvider}, noon) },
		} {
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.ChangeProcess(ctx, p, idv.Effects{Event: step()})
			})
		}
		var lanes []idv.Lane
		b.view(t, func(ctx context.Context, r idv.Reader) (err error) { lanes, err = r.Lanes(ctx); return err })
		if len(lanes) != 1 || lanes[0].Endpoint != nil {
			t.Fatalf("lanes %+v, want one callback", lanes)
		}
		got := b.fetch(t, lanes[0], noon, 9)
		if len(got) != 1 || got[0].Event.ProcessID != p.ID || got[0].Event.Status != idv.StatusFailed || got[0].SubscriptionID != "" {
			t.Errorf("claimed %+v", got)
		}
		b.reopenClearsClaims(lanes[0])
	})
}

// TestCallbacksAreListed pages through the calls of notificationUrls.
func TestCallbacksAreListed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		var made []*idv.Process
		for range 5 {
			p := b.process(t, b.dossier(t, ""))
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Fail(&idv.Failure{Type: idv.FailProvider}, noon)})
			})
			made = append(made, p)
		}
		slices.Reverse(made)
		for i, q := 0, (idv.CallbackQuery{Limit: 2}); i < len(made); {
			page := b.callbacks(t, "default", q)
			if len(page) != min(2, len(made)-i) {
				t.Fatalf("behind %q there are %d", q.Before, len(page))
			}
			for _, d := range page {
				if d.Event.ProcessID != made[i].ID || d.Status != idv.DeliveryPending {
					t.Errorf("call %d is %+v", i, d)
				}
				i, q.Before = i+1, d.Event.ID
			}
		}
		for name, c := range map[string]struct {
			tenant string
			q      idv.CallbackQuery
			want   int
		}{
			"of a dossier":    {"default", idv.CallbackQuery{Dossier: made[3].DossierID}, 1},
			"by status":       {"default", idv.CallbackQuery{Status: idv.DeliveryPending}, 5},
			"another status":  {"default", idv.CallbackQuery{Status: idv.DeliveryFailed}, 0},
			"another tenant":  {"other", idv.CallbackQuery{}, 0},
			"another dossier": {"other", idv.CallbackQuery{Dossier: made[3].DossierID}, 0},
		} {
			c.q.Limit = 9
			if got := b.callbacks(t, c.tenant, c.q); len(got) != c.want {
				t.Errorf("%s: %d calls, want %d", name, len(got), c.want)
			}
		}
	})
}

func (b *bed) callbacks(t *testing.T, tenant string, q idv.CallbackQuery) (page []idv.Delivery) {
	t.Helper()
	b.view(t, func(ctx context.Context, r idv.Reader) (err error) {
		page, err = r.Callbacks(ctx, tenant, q)
		return err
	})
	return page
}

// reopenClearsClaims: on SQLite a start finds the claims of a killed process
// free; on PostgreSQL their holder may live.
func (b *bed) reopenClearsClaims(l idv.Lane) {
	b.t.Helper()
	must(b.t, b.ClearLeases(b.t.Context(), noon))
	want := 0
	if b.Engine() == "sqlite" {
		want = 1
	}
	if got := b.fetch(b.t, l, noon, 9); len(got) != want {
		b.t.Errorf("%d deliveries are free after a start, want %d", len(got), want)
	}
}
