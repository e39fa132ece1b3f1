package timeline

import (
	"sync"
	"time"
)

// Clock tells the time and owns every timer of a sandbox. Timers run on the runtime's clock plus whatever
// the clock was advanced by; the injected now only stamps, so a frozen now does not stop completions.
type Clock struct {
	now   func() time.Time
	start time.Time

	mu      sync.Mutex
	ahead   time.Duration
	pending map[*task]struct{}
	closed  bool
	running sync.WaitGroup
}

type task struct {
	due   time.Duration
	timer *time.Timer
	run   func()
}

// New makes a clock that stamps with now.
func New(now func() time.Time) *Clock {
	return &Clock{now: now, start: time.Now(), pending: map[*task]struct{}{}}
}

// Now is the injected time plus everything the clock was advanced by.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(c.ahead)
}

// After runs fn on a goroutine of the clock once d has passed. After Close it does nothing.
func (c *Clock) After(d time.Duration, fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	t := &task{due: c.elapsed() + d, run: fn}
	c.pending[t] = struct{}{}
	t.timer = time.AfterFunc(d, func() { c.fire(t) })
}

// Advance moves the clock forward by d (never back) and starts at once what has become due.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d <= 0 || c.closed {
		return
	}
	c.ahead += d
	for t := range c.pending {
		t.timer.Reset(max(0, t.due-c.elapsed()))
	}
}

// Drop forgets everything that is still to run; what runs already goes on.
func (c *Clock) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop()
}

// Pending is the number of things still to run.
func (c *Clock) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending)
}

// Close stops all timers and waits for what runs already. It may be called twice.
func (c *Clock) Close() {
	c.mu.Lock()
	c.closed = true
	c.drop()
	c.mu.Unlock()
	c.running.Wait()
}

func (c *Clock) drop() {
	for t := range c.pending {
		t.timer.Stop()
	}
	clear(c.pending)
}

// elapsed is the time on the timers' line; the caller holds mu.
func (c *Clock) elapsed() time.Duration { return time.Since(c.start) + c.ahead }

// fire runs t unless it was dropped meanwhile. A timer that Advance reset while it fired comes here twice;
// only the first finds its task.
func (c *Clock) fire(t *task) {
	c.mu.Lock()
	_, waiting := c.pending[t]
	if !waiting {
		c.mu.Unlock()
		return
	}
	delete(c.pending, t)
	c.running.Add(1)
	c.mu.Unlock()
	defer c.running.Done()
	t.run()
}
