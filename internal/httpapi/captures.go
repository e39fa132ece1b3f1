package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// NewCapture is the body of Start capture flow (Assure contract section 10).
type NewCapture struct {
	Providers           []NewProcess       `json:"providers" nullable:"false" minItems:"1" doc:"What to verify; a single provider is supported."`
	RedirectURL         string             `json:"redirectUrl" doc:"Where the browser goes at the end, with dossierId, processId and status in its query: https, or http on loopback."`
	SDK                 *string            `json:"sdk,omitempty" nullable:"true" enum:"capture,native,onfido" doc:"capture: our own pages (default). native: the provider's SDK in our page; onfido is an older word for it."`
	CaptureParameters   *CaptureParameters `json:"captureParameters,omitempty"`
	RequestDomain       *string            `json:"requestDomain,omitempty" nullable:"true" doc:"The one host or origin that may show the pages in a frame; none may without it."`
	NotificationURL     *string            `json:"notificationUrl,omitempty" nullable:"true" doc:"POST to this URL when the process ends."`
	AuthorizationHeader *string            `json:"authorizationHeader,omitempty" nullable:"true" doc:"Sent as Authorization to notificationUrl."`
}

// CaptureParameters say how the pages are to be.
type CaptureParameters struct {
	UIProfile      *string `json:"uiProfile,omitempty" nullable:"true" doc:"Id of a capture configuration."`
	UILanguage     *string `json:"uiLanguage,omitempty" nullable:"true" doc:"Language of the pages, instead of the browser's."`
	DefaultCountry *string `json:"defaultCountry,omitempty" nullable:"true" doc:"Country of residence that is proposed, ISO 3166-1 alpha-3."`
	SMSSender      *string `json:"smsSender,omitempty" nullable:"true" doc:"Not supported: this server sends no messages."`
	SMSMessage     *string `json:"smsMessage,omitempty" nullable:"true" doc:"Not supported: this server sends no messages."`
}

// Capture is a capture flow that was started.
type Capture struct {
	URL         string `json:"url" format:"uri" doc:"For the end-user. Whoever has it may walk the flow."`
	DossierID   string `json:"dossierId" format:"uuid"`
	ProcessID   string `json:"processId" format:"uuid"`
	RedirectURL string `json:"redirectUrl"`
	ExpiresAt   string `json:"expiresAt" format:"date-time" doc:"The link ends with the process or at this time."`
}

type newCaptureRequest struct {
	DossierPath
	Body NewCapture
}

type captureStarted struct{ Body Capture }

func (a *api) registerCaptures() {
	huma.Register(a.huma, a.operation(toCapture, http.MethodPost, "/assure/dossiers/{dossierId}/capture", "startCapture", "Start capture flow",
		withStatus(http.StatusCreated), withDetails("Makes a process and a link for the end-user, who brings the images. The server starts the verification.")), a.startCapture)
}

func (a *api) startCapture(ctx context.Context, in *newCaptureRequest) (*captureStarted, error) {
	belongsTo(ctx, in.DossierID)
	order, err := readCapture(&in.Body)
	if err != nil {
		return nil, err
	}
	c, secret, err := a.Service.StartCapture(ctx, callerOf(ctx).Tenant, in.DossierID, objectOf(ctx), order)
	if err != nil {
		return nil, err
	}
	return &captureStarted{Capture{
		URL: a.LinkURL + secret.Reveal(), DossierID: c.DossierID, ProcessID: c.ProcessID,
		RedirectURL: c.RedirectURL.Reveal(), ExpiresAt: showTime(c.ExpiresAt),
	}}, nil
}

// readCapture takes an order of the customer. Null counts as absent.
func readCapture(b *NewCapture) (service.CaptureOrder, error) {
	if len(b.Providers) > 1 {
		return service.CaptureOrder{}, idv.Refuse(idv.CodeNotSupported, "a capture flow takes one provider",
			idv.InvalidParam{Name: "providers", Reason: "must have one entry"})
	}
	params := b.CaptureParameters
	if params == nil {
		params = &CaptureParameters{}
	}
	if err := refuseMessages(params); err != nil {
		return service.CaptureOrder{}, err
	}
	p := readProcess(&b.Providers[0])
	if p.MobileAppID != "" {
		return service.CaptureOrder{}, idv.Refuse(idv.CodeInvalid, "the request is not valid",
			idv.InvalidParam{Name: "providers.0.processParameters.mobileAppId", Reason: "contradicts a capture flow, which has pages instead of an app"})
	}
	if text(b.NotificationURL) != "" {
		p.Callback = idv.Callback{URL: idv.Personal(text(b.NotificationURL)), Authorization: idv.Personal(text(b.AuthorizationHeader))}
	}
	return service.CaptureOrder{Process: p, Profile: text(params.UIProfile), Flow: &idv.Capture{
		SDK: readSDK(b.SDK), RedirectURL: idv.Personal(b.RedirectURL), RequestDomain: text(b.RequestDomain),
		Language: strings.ToLower(text(params.UILanguage)), DefaultCountry: text(params.DefaultCountry),
	}}, nil
}

// readSDK takes the older word too.
func readSDK(s *string) idv.CaptureSDK {
	switch text(s) {
	case "":
		return idv.SDKCapture
	case "onfido":
		return idv.SDKNative
	default:
		return idv.CaptureSDK(*s)
	}
}

// refuseMessages says at once that nobody will get a text message.
func refuseMessages(p *CaptureParameters) error {
	var faults []idv.InvalidParam
	for name, value := range map[string]*string{"smsSender": p.SMSSender, "smsMessage": p.SMSMessage} {
		if text(value) != "" {
			faults = append(faults, idv.InvalidParam{Name: "captureParameters." + name, Reason: "this server sends no messages; the pages show a QR code"})
		}
	}
	if len(faults) > 0 {
		return idv.Refuse(idv.CodeNotSupported, "text messages are not supported", faults...)
	}
	return nil
}
