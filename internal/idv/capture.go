package idv

import (
	"net/url"
	"regexp"
	"time"
)

// CaptureSDK says whose pages the end-user sees in a capture flow (Assure
// contract section 10).
type CaptureSDK string

// Our own pages, or the provider's SDK in one of ours.
const (
	SDKCapture CaptureSDK = "capture"
	SDKNative  CaptureSDK = "native"
)

// CaptureLife is how long a link works at most (Assure contract section 10).
const CaptureLife = 24 * time.Hour

// Capture is one end-user's way through the pages that take the images of one
// process. Whoever has the secret of its link may walk it.
type Capture struct {
	TenantID, DossierID, ProcessID string
	// SecretHash is SHA-256 of the secret in the link, which is not stored.
	SecretHash []byte
	SDK        CaptureSDK
	// RedirectURL is where the browser goes at the end. The customer may have put
	// something of their own into it, so it prints as [redacted].
	RedirectURL Personal
	// RequestDomain is the one origin that may show the pages in a frame, or empty.
	RequestDomain string
	// Profile is the configuration as it was when the link was made.
	Profile CaptureProfile
	// Language is one of the catalogues, or empty: the browser's.
	Language string
	// DefaultCountry is proposed as the country of residence.
	DefaultCountry string

	// OrderedType is the document type that the customer ordered, or empty: then
	// the end-user chooses.
	OrderedType DocumentType

	// What the end-user has done so far that is no part of the process.

	// Prepared is set once the prerequisites were read.
	Prepared bool
	// ConsentDemanded is set when the provider found that consent is needed
	// although the named country did not say so.
	ConsentDemanded bool
	// AskedCountry and AskedConsent are set once the end-user was asked.
	AskedCountry, AskedConsent bool
	// HandedOver is when a phone took over; zero while none has.
	HandedOver time.Time

	CreatedAt, ExpiresAt time.Time
}

// Live says whether the link still leads to something that can be done.
func (c *Capture) Live(p *Process, now time.Time) bool {
	return now.Before(c.ExpiresAt) && p.Status == StatusPending
}

// ReturnURL is where the browser goes at the end: the customer's address with
// dossierId, processId and status added to its query.
func (c *Capture) ReturnURL(s Status) string {
	u, err := url.Parse(c.RedirectURL.Reveal())
	if err != nil {
		return "" // Validate has parsed it.
	}
	q := u.Query()
	q.Set("dossierId", c.DossierID)
	q.Set("processId", c.ProcessID)
	q.Set("status", string(s))
	u.RawQuery = q.Encode()
	return u.String()
}

// host is a name with an optional scheme and port, as frame-ancestors takes it.
var host = regexp.MustCompile(`^(https?://)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?$`)

// Validate checks what a customer asks for, by the names of the API.
func (c *Capture) Validate() error {
	k := checker{}
	k.that(isReturnURL(c.RedirectURL.Reveal()), "redirectUrl", "must be an absolute https URL, or http on loopback")
	k.that(c.SDK == SDKCapture || c.SDK == SDKNative, "sdk", "must be capture or native")
	k.that(c.RequestDomain == "" || len(c.RequestDomain) <= 255 && host.MatchString(c.RequestDomain), "requestDomain", "must be a host name or an origin")
	k.that(c.DefaultCountry == "" || IsCountry(c.DefaultCountry), "captureParameters.defaultCountry", "must be an ISO 3166-1 alpha-3 code")
	return k.err()
}

// isReturnURL takes https, and http where nobody else can listen in.
func isReturnURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !isWebURL(s) {
		return false
	}
	name := u.Hostname()
	return u.Scheme == "https" || name == "localhost" || name == "127.0.0.1" || name == "::1"
}
