package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// CaptureSettings are what a customer sets of a capture configuration. Unlike
// elsewhere a field that is not known here is refused: it would be stored and
// ignored.
type CaptureSettings struct {
	_ struct{} `additionalProperties:"false"`
	idv.CaptureProfile
	TakeSelfie        *bool   `json:"takeSelfie,omitempty" nullable:"true" doc:"Not supported: processType decides whether there is a selfie."`
	SMSDefaultCountry *string `json:"smsDefaultCountry,omitempty" nullable:"true" doc:"Not supported: this server sends no messages."`
}

// CaptureConfiguration is a capture configuration.
type CaptureConfiguration struct {
	ID string `json:"id" format:"uuid"`
	idv.CaptureProfile
	CreatedAt string `json:"createdAt" format:"date-time"`
	UpdatedAt string `json:"updatedAt" format:"date-time"`
}

// ConfigurationPath is the part of a path that names a configuration.
type ConfigurationPath struct {
	ConfigurationID string `path:"configurationId" doc:"Id of the capture configuration."`
}

type configurationCreated struct {
	Location string `header:"Location" doc:"Path of the new configuration."`
	Body     CaptureConfiguration
}

type configurationAnswer struct{ Body CaptureConfiguration }

type configurationList struct {
	Body []CaptureConfiguration `nullable:"false"`
}

type configurationChange struct {
	ConfigurationPath
	Body CaptureSettings
}

func (a *api) registerCaptureConfigurations() {
	const all = "/assure/capture/configurations"
	const one = all + "/{configurationId}"
	huma.Register(a.huma, a.operation(toCapture, http.MethodPost, all, "createCaptureConfiguration", "Create a capture configuration",
		withStatus(http.StatusCreated), withDetails("A field that cannot work here is refused with the reason.")), a.createConfiguration)
	huma.Register(a.huma, a.operation(toCapture, http.MethodGet, all, "listCaptureConfigurations", "List capture configurations, oldest first"), a.listConfigurations)
	huma.Register(a.huma, a.operation(toCapture, http.MethodGet, one, "getCaptureConfiguration", "Get a capture configuration"), a.getConfiguration)
	huma.Register(a.huma, a.operation(toCapture, http.MethodPut, one, "replaceCaptureConfiguration", "Replace a capture configuration"), a.replaceConfiguration)
	huma.Register(a.huma, a.operation(toCapture, http.MethodDelete, one, "deleteCaptureConfiguration", "Delete a capture configuration",
		withStatus(http.StatusNoContent), withDetails("Flows that were started with it go on as they are.")), a.deleteConfiguration)
}

func (a *api) createConfiguration(ctx context.Context, in *struct{ Body CaptureSettings }) (*configurationCreated, error) {
	c, err := a.putConfiguration(ctx, "", in.Body)
	if err != nil {
		return nil, err
	}
	return &configurationCreated{"/assure/capture/configurations/" + c.ID, showConfiguration(c)}, nil
}

func (a *api) listConfigurations(ctx context.Context, _ *struct{}) (*configurationList, error) {
	found, err := a.Service.CaptureConfigurations(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	out := &configurationList{[]CaptureConfiguration{}}
	for _, c := range found {
		out.Body = append(out.Body, showConfiguration(c))
	}
	return out, nil
}

func (a *api) getConfiguration(ctx context.Context, in *ConfigurationPath) (*configurationAnswer, error) {
	c, err := a.Service.CaptureConfiguration(ctx, callerOf(ctx).Tenant, in.ConfigurationID)
	if err != nil {
		return nil, err
	}
	return &configurationAnswer{showConfiguration(c)}, nil
}

func (a *api) replaceConfiguration(ctx context.Context, in *configurationChange) (*configurationAnswer, error) {
	c, err := a.putConfiguration(ctx, in.ConfigurationID, in.Body)
	if err != nil {
		return nil, err
	}
	return &configurationAnswer{showConfiguration(c)}, nil
}

func (a *api) deleteConfiguration(ctx context.Context, in *ConfigurationPath) (*struct{}, error) {
	return nil, a.Service.DeleteCaptureConfiguration(ctx, callerOf(ctx).Tenant, in.ConfigurationID)
}

func (a *api) putConfiguration(ctx context.Context, id string, in CaptureSettings) (*idv.CaptureConfiguration, error) {
	var faults []idv.InvalidParam
	if in.TakeSelfie != nil {
		faults = append(faults, idv.InvalidParam{Name: "takeSelfie", Reason: "cannot be set: documentSelfie takes a selfie and document does not"})
	}
	if in.SMSDefaultCountry != nil {
		faults = append(faults, idv.InvalidParam{Name: "smsDefaultCountry", Reason: "cannot be set: this server has no gateway that sends messages"})
	}
	if len(faults) > 0 {
		return nil, idv.Refuse(idv.CodeInvalid, "the request is not valid", faults...)
	}
	return a.Service.PutCaptureConfiguration(ctx, callerOf(ctx).Tenant, id, in.CaptureProfile)
}

func showConfiguration(c *idv.CaptureConfiguration) CaptureConfiguration {
	return CaptureConfiguration{ID: c.ID, CaptureProfile: c.CaptureProfile, CreatedAt: showTime(c.CreatedAt), UpdatedAt: showTime(c.UpdatedAt)}
}
