package service

import (
	"context"
	"errors"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// admitTimeout bounds how long a request waits for the provider where it cannot
// go on without: the longest answer that Onfido is given.
const admitTimeout = 30 * time.Second

// EnsureAppProcess is EnsureProcess for a process whose images an app brings
// (Assure contract section 5, mobileAppId). token is what the app needs for that.
// Without a token there is no process: when the provider refuses, or cannot be
// asked (CodeProviderUnavailable), it is removed again.
func (s *Service) EnsureAppProcess(ctx context.Context, tenant, dossier, id string, p *idv.Process) (_ *View, token idv.Personal, err error) {
	v, err := s.EnsureProcess(ctx, tenant, dossier, id, p)
	if err != nil {
		return nil, "", err
	}
	k := idv.ProcessKey{Tenant: tenant, Dossier: dossier, Process: v.ID}
	token, err = s.Admit(ctx, k, idv.Software{AppID: v.MobileAppID})
	if err == nil || idv.CodeOf(err) == idv.CodeInvalidState { // the app has gone on meanwhile
		return v, token, err
	}
	if removed := s.DeleteProcess(context.WithoutCancel(ctx), k); removed != nil && idv.CodeOf(removed) != idv.CodeNotFound {
		err = errors.Join(err, removed)
	}
	return nil, "", err
}

// Admit gives a token with which the provider's own software may bring the images
// of a pending process, for a time that the provider sets. It fails with
// CodeProviderUnavailable while the provider cannot be asked.
func (s *Service) Admit(ctx context.Context, k idv.ProcessKey, to idv.Software) (token idv.Personal, err error) {
	admitter, can := s.Provider.(idv.Admitter)
	if !can {
		return "", idv.Refuse(idv.CodeNotSupported, "the provider has no software of its own")
	}
	err = s.askForPending(ctx, k, "bring images", func(ctx context.Context, c idv.Case) (err error) {
		token, err = admitter.Admit(ctx, c, to)
		return err
	})
	return token, err
}

// askForPending lets ask talk to the provider about a pending process, under its
// lease.
func (s *Service) askForPending(ctx context.Context, k idv.ProcessKey, what string, ask func(context.Context, idv.Case) error) error {
	v, err := s.claimPending(ctx, k, func(shown *View) error {
		if shown.Status != idv.StatusPending {
			return idv.InvalidState(what, shown.Status)
		}
		return nil
	})
	if err != nil {
		return err
	}
	defer v.release(ctx)
	ctx, cancel := context.WithTimeout(ctx, admitTimeout)
	defer cancel()
	err = ask(ctx, v.Case)
	if _, refused := errors.AsType[*idv.Error](err); err == nil || refused {
		return err
	}
	s.Log.WarnContext(ctx, "the provider could not be asked", "process", k.Process, "error", err)
	return idv.Refuse(idv.CodeProviderUnavailable, "the provider cannot be asked now; try again")
}
