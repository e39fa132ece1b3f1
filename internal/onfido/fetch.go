package onfido

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// Fetch brings the images and the film that an app or a page has uploaded. What
// Onfido has no more is passed over.
func (c *Connector) Fetch(ctx context.Context, k idv.Case, keep idv.Keep) error {
	if k.Process.Path != idv.PathSDK {
		return nil
	}
	for _, u := range settled(k) {
		if slices.ContainsFunc(k.Images, func(i idv.Image) bool { return i.Depiction == u.depiction }) {
			continue
		}
		if err := c.fetch(ctx, u, keep); err != nil {
			return err
		}
	}
	return nil
}

func (c *Connector) fetch(ctx context.Context, u upload, keep idv.Keep) error {
	body, err := c.api.Download(ctx, u.kind, u.ref)
	answer, refused := errors.AsType[*onfidoapi.Error](err)
	if refused && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer body.Close()
	return keep(ctx, u.depiction, body)
}
