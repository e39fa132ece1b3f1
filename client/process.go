package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Ref names a process: its dossier and itself.
type Ref struct {
	DossierID, ProcessID string
}

func (r Ref) path(more ...string) string {
	return path(append([]string{"dossiers", r.DossierID, "processes", r.ProcessID}, more...)...)
}

// ProcessRequest is the body of Create process (Assure contract section 5).
type ProcessRequest struct {
	// Provider is onfido.
	Provider string `json:"provider"`
	// ProcessType is document, documentSelfie or documentVideo.
	ProcessType string `json:"processType"`
	// DocumentType is passport, driversLicense, identityCard, residencePermit and
	// so on (section 7).
	DocumentType                       string             `json:"documentType,omitempty"`
	ProcessParameters                  *ProcessParameters `json:"processParameters,omitempty"`
	RequestExtraDataFromDrivingLicense bool               `json:"requestExtraDataFromDrivingLicense,omitempty"`
	// NotificationURL is told of the end by a POST with the AuthorizationHeader: the
	// older way, beside events.
	NotificationURL     string `json:"notificationUrl,omitempty"`
	AuthorizationHeader string `json:"authorizationHeader,omitempty"`
}

// ProcessParameters is the part of ProcessRequest about the end-user.
type ProcessParameters struct {
	Location    *Location `json:"location,omitempty"`
	Consents    *Consents `json:"consents,omitempty"`
	MobileAppID string    `json:"mobileAppId,omitempty"`
}

// Location is where the end-user lives: a country (ISO 3166-1 alpha-3), or an IP
// address from which to infer it.
type Location struct {
	CountryOfResidence string `json:"countryOfResidence,omitempty"`
	IPAddress          string `json:"ipAddress,omitempty"`
}

// Consents says what the end-user has consented to.
type Consents struct {
	Privacy bool `json:"privacy"`
}

// The statuses of a process. All but the first two are final.
const (
	StatusPending      = "pending"
	StatusProcessing   = "processing"
	StatusAccepted     = "accepted"
	StatusRejected     = "rejected"
	StatusInconclusive = "inconclusive"
	StatusCanceled     = "canceled"
	StatusFailed       = "failed"
)

// Process is a process as the server gives it. Fields that are absent are empty.
type Process struct {
	ProcessID    string   `json:"processId"`
	Provider     string   `json:"provider"`
	ProcessType  string   `json:"processType"`
	DocumentType string   `json:"documentType"`
	Status       string   `json:"status"`
	Depictions   []string `json:"depictions"`
	// Authorization is an SDK token, for a process with a mobile app.
	Authorization string `json:"authorization"`
	// FinalResult is there when the status is accepted.
	FinalResult *FinalResult `json:"finalResult"`
	// ProviderSpecific is what the provider found, in Assure's words (section 8): it
	// has more fields than can be listed, and grows.
	ProviderSpecific json.RawMessage `json:"providerSpecific"`
	FailReason       *FailReason     `json:"failReason"`
	// Review is what people decided of an inconclusive process, beside the verdict.
	Review    *Review   `json:"review"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	// Raw is the whole object, byte for byte.
	Raw json.RawMessage `json:"-"`
}

// FinalResult is what an accepted document says; empty is what is not known. Dates
// are YYYY-MM-DD, countries ISO 3166-1 alpha-3, Gender F, M or X, SimilarityScore
// low, medium or high.
type FinalResult struct {
	FirstName                    string `json:"firstName"`
	LastName                     string `json:"lastName"`
	DateOfBirth                  string `json:"dateOfBirth"`
	DateOfExpiry                 string `json:"dateOfExpiry"`
	DateOfIssue                  string `json:"dateOfIssue"`
	DocumentType                 string `json:"documentType"`
	DocumentNumber               string `json:"documentNumber"`
	IssuingCountry               string `json:"issuingCountry"`
	Nationality                  string `json:"nationality"`
	Gender                       string `json:"gender"`
	PersonalIdentificationNumber string `json:"personalIdentificationNumber"`
	PlaceOfBirth                 string `json:"placeOfBirth"`
	SimilarityScore              string `json:"similarityScore"`
}

// Review is what people decided of a process that the provider left inconclusive.
type Review struct {
	// Decision is accepted or rejected.
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
	Reviewer string `json:"reviewer"`
	// ConfirmedBy is the second operator, where two must agree.
	ConfirmedBy string    `json:"confirmedBy"`
	ReviewedAt  time.Time `json:"reviewedAt"`
}

// FailReason says why a process failed.
type FailReason struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// UnmarshalJSON decodes the object and keeps it as Raw.
func (p *Process) UnmarshalJSON(data []byte) error {
	type plain Process
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	p.Raw = append(json.RawMessage(nil), data...)
	return nil
}

// Final says whether the status never changes again.
func (p *Process) Final() bool { return p.Status != StatusPending && p.Status != StatusProcessing }

// CreateProcess makes a process in a dossier.
func (c *Client) CreateProcess(ctx context.Context, dossierID string, in ProcessRequest) (*Process, error) {
	p := new(Process)
	if err := c.exchange(ctx, http.MethodPost, path("dossiers", dossierID, "processes"), in, p); err != nil {
		return nil, fmt.Errorf("creating a process: %w", err)
	}
	return p, nil
}

// StartVerification starts the verification of a pending process.
func (c *Client) StartVerification(ctx context.Context, ref Ref) (*Process, error) {
	p := new(Process)
	if err := c.exchange(ctx, http.MethodPost, ref.path(), nil, p); err != nil {
		return nil, fmt.Errorf("starting the verification: %w", err)
	}
	return p, nil
}

// GetProcess gives a process as it stands now.
func (c *Client) GetProcess(ctx context.Context, ref Ref) (*Process, error) {
	return c.getProcess(ctx, call{method: http.MethodGet, path: ref.path()})
}

func (c *Client) getProcess(ctx context.Context, k call) (*Process, error) {
	p := new(Process)
	if err := c.convey(ctx, k, nil, p); err != nil {
		return nil, fmt.Errorf("getting the process: %w", err)
	}
	return p, nil
}

// DeleteProcess deletes a process with all that is in it, at the provider too.
func (c *Client) DeleteProcess(ctx context.Context, ref Ref) error {
	if err := c.exchange(ctx, http.MethodDelete, ref.path(), nil, nil); err != nil {
		return fmt.Errorf("deleting the process: %w", err)
	}
	return nil
}

// FullResult gives the signed zip of a process whose check completed (Assure
// contract section 11): the same bytes each time. `dossier verify-zip` checks it.
func (c *Client) FullResult(ctx context.Context, ref Ref) (*Content, error) {
	body, err := c.content(ctx, ref.path("download"))
	if err != nil {
		return nil, fmt.Errorf("downloading the full result: %w", err)
	}
	return body, nil
}

// CancelProcess cancels a pending process.
func (c *Client) CancelProcess(ctx context.Context, ref Ref) (*Process, error) {
	p := new(Process)
	if err := c.exchange(ctx, http.MethodPost, ref.path("cancel"), nil, p); err != nil {
		return nil, fmt.Errorf("canceling the process: %w", err)
	}
	return p, nil
}
