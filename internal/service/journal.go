package service

import (
	"context"
	"maps"

	"github.com/dossier-id/dossier/internal/idv"
)

// journal is a worker's memory of one process, kept in the store. Each write
// renews the worker's lease in the same transaction, so a worker that was
// overtaken can neither write nor go on.
type journal struct {
	service *Service
	key     idv.ProcessKey
	holder  string
	steps   map[string]idv.Step
	// released is set when the lease was given up with the last change.
	released bool
}

// Step gives what is known of a step.
func (j *journal) Step(name string) idv.Step { return j.steps[name] }

// Taken says whether a reference of the step belongs to another process.
func (j *journal) Taken(ctx context.Context, name, ref string) (bool, error) {
	owner, err := j.service.owner(ctx, name, ref)
	return owner != (idv.ProcessKey{}) && owner != j.key, err
}

// owner gives the process that a reference of a step belongs to, or none.
func (s *Service) owner(ctx context.Context, name, ref string) (owner idv.ProcessKey, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) (err error) {
		owner, err = r.FindStep(ctx, name, ref)
		return err
	})
	if idv.CodeOf(err) == idv.CodeNotFound {
		err = nil
	}
	return owner, err
}

// Intend stores that the step is about to be asked for.
func (j *journal) Intend(ctx context.Context, name string) error {
	return j.put(ctx, name, idv.Step{IntendedAt: j.service.now()})
}

// Done stores the reference of what was made. If the process was deleted
// meanwhile, the provider must forget the person it has just been told of.
func (j *journal) Done(ctx context.Context, name, ref string) error {
	err := j.put(context.WithoutCancel(ctx), name, idv.Step{IntendedAt: j.steps[name].IntendedAt, Ref: ref})
	if idv.CodeOf(err) == idv.CodeNotFound && name == idv.StepApplicant {
		return j.forget(context.WithoutCancel(ctx), ref)
	}
	return err
}

// Withdraw stores that the request made nothing.
func (j *journal) Withdraw(ctx context.Context, name string) error {
	return j.put(context.WithoutCancel(ctx), name, idv.Step{})
}

func (j *journal) put(ctx context.Context, name string, step idv.Step) error {
	err := j.service.Store.Update(ctx, func(tx idv.Tx) error {
		if err := j.renew(ctx, tx); err != nil {
			return err
		}
		return tx.PutStep(ctx, j.key, name, step)
	})
	if err == nil {
		j.steps = maps.Clone(j.steps)
		j.steps[name] = step
	}
	return err
}

// renew keeps the lease for as long as one more call to the provider may take.
func (j *journal) renew(ctx context.Context, tx idv.Tx) error {
	return tx.RenewLease(ctx, j.key, j.holder, j.service.now().Add(j.service.LeaseFor))
}

func (j *journal) forget(ctx context.Context, ref string) error {
	err := j.service.Store.Update(ctx, func(tx idv.Tx) error {
		return tx.Enqueue(ctx, idv.Job{Kind: idv.JobForget, Tenant: j.key.Tenant, Ref: ref})
	})
	if err != nil {
		return err
	}
	return idv.NotFound("process")
}

// release gives the process free for others.
func (j *journal) release(ctx context.Context) {
	if j.released {
		return
	}
	ctx = context.WithoutCancel(ctx)
	err := j.service.Store.Update(ctx, func(tx idv.Tx) error {
		return tx.ReleaseLease(ctx, j.key, j.holder)
	})
	if err != nil && idv.CodeOf(err) != idv.CodeNotFound {
		j.service.Log.WarnContext(ctx, "a lease is left to run out", "process", j.key.Process, "error", err)
	}
}
