package service

import (
	"context"
	"fmt"
	"io"

	"github.com/dossier-id/dossier/internal/idv"
)

// Evidence is all that a completed check left behind.
type Evidence struct {
	*View
	// Reports are the provider's raw reports, ordered by kind.
	Reports []idv.Report
	// Open gives the bytes of an image or of the video, which the caller closes.
	Open func(ctx context.Context, i idv.Image) (io.ReadCloser, error)
}

// FullResult gives the evidence of a process whose check completed; any other is
// refused with CodeInvalidState (Assure contract section 11).
func (s *Service) FullResult(ctx context.Context, k idv.ProcessKey) (*Evidence, error) {
	e := &Evidence{Open: s.openImage}
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		if e.View, err = view(ctx, r, k); err != nil {
			return err
		}
		if !e.Status.Completed() {
			return idv.InvalidState("download the full result", e.Status)
		}
		e.Reports, err = r.Reports(ctx, k.Tenant, k.Dossier, k.Process)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the full result: %w", err)
	}
	return e, s.seen(ctx, k, idv.ActionResultDownloaded, "")
}

// DocumentForms lists what a provider takes, or NotFound when there is no such
// provider or it does not say.
func (s *Service) DocumentForms(provider string) ([]idv.DocumentForm, error) {
	catalog, says := s.Provider.(idv.Catalog)
	if provider != idv.ProviderOnfido || !says {
		return nil, idv.NotFound("provider")
	}
	return catalog.DocumentForms(), nil
}
