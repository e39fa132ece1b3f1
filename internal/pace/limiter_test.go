package pace_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dossier-id/dossier/internal/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book is the schedule as the database keeps it.
type book struct {
	mu       sync.Mutex
	free     time.Time
	bookings int
	err      error
}

func (b *book) Book(_ context.Context, now time.Time, n int, every, ahead time.Duration) (time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return time.Time{}, b.err
	}
	b.bookings++
	if earliest := now.Add(-ahead); b.free.Before(earliest) {
		b.free = earliest
	}
	first := b.free
	b.free = b.free.Add(time.Duration(n) * every)
	return first, nil
}

// sent is when requests went out, in their order.
type sent struct {
	mu sync.Mutex
	at []time.Time
	by map[string]int
}

func (s *sent) note(party string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Now())
	s.by[party]++
}

// most gives how many requests the fullest minute saw.
func (s *sent) most() (most int) {
	from := 0
	for i, at := range s.at {
		for at.Sub(s.at[from]) >= time.Minute {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// TestTenThousandVerificationsRunAtTheLimit has three replicas work through the
// calls of 10,000 verifications, eight each, with sixteen workers a replica.
func TestTenThousandVerificationsRunAtTheLimit(t *testing.T) {
	t.Parallel()
	for _, perMinute := range []int{60, 400, 3000} {
		synctest.Test(t, func(t *testing.T) {
			const calls = 8
			verifications := 10_000 * perMinute / 3000 // so that each takes the same time
			if perMinute == 400 {
				verifications = 10_000
			}
			begun, b, s := time.Now(), &book{}, &sent{by: map[string]int{}}
			queue := make(chan struct{}, verifications)
			for range verifications {
				queue <- struct{}{}
			}
			close(queue)
			var all sync.WaitGroup
			for range 3 {
				l := pace.New(perMinute, b, time.Now)
				for range 16 {
					all.Go(func() {
						for range queue {
							for range calls {
								if err := l.Wait(t.Context(), "default"); err != nil {
									t.Error(err)
								}
								s.note("default")
								time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond) // the answer
							}
						}
					})
				}
			}
			all.Wait()
			took := time.Since(begun)
			rate := float64(verifications*calls) / took.Minutes()
			if most := s.most(); most > perMinute || rate < 0.95*float64(perMinute) {
				t.Errorf("limit %d: %.1f a minute, %d in the fullest one", perMinute, rate, most)
			}
			if b.bookings > verifications*calls/2 && perMinute >= 400 {
				t.Errorf("limit %d: %d bookings for %d requests", perMinute, b.bookings, verifications*calls)
			}
		})
	}
}

// TestARestIsNotSavedUp lets a crowd come after an hour of silence.
func TestARestIsNotSavedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, l := &sent{by: map[string]int{}}, pace.New(400, &book{}, time.Now)
		for range 3 {
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					if err := l.Wait(t.Context(), "default"); err != nil {
						t.Error(err)
					}
					s.note("default")
				})
			}
			all.Wait()
			time.Sleep(time.Hour)
		}
		if most := s.most(); most > 400 {
			t.Errorf("%d requests in a minute", most)
		}
	})
}

// TestTenantsTakeTurns has one tenant wait with a thousand requests when another
// comes with ten.
func TestTenantsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, l := &sent{by: map[string]int{}}, pace.New(400, &book{}, time.Now)
		var many, few sync.WaitGroup
		for range 1000 {
			many.Go(func() {
				if l.Wait(ctx, "many") == nil {
					s.note("many")
				}
			})
		}
		synctest.Wait()
		for range 10 {
			few.Go(func() {
				if err := l.Wait(ctx, "few"); err != nil {
					t.Error(err)
				}
				s.note("few")
			})
		}
		few.Wait()
		if s.by["many"] > 20 {
			t.Errorf("%d requests of the other went before ten of this one", s.by["many"])
		}
		cancel()
		many.Wait()
	})
}

func TestWhoLeavesHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, l := &sent{by: map[string]int{}}, pace.New(60, &book{}, time.Now)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%7)*700*time.Millisecond)
				defer cancel()
				if i%2 == 0 {
					ctx = t.Context()
				}
				if l.Wait(ctx, "p") == nil {
					s.note("p")
				}
			})
		}
		all.Wait()
		if len(s.at) < 50 || s.most() > 60 {
			t.Errorf("%d went, %d in the fullest minute", len(s.at), s.most())
		}
	})
}

func TestNoPlaceIsAnError(t *testing.T) {
	t.Parallel()
	b := &book{err: errors.New("the database is down")}
	l := pace.New(400, b, time.Now)
	if err := l.Wait(t.Context(), "p"); !errors.Is(err, b.err) {
		t.Errorf("error %v, want the schedule's", err)
	}
	b.err = nil
	if err := l.Wait(t.Context(), "p"); err != nil {
		t.Errorf("with the database back: %v", err)
	}
}
