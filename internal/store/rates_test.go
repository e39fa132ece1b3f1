package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestEachPlaceIsBookedOnce books from several sides at once.
func TestEachPlaceIsBookedOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		const every = 150 * time.Millisecond
		var all sync.WaitGroup
		var mu sync.Mutex
		var places []time.Time
		for range 8 {
			all.Go(func() {
				for range 5 {
					first, err := b.Book(t.Context(), noon, 3, every, every)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					places = append(places, first, first.Add(every), first.Add(2*every))
					mu.Unlock()
				}
			})
		}
		all.Wait()
		slices.SortFunc(places, time.Time.Compare)
		for i, at := range places {
			if want := noon.Add(time.Duration(i-1) * every); !at.Equal(want) {
				t.Fatalf("place %d is at %v, want %v", i, at, want)
			}
		}
		later := noon.Add(time.Hour)
		if first, err := b.Book(t.Context(), later, 1, every, every); err != nil || !first.Equal(later.Add(-every)) {
			t.Errorf("after a rest the first place is at %v, %v", first, err)
		}
	})
}

func TestBacklogs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		add := func(tenant string, at time.Time) (before time.Duration) {
			b.update(t, func(ctx context.Context, tx idv.Tx) (err error) {
				before, err = tx.AddBacklog(ctx, tenant, at, time.Second)
				return err
			})
			return before
		}
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			if got := add("default", noon); got != want {
				t.Errorf("backlog %d is %v, want %v", i, got, want)
			}
		}
		if got := add("other", noon); got != 0 {
			t.Errorf("the other tenant's backlog is %v", got)
		}
		if got := add("default", noon.Add(time.Hour)); got != 0 {
			t.Errorf("an hour later the backlog is %v", got)
		}
	})
}
