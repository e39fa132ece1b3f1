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

// TestBookedHours: what was booked is counted in its hour, whatever lies between.
func TestBookedHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t, ctx := b.t, b.t.Context()
		for _, at := range []struct {
			after time.Duration
			n     int
		}{{0, 3}, {time.Minute, 4}, {5 * time.Hour, 1}} {
			_, err := b.Book(ctx, noon.Add(at.after), at.n, time.Second, 0)
			must(t, err)
			must(t, b.NoteBooked(ctx, noon.Add(at.after)))
		}
		must(t, b.NoteBooked(ctx, noon.Add(6*time.Hour)))
		must(t, b.View(ctx, func(r idv.Reader) error {
			hours, full, err := r.BookedHours(ctx, noon.Truncate(time.Hour))
			want := []idv.HourCount{{Hour: noon.Truncate(time.Hour), Count: 7}, {Hour: noon.Truncate(time.Hour).Add(5 * time.Hour), Count: 1}}
			if err != nil || !slices.Equal(hours, want) || !full.Equal(noon.Add(5*time.Hour+time.Second)) {
				t.Errorf("booked are %v until %v, %v; want %v", hours, full, err, want)
			}
			hours, _, err = r.BookedHours(ctx, noon.Add(time.Hour))
			if err != nil || !slices.Equal(hours, want[1:]) {
				t.Errorf("booked an hour later are %v, %v", hours, err)
			}
			return nil
		}))
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
