package idv

import "time"

const (
	// ClockLeap is by how much the clock may be ahead of when it was last looked at
	// before it is doubted.
	ClockLeap = 24 * time.Hour
	// ClockTrial is how long a clock that leapt has to run on, while a server looks
	// at it, before it is trusted.
	ClockTrial = 24 * time.Hour
	// clockLook is the most that one look counts towards the trial, so that a server
	// that was off meanwhile, or a second leap, does not end it.
	clockLook = time.Hour
)

// Clock is what is known of the time that the machines of an installation show.
// Whatever is deleted by its age is deleted too early by a clock that is ahead,
// and nothing brings it back. So a clock that leaps ahead is doubted until it is
// set right, has run on for ClockTrial, or an operator says that it is right. A
// server that was off for longer than ClockLeap looks the same, and waits as well.
type Clock struct {
	// Trusted is the latest time that was trusted; zero before the first look.
	Trusted time.Time
	// Doubted is what the clock showed when the doubt began; zero while there is none.
	Doubted time.Time
	// Looked is what it showed at the last look of the trial, and Ran how much of
	// the trial is over.
	Looked time.Time
	Ran    time.Duration
}

// Look gives what is known after a look at a clock that shows now.
func (c Clock) Look(now time.Time) Clock {
	switch {
	case c.Trusted.IsZero() || now.Sub(c.Trusted) <= ClockLeap:
		return c.trust(now)
	case c.Doubted.IsZero() || now.Before(c.Doubted):
		return Clock{Trusted: c.Trusted, Doubted: now, Looked: now}
	}
	c.Ran += min(max(now.Sub(c.Looked), 0), clockLook)
	c.Looked = now
	if c.Ran >= ClockTrial {
		return Clock{Trusted: now}
	}
	return c
}

// trust never goes back: a clock that was behind and is set right is no leap.
func (c Clock) trust(now time.Time) Clock {
	if now.Before(c.Trusted) {
		now = c.Trusted
	}
	return Clock{Trusted: now}
}

// Doubts says whether the clock is doubted.
func (c Clock) Doubts() bool { return !c.Doubted.IsZero() }

// Left is how much longer it is doubted if it runs on.
func (c Clock) Left() time.Duration {
	if !c.Doubts() {
		return 0
	}
	return ClockTrial - c.Ran
}
