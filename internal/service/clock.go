package service

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// TrustsClock looks at the clock, and says whether it is trusted to say what has
// had its time. That it is doubted, and no longer, is recorded.
func (s *Service) TrustsClock(ctx context.Context) (bool, error) {
	now := s.now()
	c, err := s.changeClock(ctx, func(c idv.Clock) idv.Clock { return c.Look(now) })
	return !c.Doubts(), err
}

// warnOfClock says what to do about a clock that is doubted.
func (s *Service) warnOfClock(ctx context.Context, c idv.Clock) {
	s.Log.WarnContext(ctx, "the clock has leapt ahead, so nothing is deleted by its age: set it right, or confirm it with `dossier retention resume`",
		"trusted", c.Trusted, "leapt_to", c.Doubted, "doubted_for", c.Left())
}

// TrustClock says that the clock is right, and gives what was known of it before.
func (s *Service) TrustClock(ctx context.Context) (before idv.Clock, err error) {
	now := s.now()
	_, err = s.changeClock(ctx, func(c idv.Clock) idv.Clock {
		before = c
		return idv.Clock{Trusted: now}
	})
	return before, err
}

// Clock gives what is known of the clock.
func (s *Service) Clock(ctx context.Context) (c idv.Clock, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		c, err = r.Clock(ctx)
		return err
	})
	return c, err
}

func (s *Service) changeClock(ctx context.Context, change func(idv.Clock) idv.Clock) (after idv.Clock, err error) {
	before, err := s.Clock(ctx)
	if err != nil || change(before) == before {
		return before, err // Also where the clock is behind, and nothing can be stored.
	}
	err = s.Store.Update(ctx, func(tx idv.Tx) error {
		if before, err = tx.Clock(ctx); err != nil {
			return err
		}
		after = change(before)
		if err := tx.SaveClock(ctx, after); err != nil || after.Doubts() == before.Doubts() {
			return err
		}
		action := idv.ActionClockTrusted
		if after.Doubts() {
			action = idv.ActionClockDoubted
		}
		return tx.Record(ctx, idv.Record{At: s.now(), Action: action})
	})
	if err != nil {
		return after, fmt.Errorf("look at the clock: %w", err)
	}
	if after.Doubts() && !before.Doubts() {
		s.warnOfClock(ctx, after)
	}
	return after, nil
}
