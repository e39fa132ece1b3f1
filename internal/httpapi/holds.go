package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// Hold is the body of Put a dossier under a legal hold [ours].
type Hold struct {
	Reason string `json:"reason" maxLength:"2000" doc:"Why; kept in the audit trail, sealed with the dossier."`
}

type holdRequest struct {
	DossierPath
	Body Hold
}

func (a *api) registerHolds() {
	const path = "/assure/dossiers/{dossierId}/hold"
	huma.Register(a.huma, a.operation(toOperate, http.MethodPut, path, "holdDossier", "Put a dossier under a legal hold: nothing of it is deleted",
		withStatus(http.StatusNoContent)), a.holdDossier)
	huma.Register(a.huma, a.operation(toOperate, http.MethodDelete, path, "releaseDossier", "End the legal hold of a dossier",
		withStatus(http.StatusNoContent)), a.releaseDossier)
}

func (a *api) holdDossier(ctx context.Context, in *holdRequest) (*struct{}, error) {
	reason := strings.TrimSpace(in.Body.Reason)
	if reason == "" {
		return nil, idv.Refuse(idv.CodeInvalid, "the request is not valid", idv.InvalidParam{Name: "reason", Reason: "must say why: somebody will ask"})
	}
	return nil, a.Service.Hold(ctx, callerOf(ctx).Tenant, in.DossierID, idv.Personal(reason))
}

func (a *api) releaseDossier(ctx context.Context, in *DossierPath) (*struct{}, error) {
	return nil, a.Service.Release(ctx, callerOf(ctx).Tenant, in.DossierID, "")
}
