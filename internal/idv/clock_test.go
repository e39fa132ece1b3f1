package idv_test

import (
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestClockThatLeapsIsDoubted follows a clock through what happens to clocks.
func TestClockThatLeapsIsDoubted(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	hours := func(n int) (steps []time.Duration) {
		for range n {
			steps = append(steps, time.Hour)
		}
		return steps
	}
	for name, c := range map[string]struct {
		steps []time.Duration
		doubt bool
	}{
		"runs":                         {hours(50), false},
		"off for a day":                {[]time.Duration{day}, false},
		"off for longer":               {[]time.Duration{day + time.Second}, true},
		"goes back":                    {[]time.Duration{-400 * day}, false},
		"goes back and is set right":   {[]time.Duration{-400 * day, time.Minute, 400 * day}, false},
		"leaps and is set right":       {[]time.Duration{365 * day, time.Minute, -365 * day}, false},
		"leaps and is set nearly so":   {[]time.Duration{365 * day, time.Minute, -300 * day}, true},
		"leaps and runs on":            {append([]time.Duration{365 * day}, hours(23)...), true},
		"leaps and runs on for a day":  {append([]time.Duration{365 * day}, hours(24)...), false},
		"leaps and is off for long":    {[]time.Duration{365 * day, 30 * day, 30 * day}, true},
		"leaps again and again":        {[]time.Duration{2 * day, 2 * day, 2 * day, 2 * day, 2 * day}, true},
		"comes back late in its trial": {append(append([]time.Duration{365 * day}, hours(20)...), -365*day, 365*day, 6*time.Hour), true},
	} {
		now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		clock := idv.Clock{}.Look(now)
		for _, step := range c.steps {
			now = now.Add(step)
			clock = clock.Look(now)
		}
		if clock.Doubts() != c.doubt || clock.Doubts() != (clock.Left() > 0) {
			t.Errorf("%s: doubted %v with %v left, want %v", name, clock.Doubts(), clock.Left(), c.doubt)
		}
	}
}
