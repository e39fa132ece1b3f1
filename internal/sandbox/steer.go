package sandbox

import (
	"fmt"
	"net/http"
	"slices"
)

// steerCheck does to a check what at Onfido people or time do: an extension of ours.
func (s *Sandbox) steerCheck(_ http.ResponseWriter, r *http.Request) (reply, error) {
	id, action := r.PathValue("id"), r.PathValue("action")
	var err error
	switch action {
	case "complete":
		err = s.turn(id, "", statusInProgress, statusInProgress, statusPaused, statusAwaitingApplicant, statusReopened)
		if err == nil {
			s.complete(id)
		}
	case "form": // the applicant has filled in the form
		if err = s.turn(id, "check.form_completed", statusInProgress, statusAwaitingApplicant); err == nil {
			s.run(id)
		}
	case "pause":
		err = s.turn(id, "", statusPaused, statusInProgress)
	case "withdraw":
		err = s.turn(id, "check.withdrawn", statusWithdrawn, statusInProgress, statusPaused, statusAwaitingApplicant, statusReopened)
	case "reopen":
		err = s.turn(id, "check.reopened", statusReopened, statusComplete)
	default:
		err = controlError(fmt.Errorf("unknown action %q: want complete, form, pause, withdraw or reopen", action))
	}
	if err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.state.liveCheck(id)
	if err != nil {
		return reply{}, err
	}
	return ok(c)
}

// run lets a check run its time.
func (s *Sandbox) run(id string) {
	s.clock.After(s.opts.CompleteAfter, func() { s.complete(id) })
}

// turn gives the check a status if it has one of those it may come from, and tells the webhooks of the event.
func (s *Sandbox) turn(id, event, to string, from ...string) error {
	if err := s.setStatus(id, to, from); err != nil {
		return err
	}
	if event != "" {
		s.notify(event, id)
	}
	return nil
}

func (s *Sandbox) setStatus(id, to string, from []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.state.liveCheck(id)
	if err != nil {
		return err
	}
	if !slices.Contains(from, c.Status) {
		return controlError(fmt.Errorf("check %s is %s", id, c.Status))
	}
	c.Status, c.Paused = to, to == statusPaused
	for _, reportID := range c.ReportIDs {
		row, _ := s.state.reports.get(reportID)
		row.Body.Status = reportStatus(to, row.Body.Status)
		s.state.reports.put(reportID, id, row)
	}
	s.state.checks.put(id, c.ApplicantID, c)
	if to == statusWithdrawn {
		s.release(id)
	}
	return nil
}

// reportStatus is what becomes of a report when its check gets a status.
func reportStatus(check, was string) string {
	switch {
	case was == statusCancelled:
		return was
	case check == statusWithdrawn:
		return statusWithdrawn
	case check == statusPaused:
		return statusAwaitingApproval
	case check == statusInProgress:
		return statusAwaitingData
	default:
		return was
	}
}
