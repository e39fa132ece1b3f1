package capture

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/text/language"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// The steps that a page can ask for, in their order.
const (
	stepPrepare   = "prepare"
	stepResidence = "residence"
	stepConsent   = "consent"
	stepDocument  = "document"
)

// step is one step of a flow.
type step struct {
	Name string `json:"name"`
	Done bool   `json:"done"`
}

// state is all that a page knows: it keeps nothing itself that the server does
// not have.
type state struct {
	Status      idv.Status      `json:"status"`
	Redirect    string          `json:"redirect"`
	ProcessType idv.ProcessType `json:"processType"`
	Steps       []step          `json:"steps"`
	Languages   []string        `json:"languages"`
	Language    string          `json:"language"`
	Direction   string          `json:"direction"`
	HandedOver  bool            `json:"handedOver"`
	Link        string          `json:"link"`
	ExpiresAt   string          `json:"expiresAt"`

	DocumentType   idv.DocumentType `json:"documentType,omitempty"`
	IssuingCountry string           `json:"issuingCountry,omitempty"`
	// DocumentCountry is proposed, Country as the one of residence.
	DocumentCountry string `json:"documentCountry,omitempty"`
	Country         string `json:"country,omitempty"`

	Profile screens `json:"profile"`
}

// screens is what of a configuration concerns the modules; the look is in the
// style sheet.
type screens struct {
	PrepareItems    []idv.CaptureItem `json:"prepareItems,omitempty"`
	Instructions    bool              `json:"instructions"`
	InstructItems   []idv.CaptureItem `json:"instructItems,omitempty"`
	CountryFirst    bool              `json:"countryFirst"`
	AskBeforeLeave  bool              `json:"askBeforeLeave"`
	Upload          ways              `json:"upload"`
	Camera          ways              `json:"camera"`
	Zoom            ways              `json:"zoom"`
	GlareUpload     bool              `json:"glareUpload"`
	GlarePhoto      bool              `json:"glarePhoto"`
	Orientation     bool              `json:"orientation"`
	AutoCapture     bool              `json:"autoCapture"`
	NativeCamera    bool              `json:"nativeCamera"`
	Retries         int               `json:"retries"`
	Handover        bool              `json:"handover"`
	ForceHandover   bool              `json:"forceHandover"`
	HandoverTimeout int               `json:"handoverTimeout"`
}

// ways says on which devices something is allowed.
type ways struct {
	Mobile  bool `json:"mobile"`
	Desktop bool `json:"desktop"`
}

// The defaults of a configuration (docs/capture.md).
const (
	defaultRetries  = 2
	defaultHandover = 300 // seconds
)

func (p *pages) state(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	p.sendState(w, r, v)
	return nil
}

func (p *pages) sendState(w http.ResponseWriter, r *http.Request, v *service.CaptureView) {
	l := p.Texts.choose(v.Capture, r.Header.Get("Accept-Language"))
	send(w, http.StatusOK, state{
		Status: v.Status, Redirect: v.ReturnURL(v.Status), ProcessType: v.Type, Steps: stepsOf(v),
		Languages: p.Texts.offered(v.Capture), Language: l, Direction: direction(l),
		HandedOver: !v.HandedOver.IsZero(), Link: p.PublicURL + Links + secretOf(r).Reveal() + phoneMark,
		ExpiresAt:    v.ExpiresAt.UTC().Format(time.RFC3339),
		DocumentType: v.DocumentType, IssuingCountry: v.IssuingCountry,
		DocumentCountry: v.Profile.DefaultDocumentCountry,
		Country:         cmp.Or(v.Location.Country, v.DefaultCountry, v.Profile.DefaultCountry),
		Profile:         screensOf(&v.Profile),
	})
}

// stepsOf lists what the end-user has to do and what of it is done. Nobody is
// asked what the customer has said already.
func stepsOf(v *service.CaptureView) []step {
	var steps []step
	if v.Profile.ShowPrerequisitesScreen == nil || *v.Profile.ShowPrerequisitesScreen {
		steps = append(steps, step{stepPrepare, v.Prepared})
	}
	if v.Location.Empty() || v.AskedCountry {
		steps = append(steps, step{stepResidence, !v.Location.Empty()})
	}
	if v.ConsentNeeded() || v.AskedConsent {
		steps = append(steps, step{stepConsent, !v.ConsentNeeded()})
	}
	if v.SDK == idv.SDKNative {
		return append(steps, step{stepNative, v.Status != idv.StatusPending})
	}
	steps = append(steps, step{stepDocument, v.DocumentType != "" && v.IssuingCountry != ""})
	for _, d := range v.Needs() {
		has := slices.ContainsFunc(v.Images, func(i idv.Image) bool { return i.Depiction == d })
		steps = append(steps, step{string(d), has || d == idv.Video && v.Video != nil})
	}
	return steps
}

func screensOf(c *idv.CaptureProfile) screens {
	is := func(b *bool, otherwise bool) bool {
		if b == nil {
			return otherwise
		}
		return *b
	}
	on := func(list []string) ways { return ways{idv.Allows(list, idv.OnMobile), idv.Allows(list, idv.OnDesktop)} }
	s := screens{
		PrepareItems: c.PrerequisitesScreenItems,
		Instructions: is(c.ShowDocumentInstructionsScreen, false), InstructItems: c.DocumentInstructionsItems,
		CountryFirst: is(c.ShowCountryBeforeDocumentType, true), AskBeforeLeave: is(c.ShowModalBeforeRedirect, false),
		Upload: on(c.AllowFileUpload), Camera: on(c.AllowTakePhoto), Zoom: on(c.AllowZoomOnPreview),
		GlareUpload: idv.Allows(c.DetectGlare, idv.WayUpload), GlarePhoto: idv.Allows(c.DetectGlare, idv.WayPhoto),
		Orientation: is(c.EnableOrientationConfirmation, false), AutoCapture: is(c.AutoCapture, false),
		NativeCamera: is(c.UseNativeCamera, false), Retries: defaultRetries,
		Handover: c.HandsOver(), ForceHandover: is(c.ForceMobileHandover, false), HandoverTimeout: defaultHandover,
	}
	if c.MaxRetries != nil {
		s.Retries = *c.MaxRetries
	}
	if c.MobileHandoverTimeout != nil {
		s.HandoverTimeout = *c.MobileHandoverTimeout
	}
	return s
}

// documents lists what can be chosen: country to types, as short as it can be.
func (p *pages) documents(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	forms, err := p.Service.CaptureForms(v)
	if err != nil {
		return err
	}
	byCountry := map[string][]idv.DocumentType{}
	for _, f := range forms {
		byCountry[f.Country] = append(byCountry[f.Country], f.Type)
	}
	send(w, http.StatusOK, byCountry)
	return nil
}

// answerBody is what a page says of its end-user.
type answerBody struct {
	Prepared       bool             `json:"prepared"`
	PhoneHere      bool             `json:"phoneHere"`
	Language       string           `json:"language"`
	Country        string           `json:"country"`
	Consent        *bool            `json:"consent"`
	DocumentType   idv.DocumentType `json:"documentType"`
	IssuingCountry string           `json:"issuingCountry"`
}

// maxAnswer bounds what a page says in bytes.
const maxAnswer = 4 << 10

func (p *pages) answer(w http.ResponseWriter, r *http.Request) error {
	var b answerBody
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAnswer)).Decode(&b); err != nil {
		return idv.Refuse(idv.CodeInvalid, "the answer is not JSON")
	}
	v, err := p.Service.AnswerCapture(r.Context(), secretOf(r), service.CaptureAnswer(b))
	if err != nil {
		return fmt.Errorf("take an answer: %w", err)
	}
	p.sendState(w, r, v)
	return nil
}

func (p *pages) submit(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.SubmitCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	p.sendState(w, r, v)
	return nil
}

func (p *pages) cancel(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	if v.View, err = p.Service.Cancel(r.Context(), v.Key()); err != nil {
		return err
	}
	p.sendState(w, r, v)
	return nil
}

// countries gives the code of two letters for each of three: browsers know the
// names of the former in every language.
func (p *pages) countries(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.Service.OpenCapture(r.Context(), secretOf(r)); err != nil {
		return err
	}
	codes, err := regions()
	if err != nil {
		return err
	}
	send(w, http.StatusOK, codes)
	return nil
}

func regions() (map[string]string, error) {
	codes := map[string]string{"XKX": "XK"} // Kosovo's is no ISO code
	for _, country := range idv.Countries() {
		code := country.Code
		if codes[code] != "" {
			continue
		}
		region, err := language.ParseRegion(code)
		if err != nil {
			return nil, fmt.Errorf("look up the country %s: %w", code, err)
		}
		codes[code] = region.String()
	}
	return codes, nil
}
