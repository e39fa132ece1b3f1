package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestADutyIsOfOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		round := func(at time.Time) (taken int32) {
			var n atomic.Int32
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					mine, err := b.TakeDuty(t.Context(), "sweep", at, at.Add(time.Minute))
					if err != nil {
						t.Error(err)
					}
					if mine {
						n.Add(1)
					}
				})
			}
			all.Wait()
			return n.Load()
		}
		for _, c := range []struct {
			after time.Duration
			want  int32
		}{{0, 1}, {59 * time.Second, 0}, {time.Minute, 1}} {
			if got := round(noon.Add(c.after)); got != c.want {
				t.Errorf("after %v the duty was taken %d times, want %d", c.after, got, c.want)
			}
		}
		if mine, err := b.TakeDuty(t.Context(), "another", noon, noon.Add(time.Minute)); err != nil || !mine {
			t.Errorf("another duty: %v, %v", mine, err)
		}
	})
}
