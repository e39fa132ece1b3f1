package httpapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// Dossier is a dossier as it is created and listed (Assure contract section 4).
type Dossier struct {
	DossierID         string `json:"dossierId" format:"uuid"`
	ExternalReference string `json:"externalReference,omitempty" doc:"The customer's own word for the end-user."`
	CreatedAt         string `json:"createdAt" format:"date-time"`
	UpdatedAt         string `json:"updatedAt" format:"date-time"`
	HeldSince         string `json:"heldSince,omitempty" format:"date-time" doc:"Since when a legal hold keeps anything of it from being deleted."`
}

// DossierFolder is a dossier with what is in it.
type DossierFolder struct {
	Dossier
	Processes []Process `json:"processes" nullable:"false"`
	UserData  *UserData `json:"userData,omitempty"`
	Files     []string  `json:"files" nullable:"false" doc:"Names of the files that are kept in the dossier itself."`
}

// NewDossier is the body of Create dossier; it may be absent.
type NewDossier struct {
	ExternalReference *string `json:"externalReference,omitempty" nullable:"true" maxLength:"255"`
}

// DossierPath is the part of a path that names a dossier. It is exported
// because huma does not look into embedded types that are not.
type DossierPath struct {
	DossierID string `path:"dossierId" doc:"Id of the dossier."`
}

type dossierCreated struct {
	Location string `header:"Location" doc:"Path of the new dossier."`
	Body     Dossier
}

type dossierList struct {
	Link string    `header:"Link" doc:"The next page, rel=\"next\"; absent on the last."`
	Body []Dossier `nullable:"false"`
}

type dossierQuery struct {
	Limit             int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many dossiers."`
	After             string `query:"after" doc:"Where the page begins, from the Link header of the page before."`
	ExternalReference string `query:"externalReference" maxLength:"255" doc:"Only dossiers with exactly this reference."`
	Held              bool   `query:"held" doc:"Only dossiers under a legal hold."`
}

func (a *api) registerDossiers() {
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, "/assure/dossiers", "createDossier", "Create dossier",
		withStatus(http.StatusCreated)), a.createDossier)
	huma.Register(a.huma, a.operation(toRead, http.MethodGet, "/assure/dossiers", "listDossiers", "List dossiers, newest first"), a.listDossiers)
	huma.Register(a.huma, a.operation(toRead, http.MethodGet, "/assure/dossiers/{dossierId}", "getDossier", "Get dossier"), a.getDossier)
	huma.Register(a.huma, a.operation(toDelete, http.MethodDelete, "/assure/dossiers/{dossierId}", "deleteDossier", "Delete dossier",
		withStatus(http.StatusNoContent), withErrors(http.StatusConflict)), a.deleteDossier)
}

func (a *api) createDossier(ctx context.Context, in *struct{ Body *NewDossier }) (*dossierCreated, error) {
	var reference idv.Personal
	if in.Body != nil && in.Body.ExternalReference != nil {
		reference = idv.Personal(*in.Body.ExternalReference)
	}
	d, err := a.Service.EnsureDossier(ctx, callerOf(ctx).Tenant, objectOf(ctx), reference)
	if err != nil {
		return nil, err
	}
	belongsTo(ctx, d.ID)
	return &dossierCreated{"/assure/dossiers/" + d.ID, showDossier(d)}, nil
}

func (a *api) listDossiers(ctx context.Context, in *dossierQuery) (*dossierList, error) {
	after, err := parseCursor(in.After)
	if err != nil {
		return nil, err
	}
	page, err := a.Service.Dossiers(ctx, callerOf(ctx).Tenant, idv.DossierQuery{
		Limit: in.Limit + 1, After: after, ExternalReference: idv.Personal(in.ExternalReference), Held: in.Held,
	})
	if err != nil {
		return nil, err
	}
	out := &dossierList{Body: []Dossier{}}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Link = nextPage(in, page[in.Limit-1])
	}
	for _, d := range page {
		out.Body = append(out.Body, showDossier(d))
	}
	return out, nil
}

func (a *api) getDossier(ctx context.Context, in *DossierPath) (*struct{ Body DossierFolder }, error) {
	f, err := a.Service.Dossier(ctx, callerOf(ctx).Tenant, in.DossierID)
	if err != nil {
		return nil, err
	}
	body := DossierFolder{Dossier: showDossier(f.Dossier), Processes: []Process{}, Files: []string{}}
	for _, p := range f.Processes {
		body.Processes = append(body.Processes, showProcess(p))
	}
	for _, file := range f.Files {
		body.Files = append(body.Files, string(file.Depiction))
	}
	if f.UserData != nil {
		body.UserData = showUserData(f.UserData)
	}
	return &struct{ Body DossierFolder }{body}, nil
}

func (a *api) deleteDossier(ctx context.Context, in *DossierPath) (*struct{}, error) {
	return nil, a.Service.DeleteDossier(ctx, callerOf(ctx).Tenant, in.DossierID)
}

func showDossier(d *idv.Dossier) Dossier {
	shown := Dossier{
		DossierID: d.ID, ExternalReference: d.ExternalReference.Reveal(),
		CreatedAt: showTime(d.CreatedAt), UpdatedAt: showTime(d.UpdatedAt),
	}
	if !d.HeldSince.IsZero() {
		shown.HeldSince = showTime(d.HeldSince)
	}
	return shown
}

// showTime writes a time as the contract does: UTC, to the second.
func showTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// A cursor is the place of the last dossier of a page, in a form that says to
// leave it alone.
func showCursor(d *idv.Dossier) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(d.CreatedAt.UnixMicro(), 10) + "." + d.ID))
}

func parseCursor(s string) (idv.DossierCursor, error) {
	if s == "" {
		return idv.DossierCursor{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	micros, id, found := strings.Cut(string(text), ".")
	n, nerr := strconv.ParseInt(micros, 10, 64)
	if err != nil || nerr != nil || !found || len(id) != 36 {
		return idv.DossierCursor{}, idv.Refuse(idv.CodeInvalid, "the request is not valid",
			idv.InvalidParam{Name: "after", Reason: "is not the cursor of a page"})
	}
	return idv.DossierCursor{CreatedAt: time.UnixMicro(n).UTC(), ID: id}, nil
}

func nextPage(in *dossierQuery, last *idv.Dossier) string {
	q := url.Values{"limit": {strconv.Itoa(in.Limit)}, "after": {showCursor(last)}}
	if in.ExternalReference != "" {
		q.Set("externalReference", in.ExternalReference)
	}
	if in.Held {
		q.Set("held", "true")
	}
	return "</assure/dossiers?" + q.Encode() + `>; rel="next"`
}
