package pace

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// window is the minute of the limit with the second that a place may be late.
	window = time.Minute + latest
	// latest is how long after its time a place is still used.
	latest = time.Second
	// bookings is how many times in a minute a busy replica books places.
	bookings = 40
)

// Schedule is where replicas book places.
type Schedule interface {
	// Book gives the time of the first of n places that lie apart by every. A
	// place is given once. None lies before now by more than ahead.
	Book(ctx context.Context, now time.Time, n int, every, ahead time.Duration) (first time.Time, err error)
}

// Limiter keeps so many requests a minute. It is safe for concurrent use.
type Limiter struct {
	schedule Schedule
	now      func() time.Time
	every    time.Duration
	ahead    time.Duration
	batch    int

	// lead is held by the one of those who wait that waits for the next place.
	lead chan struct{}
	mu   sync.Mutex
	line line
	next time.Time // of the places that are booked and not used
	left int
	// size is how many are booked at once, and booked when that was.
	size   int
	booked time.Time
}

// New makes a limiter of perMinute requests, at least one.
func New(perMinute int, s Schedule, now func() time.Time) *Limiter {
	spare := max(1, perMinute/100)
	every := window / time.Duration(max(1, perMinute-spare))
	l := &Limiter{
		schedule: s, now: now, every: every, ahead: every * time.Duration(spare-1), batch: max(1, perMinute/bookings),
		lead: make(chan struct{}, 1), line: newLine(),
	}
	l.lead <- struct{}{}
	return l
}

// Wait blocks until a request of the party may be sent. It fails when ctx ends
// or no place can be booked; nothing may be sent then.
func (l *Limiter) Wait(ctx context.Context, party string) error {
	me := l.join(party)
	for {
		select {
		case <-me.turn:
			return nil
		default:
		}
		select {
		case <-me.turn:
			return nil
		case <-ctx.Done():
			l.leave(me)
			return ctx.Err()
		case <-l.lead:
			err := l.callNext(ctx)
			l.lead <- struct{}{}
			if err != nil {
				l.leave(me)
				return err
			}
		}
	}
}

func (l *Limiter) join(party string) *waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line.join(party)
}

func (l *Limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line.remove(w)
}

// callNext waits for the next place and gives it to whoever's turn it is then.
func (l *Limiter) callNext(ctx context.Context) error {
	at, err := l.place(ctx)
	if err != nil {
		return err
	}
	if wait := at.Sub(l.now()); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.line.call() {
		l.left--
		l.next = l.next.Add(l.every)
	}
	return nil
}

// place gives the time of the next place and books more when there is none.
// Only who leads calls it.
func (l *Limiter) place(ctx context.Context) (time.Time, error) {
	now := l.now().Round(0) // the time of day, as all replicas see it
	if l.booked.Sub(now) > latest {
		l.left = 0 // The clock was set back: nobody waits for that.
	}
	for l.left > 0 && now.Sub(l.next) > latest {
		l.left--
		l.next = l.next.Add(l.every)
		l.size = 0
	}
	if l.left > 0 {
		return l.next, nil
	}
	n := l.wanted(now)
	first, err := l.schedule.Book(ctx, now, n, l.every, min(l.ahead, latest))
	if err != nil {
		return time.Time{}, fmt.Errorf("book places under the provider's limit: %w", err)
	}
	l.next, l.left, l.size, l.booked = first, n, n, now
	return first, nil
}

// wanted says how many places to book: as many as wait, or twice as many as the
// last time where those were used up soon. Nobody else can use what is booked.
func (l *Limiter) wanted(now time.Time) int {
	n := 1
	if now.Sub(l.booked) < latest {
		n = 2 * l.size
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(1, min(max(n, l.line.length), l.batch))
}
