package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// Cancel ends a pending process by the end-user's choice and gives it as it then
// stands. A process that is being started is no longer theirs to cancel.
func (s *Service) Cancel(ctx context.Context, k idv.ProcessKey) (*View, error) {
	v, err := s.claimPending(ctx, k, func(shown *View) error {
		if shown.Status != idv.StatusPending {
			return idv.InvalidState("cancel", shown.Status)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	defer v.release(ctx)
	if err := v.change(ctx, v.Process.Cancel(s.now())); err != nil {
		return nil, fmt.Errorf("cancel the process: %w", err)
	}
	return viewOf(v.Process, v.Images), nil
}

// expireBatch is how many overdue processes are read at a time.
const expireBatch = 100

// Expire fails every process that nobody started in time, if the clock is trusted.
// What is being started right now is left alone; the next run looks at it again.
func (s *Service) Expire(ctx context.Context) error {
	if trusted, err := s.TrustsClock(ctx); err != nil || !trusted {
		return err
	}
	for {
		var overdue []idv.ProcessKey
		err := s.Store.View(ctx, func(r idv.Reader) (err error) {
			overdue, err = r.Overdue(ctx, s.now().Add(-s.PendingFor), expireBatch)
			return err
		})
		if err != nil {
			return err
		}
		left := 0
		for _, k := range overdue {
			expired, err := s.expire(ctx, k)
			if err != nil {
				return fmt.Errorf("expire the process %s: %w", k.Process, err)
			}
			if !expired {
				left++
			}
		}
		if len(overdue) < expireBatch || left == len(overdue) {
			return nil
		}
	}
}

// expire says whether the process is no longer pending.
func (s *Service) expire(ctx context.Context, k idv.ProcessKey) (bool, error) {
	v, err := s.claim(ctx, k, func(shown *View) error {
		if shown.Status != idv.StatusPending {
			return errNothingToDo
		}
		return nil
	})
	switch {
	case errors.Is(err, idv.ErrLeaseLost):
		return false, nil
	case errors.Is(err, errNothingToDo), idv.CodeOf(err) == idv.CodeNotFound:
		return true, nil
	case err != nil:
		return false, err
	}
	defer v.release(ctx)
	return true, v.fail(ctx, &idv.Failure{Type: idv.FailExpired, Message: "the verification was not started in time"})
}
