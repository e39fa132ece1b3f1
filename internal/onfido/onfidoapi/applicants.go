package onfidoapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Applicant is a person at Onfido.
type Applicant struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Details
}

func (a Applicant) identity() string { return a.ID }

// Details is what is said of a person (Onfido contract section 1). An empty
// field is not sent. FirstName and LastName are required.
type Details struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email,omitempty"`
	// DateOfBirth is YYYY-MM-DD.
	DateOfBirth string    `json:"dob,omitempty"`
	PhoneNumber string    `json:"phone_number,omitempty"`
	Address     *Address  `json:"address,omitempty"`
	Location    *Location `json:"location,omitempty"`
	// Consents are never answered.
	Consents []Consent `json:"consents,omitempty"`
}

// Address is a postal address; Postcode and Country (alpha-3) are required.
type Address struct {
	FlatNumber     string `json:"flat_number,omitempty"`
	BuildingNumber string `json:"building_number,omitempty"`
	Street         string `json:"street,omitempty"`
	Town           string `json:"town,omitempty"`
	State          string `json:"state,omitempty"`
	Postcode       string `json:"postcode"`
	Country        string `json:"country"`
}

// Location is where a person lives: a country (alpha-3), or an address from
// which Onfido infers one.
type Location struct {
	IPAddress          string `json:"ip_address,omitempty"`
	CountryOfResidence string `json:"country_of_residence,omitempty"`
}

// PrivacyNoticesRead is the consent to Onfido's privacy notices.
const PrivacyNoticesRead = "privacy_notices_read"

// Consent is what a person agreed to.
type Consent struct {
	Name    string `json:"name"`
	Granted bool   `json:"granted"`
}

// CreateApplicant makes a person. It is not safe to repeat.
func (c *Client) CreateApplicant(ctx context.Context, d Details) (Applicant, error) {
	return c.putApplicant(ctx, call{what: "creating an applicant", method: http.MethodPost, path: "/applicants"}, d)
}

// UpdateApplicant replaces what is said of a person.
func (c *Client) UpdateApplicant(ctx context.Context, id string, d Details) (Applicant, error) {
	path, err := resource("applicants", id)
	if err != nil {
		return Applicant{}, err
	}
	return c.putApplicant(ctx, call{what: "updating an applicant", method: http.MethodPut, path: path}, d)
}

func (c *Client) putApplicant(ctx context.Context, r call, d Details) (Applicant, error) {
	var a Applicant
	r.into = &a
	r, err := r.sendJSON(d)
	if err != nil {
		return a, err
	}
	if _, err := c.do(ctx, r); err != nil {
		return a, err
	}
	return a, usable(a)
}

// Applicant gets a person.
func (c *Client) Applicant(ctx context.Context, id string) (Applicant, error) {
	var a Applicant
	path, err := resource("applicants", id)
	if err != nil {
		return a, err
	}
	if _, err := c.do(ctx, call{what: "getting an applicant", method: http.MethodGet, path: path, into: &a}); err != nil {
		return a, err
	}
	return a, usable(a)
}

// applicantsPerPage is how many are asked for; Onfido may give fewer.
const applicantsPerPage = 100

// Applicants gives a page of all persons, newest first, the first page being 1.
// more says that there is another page.
func (c *Client) Applicants(ctx context.Context, page int) (list []Applicant, more bool, err error) {
	var answer struct {
		Applicants []Applicant `json:"applicants"`
	}
	header, err := c.do(ctx, call{
		what: "listing applicants", method: http.MethodGet, path: "/applicants", into: &answer,
		query: url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(applicantsPerPage)}},
	})
	if err != nil {
		return nil, false, err
	}
	return answer.Applicants, hasNext(header, len(answer.Applicants)), usable(answer.Applicants...)
}

// hasNext looks for a link to the next page (RFC 8288). Without any link a full
// page is taken as a sign of another.
func hasNext(header http.Header, got int) bool {
	links := strings.Join(header.Values("Link"), ",")
	if links == "" {
		return got >= applicantsPerPage
	}
	return strings.Contains(links, `rel="next"`) || strings.Contains(links, "rel=next")
}

// DeleteApplicant deletes a person with all documents, photos and checks. It is
// no error when the person is gone already.
func (c *Client) DeleteApplicant(ctx context.Context, id string) error {
	path, err := resource("applicants", id)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{what: "deleting an applicant", method: http.MethodDelete, path: path})
	if e, ok := errors.AsType[*Error](err); ok && (e.Status == http.StatusNotFound || e.Status == http.StatusGone) {
		return nil
	}
	return err
}
