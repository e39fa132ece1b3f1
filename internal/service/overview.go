package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// FindProcesses gives a page of a tenant's processes, newest first. It shows
// nothing about a person, so nothing is recorded.
func (s *Service) FindProcesses(ctx context.Context, tenant string, q idv.ProcessQuery) (page []idv.ProcessLine, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		page, err = r.FindProcesses(ctx, tenant, q)
		return err
	})
	return page, err
}

// maxVerdictTimes and maxUnclear bound what an overview reads: of a longer time,
// the newest count.
const (
	maxVerdictTimes = 2000
	maxUnclear      = 200
)

// Overview says how a tenant's verifications have gone since a time.
type Overview struct {
	Counts []idv.StatusCount
	// Times are how long the newest 2,000 verdicts took.
	Times   []time.Duration
	Backlog idv.Backlog
	// Unclear are the newest 100 that the provider rejected, and the newest 100 that
	// it left inconclusive.
	Unclear []idv.ProcessKey
	// Failing are the subscriptions that are disabled or fail.
	Failing []*idv.Subscription
}

// Overview reads the figures of one moment.
func (s *Service) Overview(ctx context.Context, tenant string, since time.Time) (*Overview, error) {
	o := &Overview{}
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		if o.Counts, err = r.CountProcesses(ctx, tenant, since); err != nil {
			return err
		}
		if o.Times, err = r.VerdictTimes(ctx, tenant, since, maxVerdictTimes); err != nil {
			return err
		}
		if o.Backlog, err = r.Backlog(ctx, tenant); err != nil {
			return err
		}
		if o.Failing, err = failing(ctx, r, tenant); err != nil {
			return err
		}
		o.Unclear, err = unclear(ctx, r, tenant, since)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the overview: %w", err)
	}
	return o, nil
}

// Unclear gives what Overview gives of that name.
func (s *Service) Unclear(ctx context.Context, tenant string, since time.Time) (found []idv.ProcessKey, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		found, err = unclear(ctx, r, tenant, since)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find what was not clear: %w", err)
	}
	return found, nil
}

func failing(ctx context.Context, r idv.Reader, tenant string) (found []*idv.Subscription, err error) {
	subscriptions, err := r.Subscriptions(ctx, tenant)
	for _, sub := range subscriptions {
		if sub.State == idv.SubscriptionDisabled || !sub.FailingSince.IsZero() {
			found = append(found, sub)
		}
	}
	return found, err
}

func unclear(ctx context.Context, r idv.Reader, tenant string, since time.Time) (found []idv.ProcessKey, err error) {
	for _, status := range []idv.Status{idv.StatusRejected, idv.StatusInconclusive} {
		lines, err := r.FindProcesses(ctx, tenant, idv.ProcessQuery{Status: status, Since: since, Limit: maxUnclear / 2})
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			found = append(found, l.ProcessKey)
		}
	}
	return found, nil
}

// Counts counts a tenant's processes by day and status, since the beginning of a day.
func (s *Service) Counts(ctx context.Context, tenant string, since time.Time) (counts []idv.StatusCount, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		counts, err = r.CountProcesses(ctx, tenant, since)
		return err
	})
	return counts, err
}

// Found opens what the provider found in processes, for who counts words of it and
// shows nobody whose they are: nothing is recorded. One that does not open, or has
// no verdict, is left out: whoever opens it hears of it. Many are opened side by
// side: somebody waits for all of them.
func (s *Service) Found(ctx context.Context, keys []idv.ProcessKey) (map[idv.ProcessKey]idv.PersonalJSON, error) {
	parts := slices.Collect(slices.Chunk(keys, openedInTurn))
	found, errs := make([]map[idv.ProcessKey]idv.PersonalJSON, len(parts)), make([]error, len(parts))
	var opening sync.WaitGroup
	for i, part := range parts {
		opening.Go(func() { found[i], errs[i] = s.foundIn(ctx, part) })
	}
	opening.Wait()
	all := make(map[idv.ProcessKey]idv.PersonalJSON, len(keys))
	for _, part := range found {
		maps.Copy(all, part)
	}
	return all, errors.Join(errs...)
}

// openedInTurn is how many results one of those side by side opens: of an overview's
// 200, there are four.
const openedInTurn = maxUnclear / 4

func (s *Service) foundIn(ctx context.Context, keys []idv.ProcessKey) (found map[idv.ProcessKey]idv.PersonalJSON, err error) {
	found = make(map[idv.ProcessKey]idv.PersonalJSON, len(keys))
	err = s.Store.View(ctx, func(r idv.Reader) error {
		for _, k := range keys {
			p, err := r.Process(ctx, k.Tenant, k.Dossier, k.Process)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil && p.Verdict != nil {
				found[k] = p.Verdict.ProviderSpecific
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what was found: %w", err)
	}
	return found, nil
}

// Step is something that happened to a process, and who was told.
type Step struct {
	idv.Event
	Deliveries []idv.Delivery
}

// Timeline gives the published events of a process, oldest first, with their
// deliveries.
func (s *Service) Timeline(ctx context.Context, k idv.ProcessKey) (steps []Step, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		events, err := r.Feed(ctx, k.Tenant, idv.FeedQuery{Dossier: k.Dossier, Limit: 200})
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.ProcessID != k.Process {
				continue
			}
			sent, err := r.DeliveriesOf(ctx, k.Tenant, []string{e.ID})
			if err != nil {
				return err
			}
			steps = append(steps, Step{e, sent})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the timeline: %w", err)
	}
	return steps, nil
}

// Reports gives the provider's raw reports of a process, ordered by kind.
func (s *Service) Reports(ctx context.Context, k idv.ProcessKey) (reports []idv.Report, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		reports, err = r.Reports(ctx, k.Tenant, k.Dossier, k.Process)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the reports: %w", err)
	}
	return reports, s.seen(ctx, k, idv.ActionReportViewed, "")
}
