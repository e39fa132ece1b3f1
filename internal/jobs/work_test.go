package jobs

import (
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// TestRescuedJobsComeBackAtOnce: what a killed process was doing is done again
// however often that has happened; what failed waits as the queue sees fit.
func TestRescuedJobsComeBackAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := worker[advance]{rescued: Config{Timeout: 55 * time.Second, Now: func() time.Time { return now }}.rescued}
	for _, c := range []struct {
		age   time.Duration
		again bool
	}{{time.Second, false}, {59 * time.Second, false}, {time.Minute, true}, {time.Hour, true}} {
		begun := now.Add(-c.age)
		at := w.NextRetry(&river.Job[advance]{JobRow: &rivertype.JobRow{Attempt: 9, AttemptedAt: &begun}})
		if at.IsZero() == c.again || at.After(now) {
			t.Errorf("after %v it comes back at %v", c.age, at)
		}
	}
}
