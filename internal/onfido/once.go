package onfido

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// creation is one thing that is made at Onfido at most once for a process.
type creation struct {
	// step is its name in the journal.
	step string
	// post asks for it and gives its reference.
	post func(context.Context) (ref string, err error)
	// find looks for it among what was made since it was first asked for, and
	// gives "" when it is not there.
	find func(ctx context.Context, since time.Time) (ref string, err error)
}

// once gives the reference of a creation, which it asks for if that was surely
// not done before. Onfido makes a second applicant, document or check for a
// second request, so the intent is stored first, and where an earlier intent
// has no known outcome it looks before it asks again (law 5). After an error
// with an unknown outcome the intent stays; after a refusal it is withdrawn.
func (c *Connector) once(ctx context.Context, j idv.Journal, m creation) (ref string, err error) {
	step := j.Step(m.step)
	if step.Ref != "" {
		return step.Ref, nil
	}
	if !step.IntendedAt.IsZero() {
		ref, err := c.recall(ctx, step.IntendedAt, m)
		if err != nil {
			return "", err
		}
		if ref != "" {
			// What another process has found first is not ours: ours was not made.
			if err := j.Done(ctx, m.step, ref); !errors.Is(err, idv.ErrTaken) {
				return ref, err
			}
		}
	}
	if err := j.Intend(ctx, m.step); err != nil {
		return "", err
	}
	ref, err = m.post(ctx)
	if err != nil {
		return "", c.settleFailure(ctx, j, m.step, err)
	}
	if err := j.Done(ctx, m.step, ref); errors.Is(err, idv.ErrTaken) {
		return "", &idv.Later{After: c.settle, Err: err}
	} else if err != nil {
		return "", err
	}
	return ref, nil
}

// recall looks for what an earlier request may have made, once the request has
// had time to be done.
func (c *Connector) recall(ctx context.Context, intended time.Time, m creation) (ref string, err error) {
	if wait := intended.Add(c.settle).Sub(c.now()); wait > 0 {
		return "", &idv.Later{After: wait, Err: fmt.Errorf("the outcome of the step %s is not known yet", m.step)}
	}
	return m.find(ctx, intended)
}

// settleFailure withdraws the intent of a request that surely made nothing, and
// gives any other time to be done.
func (c *Connector) settleFailure(ctx context.Context, j idv.Journal, step string, err error) error {
	if onfidoapi.OutcomeOf(err) == onfidoapi.InDoubt {
		return &idv.Later{After: max(c.settle, retryAfter(err)), Err: err}
	}
	if failed := j.Withdraw(ctx, step); failed != nil {
		return failed
	}
	return err
}
