package idv

import (
	"net/netip"
	"regexp"
	"slices"
	"time"
)

// Status is where a process stands (Assure contract section 5).
type Status string

// pending → processing → accepted, rejected or inconclusive; pending →
// canceled; pending or processing → failed. The last five never change.
const (
	StatusPending      Status = "pending"
	StatusProcessing   Status = "processing"
	StatusAccepted     Status = "accepted"
	StatusRejected     Status = "rejected"
	StatusInconclusive Status = "inconclusive"
	StatusCanceled     Status = "canceled"
	StatusFailed       Status = "failed"
)

// Final says whether the status never changes again.
func (s Status) Final() bool { return s != StatusPending && s != StatusProcessing }

// Leads says whether a process may go from s to another status. There is no
// other way (Assure contract section 5); the store holds every change to it.
func (s Status) Leads(to Status) bool {
	switch to {
	case StatusProcessing, StatusCanceled:
		return s == StatusPending
	case StatusAccepted, StatusRejected, StatusInconclusive:
		return s == StatusProcessing
	case StatusFailed:
		return !s.Final()
	default:
		return false
	}
}

// Completed says whether the provider's check came to its end, which is what a
// full result needs (Assure contract section 11).
func (s Status) Completed() bool {
	return s == StatusAccepted || s == StatusRejected || s == StatusInconclusive
}

// ProcessType says what a process checks.
type ProcessType string

// The three process types of the contract.
const (
	TypeDocument       ProcessType = "document"
	TypeDocumentSelfie ProcessType = "documentSelfie"
	TypeDocumentVideo  ProcessType = "documentVideo"
)

// ProcessTypes lists every process type.
func ProcessTypes() []ProcessType {
	return []ProcessType{TypeDocument, TypeDocumentSelfie, TypeDocumentVideo}
}

// Biometric says whether the type looks at a face, which is what asks for the
// consent of US residents (Assure contract section 5).
func (t ProcessType) Biometric() bool { return t != TypeDocument }

// Path says how the images of a process reach the provider.
type Path string

// The three paths (Assure contract section 5).
const (
	// PathUpload: the customer sets them.
	PathUpload Path = "upload"
	// PathSDK: the provider's own software on the end-user's device brings them, in
	// an app (MobileAppID) or in a page of a native capture flow.
	PathSDK Path = "sdk"
	// PathCapture: our own pages take them.
	PathCapture Path = "capture"
)

// ProviderOnfido is the name of the one provider there is.
const ProviderOnfido = "onfido"

// Location is where the end-user lives: a country or an IP address to infer
// it from.
type Location struct {
	// Country is ISO 3166-1 alpha-3, or empty.
	Country string
	// IPAddress is IPv4 or IPv6 text, or empty.
	IPAddress Personal
}

// Empty says that neither country nor address is known.
func (l Location) Empty() bool { return l.Country == "" && l.IPAddress == "" }

// Callback is the older way to hear of a result: one POST to a URL of the
// process (Assure contract section 5, notificationUrl).
type Callback struct {
	URL Personal
	// Authorization is sent as the header of that name.
	Authorization Personal
}

// Process is one verification inside a dossier.
type Process struct {
	ID, TenantID, DossierID string
	Provider                string
	Type                    ProcessType
	// DocumentType is empty until it is known.
	DocumentType DocumentType
	// IssuingCountry of the document is ISO 3166-1 alpha-3; empty until it is
	// known, and always on the direct path.
	IssuingCountry string
	Path           Path
	Location       Location
	// PrivacyConsent is nil when the customer said nothing about it.
	PrivacyConsent *bool
	// MobileAppID is the app that brings the images on the SDK path.
	MobileAppID string
	// ExtraLicenceData asks for the licence report instead of the plain one.
	ExtraLicenceData bool
	Callback         Callback

	Status Status
	// Verdict is set once the provider answered.
	Verdict *Verdict
	// Failure is set only when the status is failed.
	Failure *Failure
	// Reviewed is what people decided, or propose to; nil until then.
	Reviewed *Review

	CreatedAt, UpdatedAt time.Time
	// Deadline is when a started verification is given up; zero before the start.
	Deadline time.Time
}

var mobileApp = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$`)

// Validate checks a process as the customer orders it and reports every fault
// at once, by the names of the API.
func (p *Process) Validate() error {
	c := checker{}
	c.that(p.Provider == ProviderOnfido, "provider", "must be onfido")
	c.that(slices.Contains(ProcessTypes(), p.Type), "processType", "must be document, documentSelfie or documentVideo")
	c.that(p.DocumentType == "" || p.DocumentType.Known(), "documentType", "is not a document type that Assure knows")
	c.that(p.Location.Country == "" || IsCountry(p.Location.Country),
		"processParameters.location.countryOfResidence", "must be an ISO 3166-1 alpha-3 code")
	c.that(p.Location.IPAddress == "" || isIP(p.Location.IPAddress.Reveal()),
		"processParameters.location.ipAddress", "must be an IPv4 or IPv6 address")
	c.that(p.MobileAppID == "" || mobileApp.MatchString(p.MobileAppID),
		"processParameters.mobileAppId", "must be an iOS bundle id or an Android application id")
	c.that(p.Callback.URL == "" || isWebURL(p.Callback.URL.Reveal()), "notificationUrl", "must be an absolute http or https URL")
	c.that(len(p.Callback.Authorization) <= 4096, "authorizationHeader", "must have at most 4096 bytes")
	c.that(isHeaderValue(p.Callback.Authorization.Reveal()), "authorizationHeader", "must be printable ASCII")
	return c.err()
}

// isIP takes what netip parses, without a zone: a zone names a network card of
// the sender and cannot locate anybody.
func isIP(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}

// Ready says whether the verification may start now: the rules that need no
// provider, in the order of the contract's table (section 5). images are those
// that the process holds.
func (p *Process) Ready(images []Image) error {
	if p.Status != StatusPending {
		return InvalidState("start the verification", p.Status)
	}
	if p.Location.Empty() {
		return Refuse(CodeLocationRequired, "the end-user's location is required: countryOfResidence or ipAddress",
			InvalidParam{"processParameters.location", "is required"})
	}
	if p.Location.Country == "USA" && p.LacksConsent() {
		return ConsentRequired()
	}
	if p.Path == PathSDK {
		return nil // The provider knows what it holds.
	}
	return p.readyToUpload(images)
}

// DocumentCountry is the country that issued the document, ISO 3166-1 alpha-3:
// what the provider read, or else what the end-user chose; empty while neither is
// known.
func (p *Process) DocumentCountry() string {
	if p.Verdict != nil && p.Verdict.IssuingCountry != "" {
		return p.Verdict.IssuingCountry
	}
	return p.IssuingCountry
}

// LacksConsent says that a US resident would have to consent first: the
// process looks at a face and the customer did not say that consent is given.
func (p *Process) LacksConsent() bool {
	return p.Type.Biometric() && (p.PrivacyConsent == nil || !*p.PrivacyConsent)
}

// ConsentRequired is the refusal for a US resident who has not consented
// (Assure contract section 5).
func ConsentRequired() *Error {
	return Refuse(CodeConsentRequired, "a US resident must consent to the provider's privacy notices first",
		InvalidParam{"processParameters.consents.privacy", "must be true"})
}

// LocationUnresolvable is the refusal for an IP address from which the provider
// cannot infer a country.
func LocationUnresolvable() *Error {
	return Refuse(CodeLocationUnresolvable, "the provider cannot infer the country from the IP address; send countryOfResidence",
		InvalidParam{"processParameters.location.ipAddress", "has no known country"})
}

func (p *Process) readyToUpload(images []Image) error {
	if p.Type == TypeDocumentVideo && p.Path == PathUpload {
		return Refuse(CodeCaptureRequired, "a video cannot be uploaded directly: use a capture flow or the provider's SDK")
	}
	if p.DocumentType == "" {
		return Refuse(CodeDocumentTypeRequired, "documentType is required when the images are uploaded directly",
			InvalidParam{"documentType", "is required"})
	}
	var missing []InvalidParam
	for _, d := range p.Needs() {
		if !slices.ContainsFunc(images, func(i Image) bool { return i.Depiction == d }) {
			missing = append(missing, InvalidParam{string(d), "is missing"})
		}
	}
	if len(missing) > 0 {
		return Refuse(CodeImagesMissing, "images are missing", missing...)
	}
	return nil
}

// Needs lists the images without which a verification of images that we hold
// cannot start. Before the type of the document is known it counts as one-sided.
func (p *Process) Needs() []Depiction {
	needs := []Depiction{Front}
	if p.DocumentType != "" && p.DocumentType.NeedsBack() {
		needs = append(needs, Back)
	}
	if p.Type == TypeDocumentSelfie {
		needs = append(needs, Selfie)
	}
	if p.Type == TypeDocumentVideo {
		needs = append(needs, Video)
	}
	return needs
}

// InvalidState is the refusal of a call that the status does not allow.
func InvalidState(what string, s Status) *Error {
	return Refuse(CodeInvalidState, "cannot "+what+": the process is "+string(s))
}

// Created gives the event of a new process.
func (p *Process) Created() Event { return p.event(EventProcessCreated, p.CreatedAt) }

// Begin moves a pending process to processing and gives the event of it. The
// verification is given up at deadline.
func (p *Process) Begin(now, deadline time.Time) Event {
	p.Deadline = deadline
	return p.move(StatusProcessing, now)
}

// Conclude gives a processing process its verdict and the event of it.
func (p *Process) Conclude(v *Verdict, now time.Time) Event {
	p.Verdict = v
	return p.move(v.Status, now)
}

// Fail ends a process without a verdict and gives the event of it.
func (p *Process) Fail(f *Failure, now time.Time) Event {
	p.Failure = f
	return p.move(StatusFailed, now)
}

// Cancel ends a pending process by the end-user's choice and gives the event of
// it.
func (p *Process) Cancel(now time.Time) Event { return p.move(StatusCanceled, now) }

// Deleted gives the event of a process that is about to be removed.
func (p *Process) Deleted(now time.Time) Event { return p.event(EventProcessDeleted, now) }

func (p *Process) move(to Status, now time.Time) Event {
	p.Status, p.UpdatedAt = to, now
	if to.Final() {
		return p.event(EventProcessComplete, now)
	}
	return p.event(EventProcessProcessing, now)
}

func (p *Process) event(name EventName, now time.Time) Event {
	return Event{
		TenantID: p.TenantID, DossierID: p.DossierID, ProcessID: p.ID,
		Name: name, Provider: p.Provider, ProcessType: p.Type, Status: p.Status, At: now,
	}
}
