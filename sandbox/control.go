package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Force makes something come out otherwise. It fails when the scenario makes no sense, e.g. names an unknown
// breakdown.
func (s *Server) Force(sc Scenario) error {
	return s.control(http.MethodPost, "/scenarios", sc, nil)
}

// Consider makes all checks of an applicant come out as consider.
func (s *Server) Consider(applicantID string) error {
	return s.Force(Scenario{ApplicantID: applicantID, Reports: map[string]Report{"*": {Result: "consider"}}})
}

// Break sets the faults; none at all heals. The same seed strikes the same way again.
func (s *Server) Break(seed uint64, faults ...Fault) error {
	body := struct {
		Seed   uint64  `json:"seed"`
		Faults []Fault `json:"faults"`
	}{seed, append([]Fault{}, faults...)}
	return s.control(http.MethodPut, "/faults", body, nil)
}

// Advance moves the sandbox's clock forward; what becomes due begins at once.
func (s *Server) Advance(d time.Duration) error {
	return s.control(http.MethodPost, "/clock/advance", map[string]string{"duration": d.String()}, nil)
}

// Requests are the newest requests to the API, oldest first.
func (s *Server) Requests() ([]Request, error) {
	var got struct{ Requests []Request }
	err := s.control(http.MethodGet, "/requests", nil, &got)
	return got.Requests, err
}

// Deliveries are the newest attempts to deliver a webhook, oldest first.
func (s *Server) Deliveries() ([]Delivery, error) {
	var got struct{ Deliveries []Delivery }
	err := s.control(http.MethodGet, "/deliveries", nil, &got)
	return got.Deliveries, err
}

// Reset forgets everything: state, scenarios, faults, records.
func (s *Server) Reset() error {
	return s.control(http.MethodDelete, "/state", nil, nil)
}

// Save writes the whole state as JSON.
func (s *Server) Save(w io.Writer) error {
	var state json.RawMessage
	if err := s.control(http.MethodGet, "/state?files=true", nil, &state); err != nil {
		return err
	}
	if _, err := w.Write(state); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// Load puts a state that Save wrote in the place of the present one.
func (s *Server) Load(r io.Reader) error {
	state, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	return s.control(http.MethodPut, "/state", json.RawMessage(state), nil)
}

// control makes a control call and decodes its answer into v, unless that is nil.
func (s *Server) control(method, path string, body, v any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode control call: %w", err)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.ControlURL()+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("make control call: %w", err)
	}
	req.Header.Set("Authorization", "Token token="+s.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("call control: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		return refusal(resp)
	}
	if v == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		return fmt.Errorf("decode control answer: %w", err)
	}
	return nil
}

// refusal is the reason why a control call was refused.
func refusal(resp *http.Response) error {
	var body struct{ Error struct{ Message string } }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		return fmt.Errorf("control call refused with status %d", resp.StatusCode)
	}
	return fmt.Errorf("control call refused: %s", body.Error.Message)
}
