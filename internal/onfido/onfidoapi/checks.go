package onfidoapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// CheckStatus is where a check stands (Onfido contract section 2a).
type CheckStatus string

// The statuses after which a check changes no more by itself.
const (
	CheckComplete  CheckStatus = "complete"
	CheckWithdrawn CheckStatus = "withdrawn"
)

// Check is a set of reports that was ordered for a person.
type Check struct {
	ID     string      `json:"id"`
	Status CheckStatus `json:"status"`
	Tags   []string    `json:"tags"`
}

func (c Check) identity() string { return c.ID }

// NewCheck is an order. It costs money.
type NewCheck struct {
	ApplicantID string   `json:"applicant_id"`
	ReportNames []string `json:"report_names"`
	DocumentIDs []string `json:"document_ids,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	// Asynchronous lets Onfido answer before the reports are made.
	Asynchronous bool `json:"asynchronous"`
	// PrivacyNoticesRead says that the person has consented.
	PrivacyNoticesRead bool `json:"privacy_notices_read_consent_given,omitempty"`
}

// CreateCheck orders a check. It is not safe to repeat.
func (c *Client) CreateCheck(ctx context.Context, n NewCheck) (Check, error) {
	var check Check
	r, err := call{what: "creating a check", method: http.MethodPost, path: "/checks", into: &check}.sendJSON(n)
	if err != nil {
		return check, err
	}
	if _, err := c.do(ctx, r); err != nil {
		return check, err
	}
	return check, usable(check)
}

// Check gets a check.
func (c *Client) Check(ctx context.Context, id string) (Check, error) {
	var check Check
	path, err := resource("checks", id)
	if err != nil {
		return check, err
	}
	if _, err := c.do(ctx, call{what: "getting a check", method: http.MethodGet, path: path, into: &check}); err != nil {
		return check, err
	}
	return check, usable(check)
}

// Checks gives all checks of a person.
func (c *Client) Checks(ctx context.Context, applicantID string) ([]Check, error) {
	var answer struct {
		Checks []Check `json:"checks"`
	}
	_, err := c.do(ctx, call{
		what: "listing checks", method: http.MethodGet, path: "/checks", into: &answer,
		query: url.Values{"applicant_id": {applicantID}},
	})
	if err != nil {
		return nil, err
	}
	return answer.Checks, usable(answer.Checks...)
}

// Reports gives the reports of a check, each byte for byte as it came. All
// together they may have 16 MB.
func (c *Client) Reports(ctx context.Context, checkID string) ([]json.RawMessage, error) {
	var answer struct {
		Reports []json.RawMessage `json:"reports"`
	}
	_, err := c.do(ctx, call{
		what: "listing reports", method: http.MethodGet, path: "/reports", into: &answer, limit: maxReports,
		query: url.Values{"check_id": {checkID}},
	})
	return answer.Reports, err
}
