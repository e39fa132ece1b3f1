package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// Run does a job of the queue. age is how long ago it was enqueued. When again
// is positive the job wants to come back after it; an error asks the queue for
// another try in its own time.
func (s *Service) Run(ctx context.Context, j idv.Job, age time.Duration) (again time.Duration, err error) {
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorSystem, ID: string(j.Kind)})
	switch j.Kind {
	case idv.JobAdvance:
		again, err := s.advance(ctx, idv.ProcessKey{Tenant: j.Tenant, Dossier: j.Dossier, Process: j.Process})
		return settled(again, err)
	case idv.JobHint:
		return s.follow(ctx, j.Ref, age)
	case idv.JobForget:
		return s.forget(ctx, j)
	case idv.JobEraseBlobs:
		if err := s.Blobs.Erase(ctx, idv.BlobRef{Tenant: j.Tenant, Dossier: j.Dossier, Process: j.Process, Name: j.Ref}); err != nil {
			return 0, err
		}
		return 0, s.doneErasing(ctx, j, nil)
	}
	return 0, fmt.Errorf("there is no job of the kind %q", j.Kind)
}

// ErrNotBelieved says that a webhook is not the provider's.
var ErrNotBelieved = errors.New("the webhook is not believed")

// Hint takes an incoming webhook of the provider: it is verified and stored as
// a job, nothing more (law 4). It fails with ErrNotBelieved for a forged one.
func (s *Service) Hint(ctx context.Context, body []byte, signature string) error {
	ref, err := s.Provider.ReadHint(body, signature)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotBelieved, err)
	}
	if ref == "" {
		return nil
	}
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		return tx.Enqueue(ctx, idv.Job{Kind: idv.JobHint, Ref: ref})
	})
}

// hintLives is how long a hint may wait for its process to become known: a
// webhook can be faster than the answer that names the check.
const hintLives = 30 * time.Second

// follow looks once at the process of a check. The polling job of the process
// goes on by itself, so a hint that leads nowhere is dropped.
func (s *Service) follow(ctx context.Context, check string, age time.Duration) (again time.Duration, err error) {
	var k idv.ProcessKey
	err = s.Store.View(ctx, func(r idv.Reader) (err error) {
		k, err = r.FindStep(ctx, idv.StepCheck, check)
		return err
	})
	if idv.CodeOf(err) == idv.CodeNotFound && age < hintLives {
		return busyFor, nil
	}
	if err == nil {
		_, err = s.advance(ctx, k)
	}
	return settled(0, err)
}

// busyFor is how long a worker waits for another that has the process.
const busyFor = time.Second

// settled says what an advance means for its job: a deleted process needs no
// more work, and a process that another worker has is looked at again.
func settled(again time.Duration, err error) (time.Duration, error) {
	switch {
	case idv.CodeOf(err) == idv.CodeNotFound:
		return 0, nil
	case errors.Is(err, idv.ErrLeaseLost):
		return busyFor, nil
	}
	return again, err
}

// Sweep finds processes whose work has stopped moving and enqueues it anew. It
// is the last safety net: no lost job leaves a process without an end.
func (s *Service) Sweep(ctx context.Context) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		stale, err := tx.Unfinished(ctx, s.now().Add(-2*s.LeaseFor), 1000)
		if err != nil {
			return fmt.Errorf("find unfinished processes: %w", err)
		}
		jobs := make([]idv.Job, len(stale))
		for i, k := range stale {
			jobs[i] = idv.Job{Kind: idv.JobAdvance, Tenant: k.Tenant, Dossier: k.Dossier, Process: k.Process}
		}
		return tx.Enqueue(ctx, jobs...)
	})
}

// blobsSettle is the age from which a blob without an image is an orphan: no
// upload takes as long.
const blobsSettle = time.Hour

// SweepBlobs removes the bytes that a crash left behind between an upload and
// its transaction, if the clock is trusted: by one that is ahead, an upload that is
// under way looks like that.
func (s *Service) SweepBlobs(ctx context.Context) error {
	if trusted, err := s.TrustsClock(ctx); err != nil || !trusted {
		return err
	}
	for at, err := range s.Blobs.Older(ctx, s.now().Add(-blobsSettle)) {
		if err != nil {
			return fmt.Errorf("list blobs: %w", err)
		}
		var used bool
		err := s.Store.View(ctx, func(r idv.Reader) (err error) {
			used, err = r.HasBlob(ctx, at.Name)
			return err
		})
		if err != nil {
			return fmt.Errorf("look for the image of a blob: %w", err)
		}
		if used {
			continue
		}
		if err := s.Blobs.Erase(ctx, at); err != nil {
			return fmt.Errorf("erase an orphaned blob: %w", err)
		}
	}
	return nil
}
