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
	w := worker[advance]{rescued: time.Minute}
	for _, c := range []struct {
		age   time.Duration
		again bool
	}{{time.Second, false}, {59 * time.Second, false}, {time.Minute, true}, {time.Hour, true}} {
		begun := time.Now().Add(-c.age)
		at := w.NextRetry(&river.Job[advance]{JobRow: &rivertype.JobRow{Attempt: 9, AttemptedAt: &begun}})
		if at.IsZero() == c.again || at.After(time.Now()) {
			t.Errorf("after %v it comes back at %v", c.age, at)
		}
	}
}
