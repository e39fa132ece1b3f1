package service

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// PutCaptureConfiguration makes a configuration, or replaces the one with the id
// when one is given. What it cannot do it refuses (idv.CaptureProfile.Validate).
func (s *Service) PutCaptureConfiguration(ctx context.Context, tenant, id string, p idv.CaptureProfile) (*idv.CaptureConfiguration, error) {
	if err := p.Validate(s.Texts); err != nil {
		return nil, err
	}
	now := s.now()
	c := &idv.CaptureConfiguration{ID: id, TenantID: tenant, CaptureProfile: p, CreatedAt: now, UpdatedAt: now}
	err := s.Store.Update(ctx, func(tx idv.Tx) (err error) {
		if id == "" {
			c.ID = s.NewID()
			err = s.roomForConfiguration(ctx, tx, tenant)
		} else {
			c.CreatedAt, err = createdAt(ctx, tx, tenant, id)
		}
		if err != nil {
			return err
		}
		return tx.PutCaptureConfiguration(ctx, c)
	})
	if err != nil {
		return nil, fmt.Errorf("store the capture configuration: %w", err)
	}
	return c, nil
}

func (s *Service) roomForConfiguration(ctx context.Context, tx idv.Tx, tenant string) error {
	others, err := tx.CaptureConfigurations(ctx, tenant)
	if err == nil && len(others) >= idv.MaxCaptureConfigurations {
		err = idv.Refuse(idv.CodeInvalidState, fmt.Sprintf("there are %d capture configurations already, the most that there may be", len(others)))
	}
	return err
}

func createdAt(ctx context.Context, tx idv.Tx, tenant, id string) (time.Time, error) {
	before, err := tx.CaptureConfiguration(ctx, tenant, id)
	if err != nil {
		return time.Time{}, err
	}
	return before.CreatedAt, nil
}

// CaptureConfiguration gives a configuration.
func (s *Service) CaptureConfiguration(ctx context.Context, tenant, id string) (c *idv.CaptureConfiguration, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		c, err = r.CaptureConfiguration(ctx, tenant, id)
		return err
	})
	return c, err
}

// CaptureConfigurations gives those of a tenant, oldest first.
func (s *Service) CaptureConfigurations(ctx context.Context, tenant string) (found []*idv.CaptureConfiguration, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		found, err = r.CaptureConfigurations(ctx, tenant)
		return err
	})
	return found, err
}

// DeleteCaptureConfiguration removes a configuration. Flows that were started
// with it go on as they are.
func (s *Service) DeleteCaptureConfiguration(ctx context.Context, tenant, id string) error {
	return s.Store.Update(ctx, func(tx idv.Tx) error { return tx.DeleteCaptureConfiguration(ctx, tenant, id) })
}
