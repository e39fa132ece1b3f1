package onfido

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// The bounds of the search for an applicant that an earlier request may have
// made. Beyond them a second one is made, which costs nothing.
const (
	// clockSkew is how far Onfido's clock may be behind ours.
	clockSkew = 30 * time.Second
	maxPages  = 50
)

// applicant gives the person of a process at Onfido.
func (c *Connector) applicant(ctx context.Context, k idv.Case) (ref string, err error) {
	d := details(k)
	return c.once(ctx, k.Journal, creation{
		step: idv.StepApplicant,
		post: func(ctx context.Context) (string, error) {
			a, err := c.api.CreateApplicant(ctx, d)
			return a.ID, err
		},
		find: func(ctx context.Context, since time.Time) (string, error) {
			return c.findApplicant(ctx, trace{d, since}, func(ctx context.Context, ref string) (bool, error) {
				return k.Journal.Taken(ctx, idv.StepApplicant, ref)
			})
		},
	})
}

// trace is what finds an applicant again whose creation is in doubt.
type trace struct {
	Details    onfidoapi.Details
	IntendedAt time.Time
}

// Trace gives what Find needs.
func (c *Connector) Trace(k idv.Case) idv.PersonalJSON {
	text, err := json.Marshal(trace{details(k), k.Journal.Step(idv.StepApplicant).IntendedAt})
	if err != nil {
		return nil // Texts and times always encode.
	}
	return text
}

// Find looks for the applicant of a process that was deleted while it was in
// doubt whether Onfido had made it.
func (c *Connector) Find(ctx context.Context, text idv.PersonalJSON, taken idv.Taken) (ref string, err error) {
	var t trace
	if err := json.Unmarshal(text, &t); err != nil {
		return "", errors.New("the trace of an applicant cannot be read")
	}
	return c.recall(ctx, t.IntendedAt, creation{step: idv.StepApplicant, find: func(ctx context.Context, _ time.Time) (string, error) {
		return c.findApplicant(ctx, t, taken)
	}})
}

// findApplicant looks through the applicants from the newest back to the time
// of the request for one that is as described, is not known to be another
// process's, and has no documents yet: one with documents belongs to another
// process of the same person.
func (c *Connector) findApplicant(ctx context.Context, t trace, taken idv.Taken) (ref string, err error) {
	for page := range maxPages {
		list, more, err := c.api.Applicants(ctx, page+1)
		if err != nil {
			return "", err
		}
		for _, a := range list {
			if a.CreatedAt.Before(t.IntendedAt.Add(-clockSkew)) {
				return "", nil
			}
			if !samePerson(a.Details, t.Details) {
				continue
			}
			if other, err := taken(ctx, a.ID); err != nil || other {
				if err != nil {
					return "", err
				}
				continue
			}
			if free, err := c.hasNoDocuments(ctx, a.ID); err != nil || free {
				return a.ID, err
			}
		}
		if !more {
			return "", nil
		}
	}
	return "", nil
}

// hasNoDocuments is false for an applicant that is being deleted as well.
func (c *Connector) hasNoDocuments(ctx context.Context, applicant string) (bool, error) {
	documents, err := c.api.Documents(ctx, applicant)
	if answer, ok := errors.AsType[*onfidoapi.Error](err); ok && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone) {
		return false, nil
	}
	return len(documents) == 0, err
}

// samePerson compares what Onfido answers as it was sent.
func samePerson(a, b onfidoapi.Details) bool {
	a.Location, a.Consents = nil, nil
	b.Location, b.Consents = nil, nil
	return reflect.DeepEqual(a, b)
}

// details describes the end-user to Onfido. Onfido demands a name: where none is
// known it gets one that no other process has, so that the applicant can be
// found by it.
func details(k idv.Case) onfidoapi.Details {
	p, u := k.Process, k.UserData
	if u == nil {
		u = &idv.UserData{}
	}
	return onfidoapi.Details{
		FirstName:   cmp.Or(u.FirstName.Reveal(), "Applicant"),
		LastName:    cmp.Or(u.LastName.Reveal(), "ref-"+strings.ReplaceAll(p.ID, "-", "")),
		DateOfBirth: u.DateOfBirth.Reveal(),
		Email:       u.Email.Reveal(),
		PhoneNumber: u.PhoneNumber.Reveal(),
		Address:     address(u.Address),
		Location:    location(p.Location),
		Consents:    consents(p),
	}
}

// location is nil while none is known: an app is admitted before the end-user has
// to say where they live.
func location(l idv.Location) *onfidoapi.Location {
	if l.Empty() {
		return nil
	}
	return &onfidoapi.Location{CountryOfResidence: l.Country, IPAddress: l.IPAddress.Reveal()}
}

func address(a *idv.Address) *onfidoapi.Address {
	if a == nil {
		return nil
	}
	return &onfidoapi.Address{
		FlatNumber:     a.FlatNumber.Reveal(),
		BuildingNumber: a.BuildingNumber.Reveal(),
		Street:         a.Street.Reveal(),
		Town:           a.Town.Reveal(),
		State:          a.State.Reveal(),
		Postcode:       a.Postcode.Reveal(),
		Country:        a.Country.Reveal(),
	}
}

func consents(p *idv.Process) []onfidoapi.Consent {
	if !hasConsent(p) {
		return nil
	}
	return []onfidoapi.Consent{{Name: onfidoapi.PrivacyNoticesRead, Granted: true}}
}

func hasConsent(p *idv.Process) bool { return p.PrivacyConsent != nil && *p.PrivacyConsent }

// consented refuses to send the face of a US resident who has not consented.
// The domain knows a country that the customer named; here is about one that
// Onfido inferred from an IP address. It is asked until the first image leaves.
func (c *Connector) consented(ctx context.Context, k idv.Case, applicant string) error {
	p := k.Process
	if !p.LacksConsent() || p.Location.Country != "" || !k.Journal.Step(documentStep(idv.Front)).IntendedAt.IsZero() {
		return nil
	}
	a, err := c.api.Applicant(ctx, applicant)
	if err == nil && a.Location != nil && a.Location.CountryOfResidence == "USA" {
		return idv.ConsentRequired()
	}
	return err
}
