package timeline_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/timeline"
)

func TestAfterRunsWhenDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := timeline.New(time.Now)
		defer c.Close()
		began, ran := time.Now(), make(chan time.Time, 1)
		c.After(time.Minute, func() { ran <- time.Now() })
		if got := (<-ran).Sub(began); got != time.Minute {
			t.Errorf("ran after %v, want 1m", got)
		}
	})
}

func TestAdvanceMakesDueAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := timeline.New(time.Now)
		defer c.Close()
		began, ran := time.Now(), make(chan string, 2)
		c.After(time.Hour, func() { ran <- "hour" })
		c.After(3*time.Hour, func() { ran <- "three" })
		c.Advance(2 * time.Hour)
		if got := <-ran; got != "hour" || time.Since(began) != 0 {
			t.Errorf("got %q after %v, want the hour at once", got, time.Since(began))
		}
		if got := c.Now().Sub(began); got != 2*time.Hour {
			t.Errorf("clock is %v ahead, want 2h", got)
		}
		if got := <-ran; got != "three" || time.Since(began) != time.Hour {
			t.Errorf("got %q after %v, want the other an hour later", got, time.Since(began))
		}
	})
}

func TestCloseDropsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := timeline.New(time.Now)
		started, release, ended := make(chan struct{}), make(chan struct{}), false
		c.After(time.Second, func() { close(started); <-release; ended = true })
		c.After(time.Hour, func() { t.Error("ran after Close") })
		<-started
		go func() { time.Sleep(time.Second); close(release) }()
		c.Close()
		if !ended {
			t.Error("Close did not wait for what was running")
		}
		c.After(0, func() { t.Error("accepted work after Close") })
		if c.Pending() != 0 {
			t.Errorf("%d tasks left", c.Pending())
		}
		time.Sleep(2 * time.Hour)
	})
}
