package service

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// ProviderUse is how much of what the provider gives was used.
type ProviderUse struct {
	// Requests are those of the whole installation, by hour.
	Requests []idv.HourCount
	// Full is until when the provider's limit leaves no room: passed when nothing waits.
	Full time.Time
	// Verdicts are the tenant's: each is a check that was paid for.
	Verdicts []idv.DayCount
}

// ProviderUse reads how much was used since the beginning of a day.
func (s *Service) ProviderUse(ctx context.Context, tenant string, since time.Time) (*ProviderUse, error) {
	u := &ProviderUse{}
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		if u.Requests, u.Full, err = r.BookedHours(ctx, since); err != nil {
			return err
		}
		u.Verdicts, err = r.CountVerdicts(ctx, tenant, since)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read how much of the provider was used: %w", err)
	}
	return u, nil
}
