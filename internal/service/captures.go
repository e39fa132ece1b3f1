package service

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
)

// CaptureOrder is what a customer asks for with a capture flow: a process, how
// its pages are to be, and the id of a configuration or none.
type CaptureOrder struct {
	Process *idv.Process
	Flow    *idv.Capture
	Profile string
}

// StartCapture makes a process and the flow that takes its images, under the id
// of an earlier try or a new one (EnsureProcess). secret is what the link holds;
// it is given only now. Another try makes another secret, and the one before
// leads nowhere (Assure contract section 10).
func (s *Service) StartCapture(ctx context.Context, tenant, dossier, id string, o CaptureOrder) (flow *idv.Capture, secret idv.Personal, err error) {
	if err := s.completeCapture(ctx, tenant, o); err != nil {
		return nil, "", err
	}
	v, err := s.EnsureProcess(ctx, tenant, dossier, id, o.Process)
	if err != nil {
		return nil, "", err
	}
	if secret, err = s.NewLink(); err != nil {
		return nil, "", fmt.Errorf("make the secret of a link: %w", err)
	}
	flow = o.Flow
	flow.TenantID, flow.DossierID, flow.ProcessID = tenant, dossier, v.ID
	flow.SecretHash, flow.CreatedAt, flow.OrderedType = hashOf(secret), s.now(), v.DocumentType
	flow.ExpiresAt = flow.CreatedAt.Add(idv.CaptureLife)
	err = s.Store.Update(ctx, func(tx idv.Tx) error { return tx.PutCapture(ctx, flow) })
	if err != nil {
		return nil, "", fmt.Errorf("start the capture flow: %w", err)
	}
	return flow, secret, nil
}

// completeCapture checks an order and fills in its configuration.
func (s *Service) completeCapture(ctx context.Context, tenant string, o CaptureOrder) error {
	if err := o.Flow.Validate(); err != nil {
		return err
	}
	if o.Profile != "" {
		c, err := s.CaptureConfiguration(ctx, tenant, o.Profile)
		if idv.CodeOf(err) == idv.CodeNotFound {
			return idv.Refuse(idv.CodeInvalid, "the request is not valid",
				idv.InvalidParam{Name: "captureParameters.uiProfile", Reason: "is not the id of a capture configuration"})
		}
		if err != nil {
			return err
		}
		o.Flow.Profile = c.CaptureProfile
	}
	if l := o.Flow.Language; l != "" && !slices.Contains(s.offeredLanguages(o.Flow), l) {
		return idv.Refuse(idv.CodeInvalid, "the request is not valid",
			idv.InvalidParam{Name: "captureParameters.uiLanguage", Reason: fmt.Sprintf("must be one of %q", s.offeredLanguages(o.Flow))})
	}
	o.Process.Path = idv.PathCapture
	if o.Flow.SDK == idv.SDKNative {
		o.Process.Path = idv.PathSDK
	}
	return s.filmable(o)
}

// filmable refuses a film that our own pages could take but nobody would take
// from us.
func (s *Service) filmable(o CaptureOrder) error {
	if o.Process.Type == idv.TypeDocumentVideo && o.Flow.SDK == idv.SDKCapture && !s.TakesFilms() {
		return idv.Refuse(idv.CodeNotSupported, "our own pages take no film in this installation: use sdk native, or see docs/native.md",
			idv.InvalidParam{Name: "sdk", Reason: "must be native for documentVideo"})
	}
	return nil
}

func (s *Service) offeredLanguages(c *idv.Capture) []string {
	if len(c.Profile.Languages) > 0 {
		return c.Profile.Languages
	}
	return s.Texts.Languages()
}

// hashOf is how the secret of a link is stored and found: it has 256 random
// bits, so a plain hash keeps it.
func hashOf(secret idv.Personal) []byte {
	sum := sha256.Sum256([]byte(secret.Reveal()))
	return sum[:]
}

// CaptureView is a capture flow with its process as it stands.
type CaptureView struct {
	*idv.Capture
	*View
}

// Key names the process.
func (v *CaptureView) Key() idv.ProcessKey {
	return idv.ProcessKey{Tenant: v.Process.TenantID, Dossier: v.Process.DossierID, Process: v.Process.ID}
}

// ConsentNeeded says whether the end-user has to be asked for consent before
// their face may be sent: where the provider demands it of US residents, and
// where the customer wants it of everybody.
func (v *CaptureView) ConsentNeeded() bool {
	everybody := v.Profile.ShowConsentPage != nil && *v.Profile.ShowConsentPage
	return v.LacksConsent() && (everybody || v.ConsentDemanded || v.Location.Country == "USA")
}

// OpenCapture gives the flow that a secret leads to, NotFound when there is none,
// or CodeLinkExpired.
func (s *Service) OpenCapture(ctx context.Context, secret idv.Personal) (*CaptureView, error) {
	var v *CaptureView
	err := s.Store.View(ctx, func(r idv.Reader) (err error) {
		v, err = s.openCapture(ctx, r, secret)
		return err
	})
	return v, err
}

func (s *Service) openCapture(ctx context.Context, r idv.Reader, secret idv.Personal) (*CaptureView, error) {
	flow, err := r.FindCapture(ctx, hashOf(secret))
	if err != nil {
		return nil, err
	}
	if !s.now().Before(flow.ExpiresAt) {
		return nil, idv.Refuse(idv.CodeLinkExpired, "the link has expired")
	}
	shown, err := view(ctx, r, idv.ProcessKey{Tenant: flow.TenantID, Dossier: flow.DossierID, Process: flow.ProcessID})
	if err != nil {
		return nil, err
	}
	return &CaptureView{flow, shown}, nil
}

// livingCapture is openCapture for what needs a process that is still pending.
func (s *Service) livingCapture(ctx context.Context, r idv.Reader, secret idv.Personal) (*CaptureView, error) {
	v, err := s.openCapture(ctx, r, secret)
	if err == nil && v.Status != idv.StatusPending {
		return nil, idv.InvalidState("change it", v.Status)
	}
	return v, err
}

// CaptureAnswer is what an end-user says. What is zero is not said.
type CaptureAnswer struct {
	// Prepared: the prerequisites were read.
	Prepared bool
	// PhoneHere: a phone opened the link that a desktop showed.
	PhoneHere bool
	// Language of the pages from now on.
	Language string
	// Country of residence, ISO 3166-1 alpha-3.
	Country string
	// Consent to the provider's policies.
	Consent *bool
	// DocumentType and IssuingCountry are said together.
	DocumentType   idv.DocumentType
	IssuingCountry string
}

// AnswerCapture stores what an end-user says and gives the flow as it then
// stands. Who does not consent ends the process with USER_CONSENT_DENIED.
func (s *Service) AnswerCapture(ctx context.Context, secret idv.Personal, a CaptureAnswer) (*CaptureView, error) {
	var v *CaptureView
	err := s.Store.Update(ctx, func(tx idv.Tx) (err error) {
		if v, err = s.livingCapture(ctx, tx, secret); err != nil {
			return err
		}
		jobs, err := s.takeAnswer(ctx, tx, v, a)
		if err != nil {
			return err
		}
		v.UpdatedAt = s.now()
		if err := tx.AmendProcess(ctx, v.Process); err != nil {
			return err
		}
		if err := tx.PutCapture(ctx, v.Capture); err != nil {
			return err
		}
		if err := s.recordConsent(ctx, tx, v.Key(), a.Consent); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs...)
	})
	if err == nil && a.Consent != nil && !*a.Consent {
		return s.denyConsent(ctx, v)
	}
	return v, err
}

// recordConsent tells the trail what an end-user has answered, if they have. The
// answer itself is sealed.
func (s *Service) recordConsent(ctx context.Context, tx idv.Tx, k idv.ProcessKey, consent *bool) error {
	if consent == nil {
		return nil
	}
	detail := idv.Personal("declined")
	if *consent {
		detail = "accepted"
	}
	return tx.Record(ctx, idv.Record{
		Tenant: k.Tenant, At: s.now(), Action: idv.ActionConsentAnswered, Dossier: k.Dossier, Process: k.Process, Detail: detail,
	})
}

// takeAnswer changes the flow and its process by an answer. Another document
// lets the pictures of the one before go, with jobs.
func (s *Service) takeAnswer(ctx context.Context, tx idv.Tx, v *CaptureView, a CaptureAnswer) (jobs []idv.Job, err error) {
	v.Prepared = v.Prepared || a.Prepared
	if a.PhoneHere {
		v.HandedOver = s.now()
	}
	if a.Language != "" {
		if !slices.Contains(s.offeredLanguages(v.Capture), a.Language) {
			return nil, invalidAnswer("language", "is not offered")
		}
		v.Language = a.Language
	}
	if a.Country != "" {
		if !idv.IsCountry(a.Country) {
			return nil, invalidAnswer("country", "must be an ISO 3166-1 alpha-3 code")
		}
		v.Location, v.AskedCountry = idv.Location{Country: a.Country}, true
	}
	if a.Consent != nil {
		v.PrivacyConsent, v.AskedConsent = a.Consent, true
	}
	if a.DocumentType == "" {
		return nil, nil
	}
	if err := s.offered(v, a.DocumentType, a.IssuingCountry); err != nil {
		return nil, err
	}
	changed := a.DocumentType != v.DocumentType || a.IssuingCountry != v.IssuingCountry
	v.DocumentType, v.IssuingCountry = a.DocumentType, a.IssuingCountry
	if !changed {
		return nil, nil
	}
	return s.dropDocument(ctx, tx, v)
}

func invalidAnswer(name, reason string) error {
	return idv.Refuse(idv.CodeInvalid, "the answer is not valid", idv.InvalidParam{Name: name, Reason: reason})
}

// dropDocument takes the pictures of a document away from its process.
func (s *Service) dropDocument(ctx context.Context, tx idv.Tx, v *CaptureView) ([]idv.Job, error) {
	var gone []idv.Image
	v.Images = slices.DeleteFunc(v.Images, func(i idv.Image) bool {
		if i.Depiction == idv.Selfie {
			return false
		}
		gone = append(gone, i)
		return true
	})
	return eraseJobs(gone), tx.DropImages(ctx, v.Process, gone)
}

// CaptureForms lists the documents that an end-user may choose from: what the
// provider takes, the customer offers, and the order leaves open.
func (s *Service) CaptureForms(v *CaptureView) ([]idv.DocumentForm, error) {
	forms, err := s.DocumentForms(v.Provider)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(forms), func(f idv.DocumentForm) bool {
		return !v.Profile.Offers(f.Type, f.Country) || v.OrderedType != "" && f.Type != v.OrderedType
	}), nil
}

// offered refuses a document that cannot be chosen.
func (s *Service) offered(v *CaptureView, t idv.DocumentType, country string) error {
	forms, err := s.CaptureForms(v)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(forms, func(f idv.DocumentForm) bool { return f.Type == t && f.Country == country }) {
		return invalidAnswer("documentType", "is not offered for this country")
	}
	return nil
}

// denyConsent ends the process of somebody who does not consent.
func (s *Service) denyConsent(ctx context.Context, v *CaptureView) (*CaptureView, error) {
	held, err := s.claimPending(ctx, v.Key(), func(*View) error { return nil })
	if err != nil {
		return nil, err
	}
	defer held.release(ctx)
	err = held.fail(ctx, &idv.Failure{Type: idv.FailConsentDenied, Message: "the end-user declined the provider's policies"})
	if err != nil {
		return nil, fmt.Errorf("end the process without consent: %w", err)
	}
	return &CaptureView{v.Capture, &View{Process: held.Process, Images: v.Images}}, nil
}

// SubmitCapture starts the verification of what an end-user has brought. It may
// be called again. Where the provider wants to know more, the flow is set back to
// ask for it, and the refusal is given (CodeConsentRequired,
// CodeLocationRequired, CodeLocationUnresolvable).
func (s *Service) SubmitCapture(ctx context.Context, secret idv.Personal) (*CaptureView, error) {
	v, err := s.OpenCapture(ctx, secret)
	if err != nil || v.Status != idv.StatusPending {
		return v, err
	}
	if v.ConsentNeeded() {
		return nil, idv.ConsentRequired()
	}
	started, err := s.Start(ctx, v.Key())
	if err == nil {
		return &CaptureView{v.Capture, started}, nil
	}
	code := idv.CodeOf(err)
	if code == idv.CodeInvalidState { // another device was faster
		return s.OpenCapture(ctx, secret)
	}
	if code == idv.CodeConsentRequired || code == idv.CodeLocationUnresolvable {
		err = s.askMore(ctx, secret, err)
	}
	return nil, err
}

// askMore sets a flow back to what the provider's refusal asks for.
func (s *Service) askMore(ctx context.Context, secret idv.Personal, refusal error) error {
	err := s.Store.Update(ctx, func(tx idv.Tx) error {
		v, err := s.livingCapture(ctx, tx, secret)
		if err != nil {
			return err
		}
		if idv.CodeOf(refusal) == idv.CodeConsentRequired {
			v.ConsentDemanded = true
			return tx.PutCapture(ctx, v.Capture)
		}
		v.Location, v.UpdatedAt = idv.Location{}, s.now()
		return tx.AmendProcess(ctx, v.Process)
	})
	if err != nil {
		return fmt.Errorf("ask the end-user for more: %w", err)
	}
	return refusal
}
