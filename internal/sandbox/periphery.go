package sandbox

import (
	"errors"
	"net/http"
)

const risksPerPage = 25

// pickAddresses answers the scripted addresses of a postcode, none for any other.
func (s *Sandbox) pickAddresses(_ http.ResponseWriter, r *http.Request) (reply, error) {
	postcode := r.URL.Query().Get("postcode")
	if postcode == "" {
		return reply{}, invalid("postcode", textBlank)
	}
	return ok(map[string][]any{"addresses": append([]any{}, s.script.Addresses[postcode]...)})
}

// extract answers the same for any document. An error body of this endpoint also names the document (Onfido contract
// section 0).
func (s *Sandbox) extract(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	id := in.require("document_id")
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	_, err = s.state.liveDocument(id)
	s.mu.RUnlock()
	if e, known := errors.AsType[*apiError](err); known {
		return reply{status: e.Status, json: map[string]any{"error": e, "document_id": id}}, nil
	}
	return ok(map[string]any{
		"document_id": id, "document_classification": s.script.Extraction["document_classification"],
		"extracted_data": s.script.Extraction["extracted_data"],
	})
}

// alertRisks answers a page of the scripted risks of a watchlist alert that a task of a run came upon, as a bare array.
func (s *Sandbox) alertRisks(_ http.ResponseWriter, r *http.Request) (reply, error) {
	p, err := readPage(r.URL.Query(), risksPerPage)
	if err != nil {
		return reply{}, err
	}
	id := r.PathValue("id")
	risks, known := s.script.AlertRisks[id]
	if !known {
		return reply{}, notFound("Alert", id)
	}
	return reply{status: http.StatusOK, json: window(risks, p), header: p.header(r, len(risks))}, nil
}

// repeatAttempts says of any document report that its document was never tried before.
func (s *Sandbox) repeatAttempts(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	row, err := s.state.liveReport(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	if !s.reports.HasSubResult(row.Body.Name) {
		return reply{}, notFound("Document report", row.Body.ID)
	}
	return ok(noRepeatAttempts(row.Body.ID))
}

func noRepeatAttempts(reportID string) map[string]any {
	return map[string]any{
		"report_id": reportID, "repeat_attempts": []any{}, "attempts_count": 1, "attempts_clear_rate": 0,
		"unique_mismatches_count": 0,
	}
}

// giveFeedback echoes feedback about a check or a report, and forgets it.
func (s *Sandbox) giveFeedback(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	expected := in.require("expected_result", oneOf("clear", "consider"))
	checkID, reportID, notes := in.text("check_id"), in.text("report_id"), in.text("feedback_notes")
	if checkID == nil && reportID == nil {
		in.fail("check_id", textBlank)
	}
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if checkID != nil {
		_, err = s.state.liveCheck(*checkID)
	} else {
		_, err = s.state.liveReport(*reportID)
	}
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]any{"expected_result": expected, "check_id": checkID, "report_id": reportID, "feedback_notes": notes})
}
