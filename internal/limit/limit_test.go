package limit_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/limit"
)

func TestRateGivesItsQuota(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := limit.NewRate(limit.Quota{Each: time.Second, Burst: 3}, 10)
	for n := range 3 {
		if wait := r.Take("a", now); wait != 0 {
			t.Errorf("number %d waits %v", n, wait)
		}
	}
	if wait := r.Take("a", now); wait != time.Second {
		t.Errorf("beyond the burst: %v, want 1s", wait)
	}
	if wait := r.Take("b", now); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	now = now.Add(time.Second)
	if first, second := r.Take("a", now), r.Take("a", now); first != 0 || second != time.Second {
		t.Errorf("a second later: %v and %v", first, second)
	}
	r.GiveBack("a")
	if wait := r.Take("a", now); wait != 0 {
		t.Errorf("what was given back: %v", wait)
	}
	if wait := r.Take("a", now.Add(time.Hour)); wait != 0 {
		t.Errorf("after a rest: %v", wait)
	}
}

func TestClockSetBackLocksNobodyOut(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := limit.NewRate(limit.Quota{Each: time.Second, Burst: 3}, 10)
	r.Take("a", now)
	if wait := r.Take("a", now.Add(-24*time.Hour)); wait > 2*time.Second {
		t.Errorf("waits %v because the clock went back", wait)
	}
}

func TestRateForgetsTheOldest(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := limit.NewRate(limit.PerMinute(1), 2)
	for _, key := range []string{"a", "b", "c"} {
		r.Take(key, now)
	}
	if r.Take("c", now) == 0 {
		t.Error("a key that was just asked about is forgotten")
	}
	if r.Take("a", now) != 0 {
		t.Error("three keys are remembered, not two")
	}
}

func TestRateTogether(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := limit.NewRate(limit.Quota{Each: time.Minute, Burst: 50}, 1000)
	var taken atomic.Int64
	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			for n := range 100 {
				r.Take(fmt.Sprint(n), now)
				if r.Take("shared", now) == 0 {
					taken.Add(1)
				}
			}
		})
	}
	working.Wait()
	if taken.Load() != 50 {
		t.Errorf("%d were let through, want 50", taken.Load())
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	s := limit.NewSlots(3, 2)
	for _, c := range []struct {
		key  string
		want limit.Refusal
	}{{"a", limit.Free}, {"a", limit.Free}, {"a", limit.KeyFull}, {"b", limit.Free}, {"c", limit.AllFull}} {
		if got := s.Enter(c.key); got != c.want {
			t.Errorf("%s: %d, want %d", c.key, got, c.want)
		}
	}
	s.Leave("a")
	if got := s.Enter("c"); got != limit.Free {
		t.Errorf("after one left: %d", got)
	}
}

func TestSeenIsBounded(t *testing.T) {
	t.Parallel()
	s := limit.NewSeen(2)
	for _, word := range []string{"a", "b", "a", "c"} {
		s.Add(word)
	}
	if !s.Has("a") || s.Has("b") || !s.Has("c") {
		t.Errorf("a %v, b %v, c %v", s.Has("a"), s.Has("b"), s.Has("c"))
	}
}
