package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"time"
)

// Dossier is the folder of one end-user (Assure contract section 4).
type Dossier struct {
	DossierID         string    `json:"dossierId"`
	ExternalReference string    `json:"externalReference"`
	Processes         []Process `json:"processes"`
	// UserData is the JSON object as the server gives it, or nil.
	UserData json.RawMessage `json:"userData"`
	// Files are the names of the dossier's files.
	Files     []string  `json:"files"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	// HeldSince is when a legal hold began; zero without one.
	HeldSince time.Time `json:"heldSince,omitzero"`
}

// UserData is what the customer says about the end-user; empty fields are not
// sent. DateOfBirth is YYYY-MM-DD, Nationality ISO 3166-1 alpha-3, Gender F, M
// or X.
type UserData struct {
	FirstName   string   `json:"firstName,omitempty"`
	LastName    string   `json:"lastName,omitempty"`
	DateOfBirth string   `json:"dateOfBirth,omitempty"`
	Email       string   `json:"email,omitempty"`
	PhoneNumber string   `json:"phoneNumber,omitempty"`
	Nationality string   `json:"nationality,omitempty"`
	Gender      string   `json:"gender,omitempty"`
	Address     *Address `json:"address,omitempty"`
}

// Address is a postal address; Country is ISO 3166-1 alpha-3.
type Address struct {
	Street         string `json:"street,omitempty"`
	BuildingNumber string `json:"buildingNumber,omitempty"`
	FlatNumber     string `json:"flatNumber,omitempty"`
	Town           string `json:"town,omitempty"`
	State          string `json:"state,omitempty"`
	Postcode       string `json:"postcode,omitempty"`
	Country        string `json:"country,omitempty"`
}

// CreateDossier makes a dossier; externalReference, the customer's own word for
// the end-user, has at most 255 characters and may be empty.
func (c *Client) CreateDossier(ctx context.Context, externalReference string) (*Dossier, error) {
	in := struct {
		ExternalReference string `json:"externalReference,omitempty"`
	}{externalReference}
	d := new(Dossier)
	if err := c.exchange(ctx, http.MethodPost, path("dossiers"), in, d); err != nil {
		return nil, fmt.Errorf("creating a dossier: %w", err)
	}
	return d, nil
}

// GetDossier gives a dossier with its processes.
func (c *Client) GetDossier(ctx context.Context, dossierID string) (*Dossier, error) {
	d := new(Dossier)
	if err := c.exchange(ctx, http.MethodGet, path("dossiers", dossierID), nil, d); err != nil {
		return nil, fmt.Errorf("getting the dossier: %w", err)
	}
	return d, nil
}

// Dossiers goes through all dossiers, newest first, without what is in them; a
// reference selects the one that has it. It asks for the next page when it comes
// to it, and ends with the first error.
func (c *Client) Dossiers(ctx context.Context, externalReference string) iter.Seq2[*Dossier, error] {
	q := given(map[string]string{"externalReference": externalReference})
	return pages[Dossier](ctx, c, "listing the dossiers", call{path: path("dossiers"), query: q}, "after")
}

// HeldDossiers goes through the dossiers under a legal hold, as Dossiers does.
func (c *Client) HeldDossiers(ctx context.Context) iter.Seq2[*Dossier, error] {
	q := given(map[string]string{"held": "true"})
	return pages[Dossier](ctx, c, "listing the held dossiers", call{path: path("dossiers"), query: q}, "after")
}

// HoldDossier puts a dossier under a legal hold: until ReleaseDossier neither
// policies nor requests delete anything of it. reason is for the audit trail and
// has at most 2000 characters. It takes the scope dossier.operate.
func (c *Client) HoldDossier(ctx context.Context, dossierID, reason string) error {
	in := struct {
		Reason string `json:"reason"`
	}{reason}
	if err := c.exchange(ctx, http.MethodPut, path("dossiers", dossierID, "hold"), in, nil); err != nil {
		return fmt.Errorf("putting the dossier under a legal hold: %w", err)
	}
	return nil
}

// ReleaseDossier ends the legal hold of a dossier.
func (c *Client) ReleaseDossier(ctx context.Context, dossierID string) error {
	if err := c.exchange(ctx, http.MethodDelete, path("dossiers", dossierID, "hold"), nil, nil); err != nil {
		return fmt.Errorf("ending the legal hold of the dossier: %w", err)
	}
	return nil
}

// DeleteDossier deletes a dossier with all that is in it.
func (c *Client) DeleteDossier(ctx context.Context, dossierID string) error {
	if err := c.exchange(ctx, http.MethodDelete, path("dossiers", dossierID), nil, nil); err != nil {
		return fmt.Errorf("deleting the dossier: %w", err)
	}
	return nil
}

// UserData gives what is known of the end-user.
func (c *Client) UserData(ctx context.Context, dossierID string) (*UserData, error) {
	u := new(UserData)
	if err := c.exchange(ctx, http.MethodGet, path("dossiers", dossierID, "userdata"), nil, u); err != nil {
		return nil, fmt.Errorf("getting the user data: %w", err)
	}
	return u, nil
}

// SetUserData sets what is known of the end-user, in place of what was set before.
func (c *Client) SetUserData(ctx context.Context, dossierID string, u UserData) error {
	if err := c.exchange(ctx, http.MethodPut, path("dossiers", dossierID, "userdata"), u, nil); err != nil {
		return fmt.Errorf("setting the user data: %w", err)
	}
	return nil
}
