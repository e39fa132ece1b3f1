package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// verification is one worker's hold on a process: its lease, and the case as
// the provider gets to see it.
type verification struct {
	*journal
	idv.Case
}

// claim takes the lease of a process and reads its case. It fails with
// ErrLeaseLost while another worker has it. check may refuse the process before
// anything is written.
func (s *Service) claim(ctx context.Context, k idv.ProcessKey, check func(*View) error) (*verification, error) {
	j := &journal{service: s, key: k, holder: s.NewID()}
	v := &verification{journal: j, Case: idv.Case{Open: s.openImage, Journal: j}}
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		shown, err := view(ctx, tx, k)
		if err != nil {
			return err
		}
		if err := check(shown); err != nil {
			return err
		}
		v.Process, v.Images = shown.Process, shown.all()
		return v.read(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (v *verification) read(ctx context.Context, tx idv.Tx) (err error) {
	now := v.service.now()
	if err := tx.TakeLease(ctx, v.key, v.holder, now, now.Add(v.service.LeaseFor)); err != nil {
		return err
	}
	d, err := tx.Dossier(ctx, v.key.Tenant, v.key.Dossier)
	if err != nil {
		return err
	}
	v.UserData = d.UserData
	if v.Film, err = tx.Film(ctx, v.key.Tenant, v.key.Process); err != nil {
		return err
	}
	v.steps, err = tx.Steps(ctx, v.key.Tenant, v.key.Process)
	return err
}

// change stores a change of the process with its effects, if the lease still
// holds. It is the last that is done under the lease, which ends with it.
func (v *verification) change(ctx context.Context, event idv.Event, jobs ...idv.Job) error {
	s := v.service
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		if err := v.renew(ctx, tx); err != nil {
			return err
		}
		if err := s.rank(ctx, tx, jobs); err != nil {
			return err
		}
		if err := tx.ChangeProcess(ctx, v.Process, idv.Effects{Event: event, Jobs: jobs}); err != nil {
			return err
		}
		return tx.ReleaseLease(ctx, v.key, v.holder)
	})
	v.released = err == nil
	return err
}

// rank lets the verifications of a tenant that has few of them go before those
// of one that has many, which would otherwise all be done first.
func (s *Service) rank(ctx context.Context, tx idv.Tx, jobs []idv.Job) error {
	for i := range jobs {
		if jobs[i].Kind != idv.JobAdvance || s.WorkEach <= 0 {
			continue
		}
		backlog, err := tx.AddBacklog(ctx, jobs[i].Tenant, s.now(), s.WorkEach)
		if err != nil {
			return err
		}
		jobs[i].Rank = rankOf(backlog)
	}
	return nil
}

// rankOf puts a backlog in one of four classes.
func rankOf(backlog time.Duration) int {
	for rank, below := range [idv.MaxRank]time.Duration{10 * time.Second, time.Minute, 10 * time.Minute} {
		if backlog < below {
			return rank
		}
	}
	return idv.MaxRank
}

// Start begins the verification of a pending process and gives it as it then
// stands: processing. The provider is asked at once for what may refuse the
// request (location, consent); if it cannot be reached the work goes on in the
// background (Assure contract section 5).
func (s *Service) Start(ctx context.Context, k idv.ProcessKey) (*View, error) {
	v, err := s.claimPending(ctx, k, func(shown *View) error { return shown.Ready(shown.all()) })
	if err != nil {
		return nil, err
	}
	defer v.release(ctx)
	if err := s.prepare(ctx, v); err != nil {
		return nil, err
	}
	now := s.now()
	begun := v.Process.Begin(now, now.Add(s.GiveUpAfter))
	job := idv.Job{Kind: idv.JobAdvance, Tenant: k.Tenant, Dossier: k.Dossier, Process: k.Process}
	if err := v.change(ctx, begun, job); err != nil {
		return nil, fmt.Errorf("start verification: %w", err)
	}
	return viewOf(v.Process, v.Images), nil
}

// claimPending claims a process that is not being started by another request.
func (s *Service) claimPending(ctx context.Context, k idv.ProcessKey, check func(*View) error) (*verification, error) {
	v, err := s.claim(ctx, k, check)
	if errors.Is(err, idv.ErrLeaseLost) {
		return nil, idv.Refuse(idv.CodeInvalidState, "the verification is being started by another request")
	}
	return v, err
}

// prepare gives the provider's refusal, or nil when there is none or the
// provider has no answer in time.
func (s *Service) prepare(ctx context.Context, v *verification) error {
	ctx, cancel := context.WithTimeout(ctx, s.PrepareTimeout)
	defer cancel()
	err := s.Provider.Prepare(ctx, v.Case)
	if _, refused := errors.AsType[*idv.Error](err); refused {
		return err
	}
	if err != nil {
		s.Log.InfoContext(ctx, "the provider gave no answer at the start; going on in the background",
			"process", v.key.Process, "error", err)
	}
	return nil
}

// advance takes a process one step further. again is how long to wait before
// the next step, zero when there is none. It fails with ErrLeaseLost while
// another worker has the process.
func (s *Service) advance(ctx context.Context, k idv.ProcessKey) (again time.Duration, err error) {
	v, err := s.claim(ctx, k, func(shown *View) error {
		if shown.Status != idv.StatusProcessing {
			return errNothingToDo
		}
		return nil
	})
	if errors.Is(err, errNothingToDo) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer v.release(ctx)
	return v.step(ctx)
}

// errNothingToDo ends the advance of a process that is not processing.
var errNothingToDo = errors.New("the process is not processing")

func (v *verification) step(ctx context.Context) (again time.Duration, err error) {
	s := v.service
	late, err := s.late(ctx, v.Process)
	if err != nil {
		return 0, err
	}
	if late {
		return 0, v.fail(ctx, &idv.Failure{Type: idv.FailProviderTimeout, Message: "the provider gave no verdict in time"})
	}
	progress, err := s.Provider.Advance(ctx, v.Case)
	if err != nil {
		return v.mend(ctx, err)
	}
	if progress.Verdict == nil {
		return max(progress.Wait, time.Second), nil
	}
	if again, err := v.fetch(ctx); again > 0 || err != nil {
		return again, err
	}
	return 0, v.change(ctx, v.Process.Conclude(progress.Verdict, s.now()))
}

// late says whether the provider has had its time, by a clock that is trusted.
func (s *Service) late(ctx context.Context, p *idv.Process) (bool, error) {
	if !s.now().After(p.Deadline) {
		return false, nil
	}
	return s.TrustsClock(ctx)
}

// mend decides what an error of the provider means: the end of the process, or
// another try.
func (v *verification) mend(ctx context.Context, err error) (again time.Duration, _ error) {
	if failure, ok := errors.AsType[*idv.Failure](err); ok {
		return 0, v.fail(ctx, failure)
	}
	if refused, ok := errors.AsType[*idv.Error](err); ok {
		if refused.Code == idv.CodeNotFound {
			return 0, err
		}
		return 0, v.fail(ctx, &idv.Failure{Type: idv.FailProvider, Message: refused.Detail})
	}
	if errors.Is(err, idv.ErrLeaseLost) {
		return 0, err
	}
	return v.wait(ctx, err), nil
}

// wait says how long to wait after an error that another try may mend.
func (v *verification) wait(ctx context.Context, err error) time.Duration {
	again := v.backOff()
	if later, ok := errors.AsType[*idv.Later](err); ok && later.After > 0 {
		again = later.After
	}
	v.service.Log.InfoContext(ctx, "the provider could not be asked; trying again", "process", v.key.Process, "in", again, "error", err)
	return again
}

// backOff grows with the age of the work, from a second to a minute: a
// provider that is down for an hour is asked about once a minute.
func (v *verification) backOff() time.Duration {
	age := v.service.now().Sub(v.Process.UpdatedAt)
	return min(max(age/8, time.Second), time.Minute)
}

func (v *verification) fail(ctx context.Context, f *idv.Failure) error {
	return v.change(ctx, v.Process.Fail(f, v.service.now()))
}
