package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// agedAtOnce is how much of one kind is looked for at a time.
const agedAtOnce = 200

// Retain deletes what has had its time by the policies, if the clock is trusted. It
// goes on with the rest where something cannot be deleted.
func (s *Service) Retain(ctx context.Context) error {
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorSystem, ID: "retention"})
	if trusted, err := s.TrustsClock(ctx); err != nil || !trusted {
		return err
	}
	var faults []error
	now := s.now()
	tenants, err := s.tenants(ctx)
	for _, tenant := range tenants {
		policy := s.Policies.Of(tenant)
		for _, a := range idv.Agings() {
			period, limited := policy[a]
			if !limited || period == (Period{}) {
				continue
			}
			if err := s.retain(ctx, tenant, a, period.before(now)); err != nil {
				faults = append(faults, fmt.Errorf("tenant %s, %s: %w", tenant, a, err))
			}
		}
	}
	return errors.Join(append(faults, err)...)
}

func (s *Service) tenants(ctx context.Context) (ids []string, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		ids, err = r.Tenants(ctx)
		return err
	})
	return ids, err
}

func (s *Service) retain(ctx context.Context, tenant string, a idv.Aging, before time.Time) error {
	switch a {
	case idv.AgingResults:
		return errors.Join(
			s.each(ctx, func(r idv.Reader) ([]idv.Aged, error) { return r.Aged(ctx, tenant, a, before, agedAtOnce) },
				func(g idv.Aged) error { return s.expireResult(ctx, g.Key, before) }),
			s.each(ctx, func(r idv.Reader) ([]idv.Aged, error) { return r.AgedDossiers(ctx, tenant, before, agedAtOnce, 0) },
				func(g idv.Aged) error { return s.DeleteDossier(ctx, tenant, g.Key.Dossier) }))
	case idv.AgingImages, idv.AgingBiometrics:
		return errors.Join(
			s.each(ctx, func(r idv.Reader) ([]idv.Aged, error) { return r.Aged(ctx, tenant, a, before, agedAtOnce) },
				func(g idv.Aged) error { return s.expireImages(ctx, g.Key, a) }),
			s.each(ctx, func(r idv.Reader) ([]idv.Aged, error) {
				return r.AgedFiles(ctx, tenant, a.Depictions(), before, agedAtOnce)
			}, func(g idv.Aged) error { return s.expireFiles(ctx, g.Key, a, before) }))
	case idv.AgingEvents, idv.AgingTrail:
	}
	return s.dropAged(ctx, tenant, a, before)
}

// each does something to all that is found, until nothing is found. What fails
// is found again, so a round without success ends it.
func (s *Service) each(ctx context.Context, find func(idv.Reader) ([]idv.Aged, error), do func(idv.Aged) error) error {
	for {
		var found []idv.Aged
		err := s.Store.View(ctx, func(r idv.Reader) (err error) {
			found, err = find(r)
			return err
		})
		if err != nil || len(found) == 0 {
			return err
		}
		var faults []error
		for _, g := range found {
			err := do(g)
			if idv.CodeOf(err) == idv.CodeNotFound { // Deleted meanwhile, or before a backup was brought back.
				err = s.Store.Update(ctx, func(tx idv.Tx) error { return tx.DropErased(ctx, g.Key.Tenant, g.Key.Dossier, s.now()) })
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("dossier %s: %w", g.Key.Dossier, err))
			}
		}
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
	}
}

// expireResult deletes a process, and with the last one its dossier, unless that
// was changed since.
func (s *Service) expireResult(ctx context.Context, k idv.ProcessKey, before time.Time) error {
	var last bool
	err := s.Store.View(ctx, func(r idv.Reader) error {
		d, err := r.Dossier(ctx, k.Tenant, k.Dossier)
		if err != nil {
			return err
		}
		processes, err := r.Processes(ctx, k.Tenant, k.Dossier)
		last = !d.UpdatedAt.After(before) && !slices.ContainsFunc(processes, func(p *idv.Process) bool {
			return !p.Status.Final() || p.UpdatedAt.After(before)
		})
		return err
	})
	if err != nil {
		return err
	}
	if last {
		return s.DeleteDossier(ctx, k.Tenant, k.Dossier)
	}
	return s.DeleteProcess(ctx, k)
}

// expireImages removes images of a process.
func (s *Service) expireImages(ctx context.Context, k idv.ProcessKey, a idv.Aging) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		if _, err := deletable(ctx, tx, k.Tenant, k.Dossier); err != nil {
			return err
		}
		images, err := tx.Images(ctx, k.Tenant, k.Process)
		if err != nil {
			return err
		}
		gone := slices.DeleteFunc(images, func(i idv.Image) bool { return !slices.Contains(a.Depictions(), i.Depiction) })
		if err := tx.DeleteImages(ctx, k, a.Depictions(), eraseJobs(gone)); err != nil {
			return err
		}
		return tx.Record(ctx, idv.Record{Tenant: k.Tenant, At: s.now(), Action: idv.ActionImagesExpired, Dossier: k.Dossier, Process: k.Process, Subject: string(a)})
	})
}

// expireFiles removes files of a dossier that are old enough.
func (s *Service) expireFiles(ctx context.Context, k idv.ProcessKey, a idv.Aging, before time.Time) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		d, err := deletable(ctx, tx, k.Tenant, k.Dossier)
		if err != nil {
			return err
		}
		files, err := tx.Files(ctx, k.Tenant, k.Dossier)
		if err != nil {
			return err
		}
		gone := slices.DeleteFunc(files, func(f idv.Image) bool {
			return !slices.Contains(a.Depictions(), f.Depiction) || f.CreatedAt.After(before)
		})
		var names []idv.Depiction
		for _, f := range gone {
			names = append(names, f.Depiction)
		}
		// The dossier does not count as changed, or it would be kept the longer.
		if err := tx.DeleteFiles(ctx, k.Tenant, k.Dossier, names, d.UpdatedAt, eraseJobs(gone)); err != nil {
			return err
		}
		return tx.Record(ctx, idv.Record{Tenant: k.Tenant, At: s.now(), Action: idv.ActionImagesExpired, Dossier: k.Dossier, Subject: "files, " + string(a)})
	})
}

// dropAged drops events or the beginning of the trail. That it did is recorded.
func (s *Service) dropAged(ctx context.Context, tenant string, a idv.Aging, before time.Time) error {
	action := idv.ActionEventsExpired
	if a == idv.AgingTrail {
		action = idv.ActionTrailExpired
	}
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		n, err := tx.DropAged(ctx, tenant, a, before)
		if err != nil || n == 0 {
			return err
		}
		return tx.Record(ctx, idv.Record{Tenant: tenant, At: s.now(), Action: action, Subject: strconv.Itoa(n)})
	})
}

// Hold puts a dossier under a legal hold: nothing of it is deleted, by policy or
// by request, until the hold is released. reason is kept sealed with the dossier,
// in the audit trail.
func (s *Service) Hold(ctx context.Context, tenant, dossier string, reason idv.Personal) error {
	return s.setHold(ctx, tenant, dossier, s.now(), idv.ActionHoldSet, reason)
}

// Release ends a legal hold.
func (s *Service) Release(ctx context.Context, tenant, dossier string, reason idv.Personal) error {
	return s.setHold(ctx, tenant, dossier, time.Time{}, idv.ActionHoldReleased, reason)
}

func (s *Service) setHold(ctx context.Context, tenant, dossier string, since time.Time, a idv.Action, reason idv.Personal) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error {
		if err := tx.SetHold(ctx, tenant, dossier, since); err != nil {
			return err
		}
		return tx.Record(ctx, idv.Record{Tenant: tenant, At: s.now(), Action: a, Dossier: dossier, Detail: reason})
	})
}

// Due is what a sweep would delete.
type Due struct {
	Tenant string
	Aging  idv.Aging
	// What is "process", "dossier", "images", "files", "events" or "records".
	What string
	// Key is zero for events and records, of which there are Count.
	Key   idv.ProcessKey
	Since time.Time
	Count int
	// More says that there may be more than were counted.
	More bool
}

// Plan gives what Retain would delete if it ran at the given time, up to limit of
// each kind and tenant.
func (s *Service) Plan(ctx context.Context, at time.Time, limit int) (plan []Due, err error) {
	tenants, err := s.tenants(ctx)
	if err != nil {
		return nil, err
	}
	for _, tenant := range tenants {
		due, err := s.planTenant(ctx, tenant, at, limit, 0)
		if err != nil {
			return nil, err
		}
		plan = append(plan, due...)
	}
	return plan, nil
}

// mostLooked is how much of a kind PlanOf looks at: somebody waits for it.
const mostLooked = 2000

// PlanOf is Plan for one tenant, bounded so that it can be waited for: more than
// 2,000 events, or records of the trail, count as 2,000; and of the dossiers that
// are old enough, the oldest 2,000 are looked at for some without a process.
func (s *Service) PlanOf(ctx context.Context, tenant string, at time.Time, limit int) ([]Due, error) {
	return s.planTenant(ctx, tenant, at, limit, mostLooked)
}

func (s *Service) planTenant(ctx context.Context, tenant string, at time.Time, limit, looked int) (plan []Due, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		for _, a := range idv.Agings() {
			period := s.Policies.Of(tenant)[a]
			if period == (Period{}) {
				continue
			}
			due, err := planOf(ctx, r, tenant, a, period.before(at), limit, looked)
			if err != nil {
				return err
			}
			plan = append(plan, due...)
		}
		return nil
	})
	return plan, err
}

func planOf(ctx context.Context, r idv.Reader, tenant string, a idv.Aging, before time.Time, limit, looked int) (plan []Due, err error) {
	if a == idv.AgingEvents || a == idv.AgingTrail {
		n, err := r.CountAged(ctx, tenant, a, before, looked)
		if err != nil || n == 0 {
			return nil, err
		}
		return []Due{{Tenant: tenant, Aging: a, What: map[idv.Aging]string{idv.AgingEvents: "events", idv.AgingTrail: "records"}[a], Count: n, More: n == looked}}, nil
	}
	add := func(what string, found []idv.Aged, err error) error {
		for _, g := range found {
			plan = append(plan, Due{Tenant: tenant, Aging: a, What: what, Key: g.Key, Since: g.Since, Count: 1})
		}
		return err
	}
	processes, err := r.Aged(ctx, tenant, a, before, limit)
	if a == idv.AgingResults {
		dossiers, dossierErr := r.AgedDossiers(ctx, tenant, before, limit, looked)
		err = errors.Join(add("process", processes, err), add("dossier", dossiers, dossierErr))
		return plan, err
	}
	files, filesErr := r.AgedFiles(ctx, tenant, a.Depictions(), before, limit)
	err = errors.Join(add("images", processes, err), add("files", files, filesErr))
	return plan, err
}
