package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// CaptureRequest asks for a capture flow (Assure contract section 10). Fields that
// are empty are left out.
type CaptureRequest struct {
	// Providers has one entry.
	Providers []ProcessRequest `json:"providers"`
	// RedirectURL is where the browser goes at the end.
	RedirectURL string `json:"redirectUrl"`
	// SDK is capture (the default) or native.
	SDK               string             `json:"sdk,omitempty"`
	CaptureParameters *CaptureParameters `json:"captureParameters,omitempty"`
	RequestDomain     string             `json:"requestDomain,omitempty"`
	// NotificationURL is told of the end, with AuthorizationHeader.
	NotificationURL     string `json:"notificationUrl,omitempty"`
	AuthorizationHeader string `json:"authorizationHeader,omitempty"`
}

// CaptureParameters say how the pages are to be.
type CaptureParameters struct {
	// UIProfile is the id of a capture configuration.
	UIProfile string `json:"uiProfile,omitempty"`
	// UILanguage is one of those that the pages speak, such as de.
	UILanguage string `json:"uiLanguage,omitempty"`
	// DefaultCountry is ISO 3166-1 alpha-3.
	DefaultCountry string `json:"defaultCountry,omitempty"`
}

// Capture is a capture flow that was started. URL is for the end-user: whoever has
// it may walk the flow.
type Capture struct {
	URL         string    `json:"url"`
	DossierID   string    `json:"dossierId"`
	ProcessID   string    `json:"processId"`
	RedirectURL string    `json:"redirectUrl"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

// StartCapture makes a process in a dossier and a link for the end-user, who brings
// the images of it.
func (c *Client) StartCapture(ctx context.Context, dossierID string, in CaptureRequest) (*Capture, error) {
	started := new(Capture)
	if err := c.exchange(ctx, http.MethodPost, path("dossiers", dossierID, "capture"), in, started); err != nil {
		return nil, fmt.Errorf("starting a capture flow: %w", err)
	}
	return started, nil
}

// CaptureConfiguration is a stored set of wishes about the pages. Settings is the
// JSON object of it, with the fields that docs/capture.md lists.
type CaptureConfiguration struct {
	ID        string
	CreatedAt time.Time
	UpdatedAt time.Time
	Settings  json.RawMessage
}

// UnmarshalJSON takes the object apart.
func (c *CaptureConfiguration) UnmarshalJSON(data []byte) error {
	var own struct {
		ID        string    `json:"id"`
		CreatedAt time.Time `json:"createdAt"`
		UpdatedAt time.Time `json:"updatedAt"`
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &own); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for _, name := range []string{"id", "createdAt", "updatedAt", "$schema"} {
		delete(fields, name)
	}
	settings, err := json.Marshal(fields)
	*c = CaptureConfiguration{own.ID, own.CreatedAt, own.UpdatedAt, settings}
	return err
}

// CreateCaptureConfiguration stores a configuration, a JSON object, under an id of
// your choice: 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit. An id that
// is taken is refused with status 409.
func (c *Client) CreateCaptureConfiguration(ctx context.Context, id string, settings json.RawMessage) (*CaptureConfiguration, error) {
	return c.putConfiguration(ctx, http.MethodPost, path("capture", "configurations", id), settings)
}

// ReplaceCaptureConfiguration replaces a configuration by another JSON object.
func (c *Client) ReplaceCaptureConfiguration(ctx context.Context, id string, settings json.RawMessage) (*CaptureConfiguration, error) {
	return c.putConfiguration(ctx, http.MethodPut, path("capture", "configurations", id), settings)
}

func (c *Client) putConfiguration(ctx context.Context, method, at string, settings json.RawMessage) (*CaptureConfiguration, error) {
	stored := new(CaptureConfiguration)
	if err := c.exchange(ctx, method, at, settings, stored); err != nil {
		return nil, fmt.Errorf("storing a capture configuration: %w", err)
	}
	return stored, nil
}

// CaptureConfiguration gives a configuration.
func (c *Client) CaptureConfiguration(ctx context.Context, id string) (*CaptureConfiguration, error) {
	stored := new(CaptureConfiguration)
	if err := c.exchange(ctx, http.MethodGet, path("capture", "configurations", id), nil, stored); err != nil {
		return nil, fmt.Errorf("reading a capture configuration: %w", err)
	}
	return stored, nil
}

// CaptureConfigurations gives all configurations, oldest first.
func (c *Client) CaptureConfigurations(ctx context.Context) (all []CaptureConfiguration, err error) {
	if err := c.exchange(ctx, http.MethodGet, path("capture", "configurations"), nil, &all); err != nil {
		return nil, fmt.Errorf("listing capture configurations: %w", err)
	}
	return all, nil
}

// DeleteCaptureConfiguration removes a configuration. Flows that were started
// with it go on as they are.
func (c *Client) DeleteCaptureConfiguration(ctx context.Context, id string) error {
	if err := c.exchange(ctx, http.MethodDelete, path("capture", "configurations", id), nil, nil); err != nil {
		return fmt.Errorf("deleting a capture configuration: %w", err)
	}
	return nil
}
