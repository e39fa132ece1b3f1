package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

// Statuses of checks and reports (Onfido contract sections 2a, 2b).
const (
	statusInProgress        = "in_progress"
	statusAwaitingApplicant = "awaiting_applicant"
	statusPaused            = "paused"
	statusReopened          = "reopened"
	statusAwaitingData      = "awaiting_data"     // a report that is to come
	statusAwaitingApproval  = "awaiting_approval" // a report of a paused check
	statusCancelled         = "cancelled"
	statusComplete          = "complete"
	statusWithdrawn         = "withdrawn"
)

// plan is how a check is to come out, decided when it is made.
type plan struct {
	BaseURL  string                    `json:"base_url"` // where the client reached the sandbox, for the webhooks' hrefs
	Outcomes map[string]report.Outcome `json:"outcomes"` // by report name
}

// createCheck makes a check with its reports and lets it run. With asynchronous false it answers only when the
// check is complete.
func (s *Sandbox) createCheck(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	request, err := s.readCheck(in)
	if err != nil {
		return reply{}, err
	}
	id, err := s.newID()
	if err != nil {
		return reply{}, err
	}
	c, done, err := s.addCheck(id, request, baseURL(r))
	if err != nil {
		return reply{}, err
	}
	if c.Status == statusInProgress {
		s.notify("check.started", id)
		s.run(id)
	}
	if request.wait && c.Status == statusInProgress {
		if c, err = s.await(r, id, done); err != nil {
			return reply{}, err
		}
	}
	return created(c)
}

// addCheck stores a check that breaks no rule; done is closed when it completes.
func (s *Sandbox) addCheck(id string, request checkRequest, base string) (check, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.owner(request.applicantID)
	if err != nil {
		return check{}, nil, err
	}
	if err := s.lawful(a, request); err != nil {
		return check{}, nil, err
	}
	for _, hookID := range request.webhookIDs {
		if _, known := s.state.webhooks.get(hookID); !known {
			return check{}, nil, invalid("webhook_ids", textNotFound)
		}
	}
	uses, err := s.gather(a, request)
	if err != nil {
		return check{}, nil, err
	}
	if err := s.state.meet(nextCheck, id, a.ID); err != nil {
		return check{}, nil, err
	}
	c := newCheck(id, s.stamp(), request)
	if c.Status == statusAwaitingApplicant {
		form := base + "/sandbox/checks/" + id + "/form" // ours; Onfido's is a page of its own
		c.FormURI = &form
	}
	for _, name := range request.reportNames {
		reportID, err := s.addReport(name, c, uses)
		if err != nil {
			return check{}, nil, err
		}
		c.ReportIDs = slices.Insert(c.ReportIDs, 0, reportID) // the last asked for comes first (docs/sandbox.md)
	}
	s.state.checks.put(id, a.ID, c)
	s.state.plans[id] = plan{BaseURL: base, Outcomes: s.outcomes(a, request)}
	s.done[id] = make(chan struct{})
	return c, s.done[id], nil
}

func newCheck(id, now string, request checkRequest) check {
	c := check{
		ID: id, CreatedAt: now, Href: prefix + "/checks/" + id, ApplicantID: request.applicantID, Sandbox: true,
		ApplicantProvidesData: request.providesData, Status: statusInProgress, Tags: request.tags,
		RedirectURI: request.redirectURI, ResultsURI: "https://dashboard.onfido.com/checks/" + id,
		WebhookIDs: request.webhookIDs, PrivacyNoticesReadConsentGiven: request.privacyRead, Version: "3.6",
	}
	if request.providesData {
		c.Status = statusAwaitingApplicant
	}
	return c
}

// outcomes are what Onfido's own triggers ask for (Onfido contract section 2g): the last name "consider", the
// reports to consider, the sub-result of document reports.
func (s *Sandbox) outcomes(a applicant, request checkRequest) map[string]report.Outcome {
	out := map[string]report.Outcome{}
	considerAll := strings.EqualFold(a.LastName, report.Consider)
	for _, name := range request.reportNames {
		o := report.Outcome{}
		if considerAll {
			o.Result = report.Consider
		}
		for _, considered := range request.consider {
			if considered == name {
				o.Result = report.Consider
			}
		}
		if request.subResult != nil && s.reports.HasSubResult(name) {
			o = report.Outcome{SubResult: *request.subResult}
		}
		out[name] = o
	}
	return out
}

// await waits until the check is complete, the client gives up or the sandbox closes.
func (s *Sandbox) await(r *http.Request, id string, done <-chan struct{}) (check, error) {
	select {
	case <-done:
	case <-s.closed:
	case <-r.Context().Done():
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.state.liveCheck(id)
}

func (s *Sandbox) listChecks(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.state.listOwner(r)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string][]check{"checks": s.state.checks.of(a.ID)})
}

func (s *Sandbox) findCheck(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.state.liveCheck(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return ok(c)
}

func (st *state) liveCheck(id string) (check, error) {
	c, known := st.checks.get(id)
	if !known {
		return c, notFound("Check", id)
	}
	return c, st.alive(c.ApplicantID, "Check", id)
}
