package service

import (
	"context"
	"fmt"
	"io"

	"github.com/dossier-id/dossier/internal/idv"
)

// seen records that somebody is about to be shown something. Without the record
// nobody is shown anything.
func (s *Service) seen(ctx context.Context, k idv.ProcessKey, a idv.Action, subject string) error {
	err := s.Store.Note(ctx, idv.Record{Tenant: k.Tenant, At: s.now(), Action: a, Dossier: k.Dossier, Process: k.Process, Subject: subject})
	if err != nil {
		return fmt.Errorf("record who looks: %w", err)
	}
	return nil
}

// shown records that an image is shown and passes it on.
func (s *Service) shown(ctx context.Context, i idv.Image, body io.ReadCloser, a idv.Action) (idv.Image, io.ReadCloser, error) {
	err := s.seen(ctx, idv.ProcessKey{Tenant: i.TenantID, Dossier: i.DossierID, Process: i.ProcessID}, a, string(i.Depiction))
	if err != nil {
		_ = body.Close() // Nothing was written.
		return idv.Image{}, nil, err
	}
	return i, body, nil
}

// Trail gives a page of a tenant's audit trail, newest record first.
func (s *Service) Trail(ctx context.Context, tenant string, q idv.TrailQuery) (page []idv.Record, err error) {
	err = s.Store.View(ctx, func(r idv.Reader) error {
		page, err = r.Trail(ctx, tenant, q)
		return err
	})
	return page, err
}

// NoteVerified records that somebody had the audit trail verified.
func (s *Service) NoteVerified(ctx context.Context, tenant string) error {
	return s.seen(ctx, idv.ProcessKey{Tenant: tenant}, idv.ActionTrailVerified, "")
}
