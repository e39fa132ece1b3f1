package service_test

import (
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestNothingIsGivenUpByADoubtedClock: by a clock that leapt nobody has had their
// time, until it has run on for a day.
func TestNothingIsGivenUpByADoubtedClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	waiting, begun := d.ready(), d.begun()
	if trusted, err := d.TrustsClock(t.Context()); !trusted || err != nil {
		t.Fatalf("at first: %v, %v", trusted, err)
	}
	d.clock.turn(400 * 24 * time.Hour)
	for range 24 {
		check(t, d.Expire(t.Context()))
		_, err := d.advance(begun)
		check(t, err)
		if a, b := d.status(waiting), d.status(begun); a != idv.StatusPending || b != idv.StatusProcessing {
			t.Fatalf("while the clock is doubted: %s and %s", a, b)
		}
		d.clock.turn(time.Hour)
	}
	check(t, d.Expire(t.Context()))
	_, err := d.advance(begun)
	check(t, err)
	if a, b := d.status(waiting), d.status(begun); a != idv.StatusFailed || b != idv.StatusFailed {
		t.Errorf("after a day: %s and %s", a, b)
	}
}
