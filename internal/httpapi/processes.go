package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// NewProcess is the body of Create process (Assure contract section 5).
type NewProcess struct {
	Provider                           string             `json:"provider" enum:"onfido"`
	ProcessType                        string             `json:"processType" enum:"document,documentSelfie,documentVideo"`
	DocumentType                       *string            `json:"documentType,omitempty" nullable:"true" doc:"An Assure document type; needed before the start when images are uploaded directly."`
	ProcessParameters                  *ProcessParameters `json:"processParameters,omitempty"`
	RequestExtraDataFromDrivingLicense *bool              `json:"requestExtraDataFromDrivingLicense,omitempty" nullable:"true" doc:"Ask for what a driving licence says beyond a plain document."`
	NotificationURL                    *string            `json:"notificationUrl,omitempty" nullable:"true" doc:"The older callback: POST to this URL when the process ends."`
	AuthorizationHeader                *string            `json:"authorizationHeader,omitempty" nullable:"true" doc:"Sent as Authorization to notificationUrl."`
}

// ProcessParameters says where the end-user lives and to what they consented.
type ProcessParameters struct {
	Location                           *Location `json:"location,omitempty"`
	Consents                           *Consents `json:"consents,omitempty"`
	MobileAppID                        *string   `json:"mobileAppId,omitempty" nullable:"true" doc:"iOS bundle id or Android application id of the app that brings the images."`
	RequestExtraDataFromDrivingLicense *bool     `json:"requestExtraDataFromDrivingLicense,omitempty" nullable:"true"`
}

// Location is a country or an IP address to infer it from.
type Location struct {
	CountryOfResidence *string `json:"countryOfResidence,omitempty" nullable:"true" doc:"ISO 3166-1 alpha-3"`
	IPAddress          *string `json:"ipAddress,omitempty" nullable:"true" doc:"IPv4 or IPv6, instead of the country."`
}

// Consents are what the end-user agreed to.
type Consents struct {
	Privacy *bool `json:"privacy,omitempty" nullable:"true" doc:"The end-user has read and accepted the provider's privacy notices; demanded of US residents."`
}

// Process is a process as every answer shows it.
type Process struct {
	ProcessID        string           `json:"processId" format:"uuid"`
	Provider         string           `json:"provider"`
	ProcessType      string           `json:"processType"`
	Status           string           `json:"status" enum:"pending,processing,accepted,rejected,inconclusive,canceled,failed"`
	Depictions       []string         `json:"depictions,omitempty" nullable:"false" doc:"The images that are there."`
	FinalResult      *idv.FinalResult `json:"finalResult,omitempty" doc:"Only when accepted."`
	ProviderSpecific json.RawMessage  `json:"providerSpecific,omitempty" doc:"What the provider answered, in Assure's normal form."`
	FailReason       *FailReason      `json:"failReason,omitempty" doc:"Only when failed."`
	Authorization    string           `json:"authorization,omitempty" doc:"An SDK token of the provider for the app, only in the answer that creates a process with mobileAppId; good for 90 minutes."`
	Review           *Review          `json:"review,omitempty" doc:"[ours] What people decided of a process that the provider left inconclusive; it never changes status and verdict."`
	CreatedAt        string           `json:"createdAt" format:"date-time"`
	UpdatedAt        string           `json:"updatedAt" format:"date-time"`
}

// Review is what people decided of an inconclusive process.
type Review struct {
	Decision    string `json:"decision" enum:"accepted,rejected"`
	Reason      string `json:"reason" doc:"In the reviewer's own words."`
	Reviewer    string `json:"reviewer" doc:"The operator who decided."`
	ConfirmedBy string `json:"confirmedBy,omitempty" doc:"The second operator, where two must agree."`
	ReviewedAt  string `json:"reviewedAt" format:"date-time"`
}

// FailReason says why a process failed.
type FailReason struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// ProcessPath is the part of a path that names a process.
type ProcessPath struct {
	DossierPath
	ProcessID string `path:"processId" doc:"Id of the process."`
}

func (p *ProcessPath) key(ctx context.Context) idv.ProcessKey {
	return idv.ProcessKey{Tenant: callerOf(ctx).Tenant, Dossier: p.DossierID, Process: p.ProcessID}
}

type newProcessRequest struct {
	DossierPath
	Body NewProcess
}

type processCreated struct {
	Location string `header:"Location" doc:"Path of the new process."`
	Body     Process
}

type processAnswer struct{ Body Process }

func (a *api) registerProcesses() {
	const all = "/assure/dossiers/{dossierId}/processes"
	const one = all + "/{processId}"
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, all, "createProcess", "Create process",
		withStatus(http.StatusCreated)), a.createProcess)
	huma.Register(a.huma, a.operation(toRead, http.MethodGet, one, "getProcess", "Get process"), a.getProcess)
	huma.Register(a.huma, a.operation(toStart, http.MethodPost, one, "startVerification", "Start verification",
		withStatus(http.StatusAccepted), withErrors(http.StatusConflict), withoutBody()), a.startVerification)
	huma.Register(a.huma, a.operation(toStart, http.MethodPost, one+"/cancel", "cancelProcess", "Cancel process",
		withErrors(http.StatusConflict), withoutBody(), withDetails("[ours] For an app whose SDK reports that the end-user gave up. Only a pending process can be canceled.")), a.cancelProcess)
	huma.Register(a.huma, a.operation(toDelete, http.MethodDelete, one, "deleteProcess", "Delete process",
		withStatus(http.StatusNoContent), withErrors(http.StatusConflict)), a.deleteProcess)
}

func (a *api) createProcess(ctx context.Context, in *newProcessRequest) (*processCreated, error) {
	belongsTo(ctx, in.DossierID)
	v, token, err := a.order(ctx, in.DossierID, readProcess(&in.Body))
	if err != nil {
		return nil, err
	}
	shown := showProcess(v)
	shown.Authorization = token.Reveal()
	return &processCreated{"/assure/dossiers/" + v.DossierID + "/processes/" + v.ID, shown}, nil
}

// order makes a process, with a token for the app if it has one.
func (a *api) order(ctx context.Context, dossier string, p *idv.Process) (v *service.View, token idv.Personal, err error) {
	if p.Path == idv.PathSDK {
		return a.Service.EnsureAppProcess(ctx, callerOf(ctx).Tenant, dossier, objectOf(ctx), p)
	}
	v, err = a.Service.EnsureProcess(ctx, callerOf(ctx).Tenant, dossier, objectOf(ctx), p)
	return v, "", err
}

func (a *api) getProcess(ctx context.Context, in *ProcessPath) (*processAnswer, error) {
	v, err := a.Service.Process(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	return &processAnswer{showProcess(v)}, nil
}

func (a *api) startVerification(ctx context.Context, in *ProcessPath) (*processAnswer, error) {
	belongsTo(ctx, in.DossierID)
	v, err := a.Service.Start(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	return &processAnswer{showProcess(v)}, nil
}

func (a *api) cancelProcess(ctx context.Context, in *ProcessPath) (*processAnswer, error) {
	belongsTo(ctx, in.DossierID)
	v, err := a.Service.Cancel(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	return &processAnswer{showProcess(v)}, nil
}

func (a *api) deleteProcess(ctx context.Context, in *ProcessPath) (*struct{}, error) {
	return nil, a.Service.DeleteProcess(ctx, in.key(ctx))
}

// readProcess takes an order of the customer. Null counts as absent.
func readProcess(b *NewProcess) *idv.Process {
	p := &idv.Process{
		Provider: b.Provider, Type: idv.ProcessType(b.ProcessType), DocumentType: idv.DocumentType(text(b.DocumentType)),
		Path:             idv.PathUpload,
		ExtraLicenceData: b.RequestExtraDataFromDrivingLicense != nil && *b.RequestExtraDataFromDrivingLicense,
		Callback:         idv.Callback{URL: idv.Personal(text(b.NotificationURL)), Authorization: idv.Personal(text(b.AuthorizationHeader))},
	}
	params := b.ProcessParameters
	if params == nil {
		return p
	}
	if l := params.Location; l != nil {
		p.Location = idv.Location{Country: text(l.CountryOfResidence), IPAddress: idv.Personal(text(l.IPAddress))}
	}
	if params.Consents != nil {
		p.PrivacyConsent = params.Consents.Privacy
	}
	if params.RequestExtraDataFromDrivingLicense != nil && *params.RequestExtraDataFromDrivingLicense {
		p.ExtraLicenceData = true
	}
	if p.MobileAppID = text(params.MobileAppID); p.MobileAppID != "" {
		p.Path = idv.PathSDK
	}
	return p
}

// text gives what a pointer points to, or "".
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func showProcess(v *service.View) Process {
	p := Process{
		ProcessID: v.ID, Provider: v.Provider, ProcessType: string(v.Type), Status: string(v.Status),
		CreatedAt: showTime(v.CreatedAt), UpdatedAt: showTime(v.UpdatedAt),
	}
	for _, i := range v.Images {
		p.Depictions = append(p.Depictions, string(i.Depiction))
	}
	if v.Verdict != nil {
		p.ProviderSpecific = json.RawMessage(v.Verdict.ProviderSpecific)
		p.FinalResult = v.Verdict.Final
	}
	if v.Status == idv.StatusCanceled {
		p.ProviderSpecific = json.RawMessage(`{}`)
	}
	if r := v.Reviewed; r.Decided() { // A proposal is nobody's business yet.
		p.Review = &Review{string(r.Decision), r.Reason.Reveal(), r.By, r.ConfirmedBy, showTime(r.DecidedAt())}
	}
	if v.Failure != nil {
		p.FailReason = &FailReason{Type: string(v.Failure.Type), Message: v.Failure.Message}
	}
	return p
}
