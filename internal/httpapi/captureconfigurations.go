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
	// What an answer has besides, so that it can be changed and sent back.

	ID        *string `json:"id,omitempty" nullable:"true" doc:"If it is sent it must be the id in the path."`
	CreatedAt *string `json:"createdAt,omitempty" nullable:"true" doc:"Not looked at: the server sets it."`
	UpdatedAt *string `json:"updatedAt,omitempty" nullable:"true" doc:"Not looked at: the server sets it."`
}

// CaptureConfiguration is a capture configuration.
type CaptureConfiguration struct {
	ID string `json:"id" doc:"As it was chosen when the configuration was made."`
	idv.CaptureProfile
	CreatedAt string `json:"createdAt" format:"date-time"`
	UpdatedAt string `json:"updatedAt" format:"date-time"`
}

// ConfigurationPath is the part of a path that names a configuration.
type ConfigurationPath struct {
	ConfigurationID string `path:"configurationId" doc:"Id of the capture configuration."`
}

// newConfiguration has the id of the caller's choice. Older ones are UUIDs, which
// the pattern takes.
type newConfiguration struct {
	ConfigurationID string `path:"configurationId" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" patternDescription:"1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit" doc:"An id of your choice."`
	Body            CaptureSettings
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
	huma.Register(a.huma, a.operation(toCapture, http.MethodPost, one, "createCaptureConfiguration", "Create a capture configuration",
		withStatus(http.StatusCreated), withoutErrors(http.StatusNotFound),
		withDetails("A field that cannot work here is refused with the reason. An id that is taken answers 409: PUT replaces.")), a.createConfiguration)
	huma.Register(a.huma, a.operation(toCapture, http.MethodGet, all, "listCaptureConfigurations", "List capture configurations, oldest first"), a.listConfigurations)
	huma.Register(a.huma, a.operation(toCapture, http.MethodGet, one, "getCaptureConfiguration", "Get a capture configuration"), a.getConfiguration)
	huma.Register(a.huma, a.operation(toCapture, http.MethodPut, one, "replaceCaptureConfiguration", "Replace a capture configuration"), a.replaceConfiguration)
	huma.Register(a.huma, a.operation(toCapture, http.MethodDelete, one, "deleteCaptureConfiguration", "Delete a capture configuration",
		withStatus(http.StatusNoContent), withDetails("Flows that were started with it go on as they are.")), a.deleteConfiguration)
}

func (a *api) createConfiguration(ctx context.Context, in *newConfiguration) (*configurationCreated, error) {
	if err := refuseSettings(in.ConfigurationID, &in.Body); err != nil {
		return nil, err
	}
	again := objectOf(ctx) != "" // an Idempotency-Key, of which the first try may have died
	c, err := a.Service.CreateCaptureConfiguration(ctx, callerOf(ctx).Tenant, in.ConfigurationID, in.Body.CaptureProfile, again)
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
	if err := refuseSettings(in.ConfigurationID, &in.Body); err != nil {
		return nil, err
	}
	c, err := a.Service.ReplaceCaptureConfiguration(ctx, callerOf(ctx).Tenant, in.ConfigurationID, in.Body.CaptureProfile)
	if err != nil {
		return nil, err
	}
	return &configurationAnswer{showConfiguration(c)}, nil
}

func (a *api) deleteConfiguration(ctx context.Context, in *ConfigurationPath) (*struct{}, error) {
	return nil, a.Service.DeleteCaptureConfiguration(ctx, callerOf(ctx).Tenant, in.ConfigurationID)
}

// refuseSettings says what can never work for the configuration of an id.
func refuseSettings(id string, in *CaptureSettings) error {
	var faults []idv.InvalidParam
	if in.TakeSelfie != nil {
		faults = append(faults, idv.InvalidParam{Name: "takeSelfie", Reason: "cannot be set: documentSelfie takes a selfie and document does not"})
	}
	if in.SMSDefaultCountry != nil {
		faults = append(faults, idv.InvalidParam{Name: "smsDefaultCountry", Reason: "cannot be set: this server has no gateway that sends messages"})
	}
	if in.ID != nil && *in.ID != id {
		faults = append(faults, idv.InvalidParam{Name: "id", Reason: "must be the id in the path"})
	}
	if len(faults) > 0 {
		return idv.Refuse(idv.CodeInvalid, "the request is not valid", faults...)
	}
	return nil
}

func showConfiguration(c *idv.CaptureConfiguration) CaptureConfiguration {
	return CaptureConfiguration{ID: c.ID, CaptureProfile: c.CaptureProfile, CreatedAt: showTime(c.CreatedAt), UpdatedAt: showTime(c.UpdatedAt)}
}
