package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
)

// CreateCaptureConfiguration makes a configuration under the id that the customer
// chose. An id that is taken is refused with CodeInvalidState, unless again says
// that this may be a second try and the configuration says the same: then it is
// given. What a profile cannot do is refused (idv.CaptureProfile.Validate).
func (s *Service) CreateCaptureConfiguration(ctx context.Context, tenant, id string, p idv.CaptureProfile, again bool) (*idv.CaptureConfiguration, error) {
	if err := idv.CheckConfigurationID(id); err != nil {
		return nil, err
	}
	if err := p.Validate(s.Texts); err != nil {
		return nil, err
	}
	now := s.now()
	c := &idv.CaptureConfiguration{ID: id, TenantID: tenant, CaptureProfile: p, CreatedAt: now, UpdatedAt: now}
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		others, err := tx.CaptureConfigurations(ctx, tenant)
		if err != nil {
			return err
		}
		if made := sameConfiguration(others, c); again && made != nil {
			c = made
			return nil
		}
		if len(others) >= idv.MaxCaptureConfigurations {
			return idv.Refuse(idv.CodeInvalidState, fmt.Sprintf("there are %d capture configurations already, the most that there may be", len(others)))
		}
		return tx.CreateCaptureConfiguration(ctx, c)
	})
	if err != nil {
		return nil, fmt.Errorf("create the capture configuration: %w", err)
	}
	return c, nil
}

// sameConfiguration finds the one that has the id of another and says the same. An
// empty list that was stored comes back as none, so what is compared is their JSON.
func sameConfiguration(among []*idv.CaptureConfiguration, c *idv.CaptureConfiguration) *idv.CaptureConfiguration {
	i := slices.IndexFunc(among, func(o *idv.CaptureConfiguration) bool { return o.ID == c.ID })
	if i < 0 {
		return nil
	}
	stored, errStored := json.Marshal(among[i].CaptureProfile)
	asked, errAsked := json.Marshal(c.CaptureProfile)
	if errStored != nil || errAsked != nil || !bytes.Equal(stored, asked) {
		return nil
	}
	return among[i]
}

// ReplaceCaptureConfiguration replaces what a configuration says. Flows that were
// started with it go on as they are.
func (s *Service) ReplaceCaptureConfiguration(ctx context.Context, tenant, id string, p idv.CaptureProfile) (c *idv.CaptureConfiguration, err error) {
	if err := p.Validate(s.Texts); err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(tx idv.Tx) error {
		if c, err = tx.CaptureConfiguration(ctx, tenant, id); err != nil {
			return err
		}
		c.CaptureProfile, c.UpdatedAt = p, s.now()
		return tx.ReplaceCaptureConfiguration(ctx, c)
	})
	if err != nil {
		return nil, fmt.Errorf("replace the capture configuration: %w", err)
	}
	return c, nil
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
