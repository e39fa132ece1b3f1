package onfido

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// check orders the check of a process. Its tag finds it again.
func (c *Connector) check(ctx context.Context, k idv.Case, applicant string, documents []string) (ref string, err error) {
	tag := "dossier-process:" + k.Process.ID
	return c.once(ctx, k.Journal, creation{
		step: idv.StepCheck,
		post: func(ctx context.Context) (string, error) {
			check, err := c.api.CreateCheck(ctx, onfidoapi.NewCheck{
				ApplicantID: applicant, ReportNames: c.reportNames(k), DocumentIDs: documents,
				Tags: []string{tag}, Asynchronous: true, PrivacyNoticesRead: hasConsent(k.Process),
			})
			return check.ID, err
		},
		find: func(ctx context.Context, _ time.Time) (string, error) {
			checks, err := c.api.Checks(ctx, applicant)
			for _, check := range checks {
				if slices.Contains(check.Tags, tag) {
					return check.ID, err
				}
			}
			return "", err
		},
	})
}

// reportNames lists what a check is made of. The licence report is asked for
// only where the document may be a licence: for any other its fields would be
// absent (Assure contract section 8). A film is compared as what it is.
func (c *Connector) reportNames(k idv.Case) []string {
	p, names := k.Process, []string{"document"}
	if p.ExtraLicenceData && (p.DocumentType == idv.DriversLicense || p.DocumentType == "") {
		names[0] = "document_with_driver_verification"
	}
	switch p.Type {
	case idv.TypeDocument:
	case idv.TypeDocumentSelfie:
		names = append(names, "facial_similarity_photo")
	case idv.TypeDocumentVideo:
		names = append(names, c.filmReport(k.Journal))
	}
	return names
}

// filmReport goes by the film that is there, and by the configuration where that
// is not known.
func (c *Connector) filmReport(j idv.Journal) string {
	motion := c.motion
	switch {
	case j.Step(stepLiveVideo).Ref != "":
		motion = false
	case j.Step(stepMotion).Ref != "":
		motion = true
	}
	if motion {
		return "facial_similarity_motion"
	}
	return "facial_similarity_video"
}

// collect looks at a check and gives the verdict once it is complete.
func (c *Connector) collect(ctx context.Context, k idv.Case, check string) (idv.Progress, error) {
	state, err := c.api.Check(ctx, check)
	if err != nil {
		return idv.Progress{}, meaning(err, idv.FailProvider)
	}
	switch state.Status {
	case onfidoapi.CheckComplete:
	case onfidoapi.CheckWithdrawn:
		return idv.Progress{}, failed("the provider withdrew the check")
	default: // in progress, paused, awaiting the applicant, or a word that is new
		return c.patience(k), nil
	}
	reports, err := c.api.Reports(ctx, check)
	if err != nil {
		return idv.Progress{}, meaning(err, idv.FailProvider)
	}
	return c.conclude(k, reports)
}

// conclude makes the verdict of the reports of a complete check. A face that
// should have been compared and was not is never taken as a match.
func (c *Connector) conclude(k idv.Case, reports []json.RawMessage) (idv.Progress, error) {
	document, face := pick(reports, "document"), pick(reports, "facial_similarity")
	if !k.Process.Type.Biometric() {
		face = report{}
	}
	switch {
	case document.gone() || face.gone():
		return idv.Progress{}, failed("the provider gave up a report of the check")
	case document.pending() || face.pending():
		return c.patience(k), nil
	case document.raw == nil:
		return idv.Progress{}, failed("the check is complete but has no document report")
	case face.raw == nil && k.Process.Type.Biometric():
		return idv.Progress{}, failed("the check is complete but has no facial similarity report")
	}
	v, err := verdict(document.raw, face.raw)
	if err != nil {
		return idv.Progress{}, failed("the provider's reports cannot be read")
	}
	return idv.Progress{Verdict: v}, nil
}

func failed(message string) error { return &idv.Failure{Type: idv.FailProvider, Message: message} }

// patience says when to look again: the longer it takes, the more rarely.
func (c *Connector) patience(k idv.Case) idv.Progress {
	age := c.now().Sub(k.Journal.Step(idv.StepCheck).IntendedAt)
	return idv.Progress{Wait: min(max(age/4, time.Second), 5*time.Minute)}
}

// report is a raw report with the part of its envelope that matters here.
type report struct {
	raw    json.RawMessage
	status string
}

// pick gives the first report whose name is the kind or begins with it and an
// underscore: document, document_with_driver_verification.
func pick(reports []json.RawMessage, kind string) report {
	for _, raw := range reports {
		var envelope struct{ Name, Status string }
		if json.Unmarshal(raw, &envelope) != nil {
			continue
		}
		if envelope.Name == kind || strings.HasPrefix(envelope.Name, kind+"_") {
			return report{raw, envelope.Status}
		}
	}
	return report{}
}

func (r report) gone() bool { return r.status == "cancelled" || r.status == "withdrawn" }

func (r report) pending() bool { return r.raw != nil && r.status != "complete" }
