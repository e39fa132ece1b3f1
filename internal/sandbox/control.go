package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/fault"
	"github.com/dossier-id/dossier/internal/sandbox/hook"
)

// controls are the operations under /sandbox: none of them is Onfido's.
func (s *Sandbox) controls() []route {
	return []route{
		{"GET /sandbox", s.index},
		{"POST /sandbox/scenarios", s.addScenario},
		{"GET /sandbox/scenarios", s.listScenarios},
		{"DELETE /sandbox/scenarios", s.dropScenarios},
		{"DELETE /sandbox/scenarios/{id}", s.dropScenario},
		{"PUT /sandbox/faults", s.setFaults},
		{"GET /sandbox/faults", s.listFaults},
		{"DELETE /sandbox/faults", s.dropFaults},
		{"GET /sandbox/clock", s.readClock},
		{"POST /sandbox/clock/advance", s.advanceClock},
		{"GET /sandbox/state", s.readState},
		{"PUT /sandbox/state", s.writeState},
		{"DELETE /sandbox/state", s.resetState},
		{"POST /sandbox/state/save", s.saveState},
		{"GET /sandbox/requests", s.listRequests},
		{"DELETE /sandbox/requests", s.dropRequests},
		{"GET /sandbox/deliveries", s.listDeliveries},
		{"DELETE /sandbox/deliveries", s.dropDeliveries},
		{"POST /sandbox/live_videos", s.addFilm(liveVideos())},
		{"POST /sandbox/motion_captures", s.addFilm(motionCaptures())},
		{"POST /sandbox/checks/{id}/{action}", s.steerCheck},
		{"GET /sandbox/reports/{id}/basis", s.findBasis},
	}
}

// index lists the controls.
func (s *Sandbox) index(http.ResponseWriter, *http.Request) (reply, error) {
	var patterns []string
	for _, rt := range s.controls() {
		patterns = append(patterns, rt.pattern)
	}
	return ok(map[string][]string{"controls": patterns})
}

// readControl decodes the body of a control call. Unlike Onfido's calls it refuses what it does not know: a
// misspelt field would silently leave a scenario out.
func readControl(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return controlError(fmt.Errorf("decode the body: %w", err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return controlError(errors.New("there is more than one JSON value in the body"))
	}
	return nil
}

// controlError is the answer to a control call that makes no sense, with the reason as its message.
func controlError(err error) error {
	return refused("validation_error", err.Error(), problems{})
}

// faultSettings is the body of PUT /sandbox/faults.
type faultSettings struct {
	Seed   uint64        `json:"seed"`
	Faults []fault.Fault `json:"faults"`
}

func (s *Sandbox) setFaults(w http.ResponseWriter, r *http.Request) (reply, error) {
	var f faultSettings
	if err := readControl(w, r, &f); err != nil {
		return reply{}, err
	}
	if err := s.faults.Set(f.Seed, f.Faults); err != nil {
		return reply{}, controlError(err)
	}
	return s.listFaults(w, r)
}

func (s *Sandbox) listFaults(http.ResponseWriter, *http.Request) (reply, error) {
	return ok(map[string][]fault.Fault{"faults": s.faults.List()})
}

func (s *Sandbox) dropFaults(http.ResponseWriter, *http.Request) (reply, error) {
	if err := s.faults.Set(0, nil); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (s *Sandbox) readClock(http.ResponseWriter, *http.Request) (reply, error) {
	return ok(map[string]any{"now": s.clock.Now().UTC().Format(time.RFC3339Nano), "pending": s.clock.Pending()})
}

// advanceClock moves the clock forward; what becomes due runs at once.
func (s *Sandbox) advanceClock(w http.ResponseWriter, r *http.Request) (reply, error) {
	var by struct {
		Duration fault.Duration `json:"duration"`
	}
	if err := readControl(w, r, &by); err != nil {
		return reply{}, err
	}
	const most = 10 * 365 * 24 * time.Hour
	if d := time.Duration(by.Duration); d <= 0 || d > most {
		return reply{}, controlError(fmt.Errorf("duration must be above 0 and at most %v", most))
	}
	s.clock.Advance(time.Duration(by.Duration))
	return s.readClock(w, r)
}

func (s *Sandbox) listRequests(http.ResponseWriter, *http.Request) (reply, error) {
	return ok(map[string][]record{"requests": s.records.all()})
}

func (s *Sandbox) dropRequests(http.ResponseWriter, *http.Request) (reply, error) {
	s.records.forget()
	return noContent()
}

func (s *Sandbox) listDeliveries(http.ResponseWriter, *http.Request) (reply, error) {
	return ok(map[string][]hook.Attempt{"deliveries": s.hooks.Attempts()})
}

func (s *Sandbox) dropDeliveries(http.ResponseWriter, *http.Request) (reply, error) {
	s.hooks.Forget()
	return noContent()
}
