package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kinds of faults of requests.
const (
	Latency   = "latency"    // answer after Delay
	Status    = "status"     // answer Status instead
	RateLimit = "rate_limit" // answer 429 beyond PerMinute requests in a minute
	Reset     = "reset"      // reset the connection
	HalfBody  = "half_body"  // send half of the answer, then cut off
	Hang      = "hang"       // answer nothing for Delay, then cut off
)

// Kinds of faults of webhooks.
const (
	Lost     = "webhook_lost"
	Doubled  = "webhook_doubled"
	Late     = "webhook_late"     // delivered after Delay
	Shuffled = "webhook_shuffled" // delivered after some time between nothing and Delay
	Forged   = "webhook_forged"   // preceded by a copy with a wrong signature
)

const (
	// MaxFaults bounds how many faults can be set at once.
	MaxFaults    = 100
	maxDelay     = 10 * time.Minute
	defaultDelay = 100 * time.Millisecond
)

// Fault is one way to misbehave.
type Fault struct {
	Kind        string   `json:"kind"`
	Probability float64  `json:"probability,omitempty"` // 0 counts as 1
	Times       int      `json:"times,omitempty"`       // how often it strikes; 0: always
	Method      string   `json:"method,omitempty"`      // only requests of this method
	Path        string   `json:"path,omitempty"`        // only requests whose path contains this; of webhooks: events
	Status      int      `json:"status,omitempty"`
	Delay       Duration `json:"delay,omitempty"`
	PerMinute   int      `json:"per_minute,omitempty"`
	RetryAfter  int      `json:"retry_after,omitempty"` // seconds; sent as header with Status and RateLimit
	Effect      bool     `json:"effect,omitempty"`      // Status, Reset, Hang: the request takes effect all the same
}

// Duration is a time.Duration that reads as "1.5s" in JSON.
type Duration time.Duration

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads a duration from its text.
func (d *Duration) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return errors.New(`a duration is a text such as "1.5s"`)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("parse duration: %w", err)
	}
	*d = Duration(v)
	return nil
}

// Injector holds the faults that are set. It is safe for concurrent use.
type Injector struct {
	now func() time.Time

	mu     sync.Mutex
	random *rand.Rand
	faults []*armed
}

// armed is a fault with what it has done so far.
type armed struct {
	Fault
	left   int
	began  time.Time // of the present minute, for RateLimit
	passed int
}

// New makes an injector without faults. now tells the minutes of rate limits.
func New(now func() time.Time) *Injector {
	return &Injector{now: now, random: seeded(1)}
}

// Set replaces all faults; the same seed strikes the same way again.
func (in *Injector) Set(seed uint64, faults []Fault) error {
	if len(faults) > MaxFaults {
		return fmt.Errorf("more than %d faults", MaxFaults)
	}
	next := make([]*armed, 0, len(faults))
	for i, f := range faults {
		if err := f.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
		next = append(next, &armed{Fault: f, left: f.Times})
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.random = seeded(seed)
	in.faults = next
	return nil
}

// seeded is chance that repeats itself, which is what a failing test needs.
func seeded(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // no secret depends on it
}

// List is the faults that can still strike, with the times they have left.
func (in *Injector) List() []Fault {
	in.mu.Lock()
	defer in.mu.Unlock()
	out := []Fault{}
	for _, a := range in.faults {
		f := a.Fault
		f.Times = a.left
		out = append(out, f)
	}
	return out
}

func (f Fault) check() error {
	kinds := []string{Latency, Status, RateLimit, Reset, HalfBody, Hang, Lost, Doubled, Late, Shuffled, Forged}
	switch {
	case !slices.Contains(kinds, f.Kind):
		return fmt.Errorf("unknown kind %q: want one of %s", f.Kind, strings.Join(kinds, ", "))
	case f.Probability < 0 || f.Probability > 1:
		return errors.New("probability must be between 0 and 1")
	case f.Times < 0 || f.RetryAfter < 0:
		return errors.New("times and retry_after must not be negative")
	case f.Delay < 0 || time.Duration(f.Delay) > maxDelay:
		return fmt.Errorf("delay must be between 0 and %v", maxDelay)
	case f.Kind == Status && (f.Status < 400 || f.Status > 599):
		return errors.New("status must be between 400 and 599")
	case f.Kind == RateLimit && f.PerMinute < 1:
		return errors.New("per_minute must be at least 1")
	}
	return nil
}

// strike picks the faults among those of the kinds that hit this time.
func (in *Injector) strike(method, path string, kinds ...string) []Fault {
	in.mu.Lock()
	defer in.mu.Unlock()
	var out []Fault
	for _, a := range in.faults {
		if slices.Contains(kinds, a.Kind) && a.matches(method, path) && in.hits(a) {
			out = append(out, a.Fault)
		}
	}
	in.faults = slices.DeleteFunc(in.faults, func(a *armed) bool { return a.Times > 0 && a.left == 0 })
	return out
}

func (f Fault) matches(method, path string) bool {
	return (f.Method == "" || strings.EqualFold(f.Method, method)) && strings.Contains(path, f.Path)
}

// hits draws whether an armed fault strikes, and counts it. The caller holds mu.
func (in *Injector) hits(a *armed) bool {
	if a.Probability > 0 && in.random.Float64() >= a.Probability {
		return false
	}
	if a.Kind == RateLimit && !a.exceeded(in.now()) {
		return false
	}
	if a.Times > 0 {
		a.left--
	}
	return true
}

func (a *armed) exceeded(now time.Time) bool {
	if now.Sub(a.began) >= time.Minute {
		a.began, a.passed = now, 0
	}
	a.passed++
	return a.passed > a.PerMinute
}

// jitter is a random part of the fault's delay.
func (in *Injector) jitter(d time.Duration) time.Duration {
	in.mu.Lock()
	defer in.mu.Unlock()
	return time.Duration(in.random.Int64N(int64(d) + 1))
}

func (f Fault) delay() time.Duration {
	if f.Delay == 0 {
		return defaultDelay
	}
	return time.Duration(f.Delay)
}

func (f Fault) status() int {
	if f.Kind == RateLimit {
		return http.StatusTooManyRequests
	}
	return f.Status
}
