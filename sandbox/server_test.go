package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/sandbox"
)

// call makes a request to the API and decodes its answer.
func call(t *testing.T, box *sandbox.Server, method, path string, body any) (int, map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, box.URL()+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token token="+box.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &v); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode, v
}

func TestControls(t *testing.T) {
	t.Parallel()
	box := sandbox.StartWith(t, sandbox.Options{Token: "api_sandbox.mine", CompleteAfter: time.Hour})
	if box.Token() != "api_sandbox.mine" || !strings.HasPrefix(box.URL(), "http://127.0.0.1:") {
		t.Errorf("%s %s", box.Token(), box.URL())
	}
	_, a := call(t, box, "POST", "/applicants", map[string]string{"first_name": "Anna", "last_name": "X"})
	id, _ := a["id"].(string)
	if err := box.Consider(id); err != nil {
		t.Fatal(err)
	}
	_, check := call(t, box, "POST", "/checks", map[string]any{"applicant_id": id, "report_names": []string{"identity_enhanced"}})
	path := "/checks/" + check["id"].(string)
	if err := box.Break(1, sandbox.Fault{Kind: "status", Status: 503, Times: 1, Path: path, Delay: time.Second}); err != nil {
		t.Fatal(err)
	}
	if status, _ := call(t, box, "GET", path, nil); status != 503 {
		t.Errorf("broken: %d", status)
	}
	if err := box.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	var done map[string]any
	for range 10_000 { // it completes on a goroutine of its own
		if _, done = call(t, box, "GET", path, nil); done["status"] == "complete" {
			break
		}
	}
	if done["result"] != "consider" {
		t.Errorf("check %v", done)
	}
	requests, err := box.Requests()
	if err != nil || len(requests) < 4 || requests[2].Status != 503 || requests[2].Path != "/v3.6"+path {
		t.Errorf("requests %+v, %v", requests, err)
	}
	if deliveries, err := box.Deliveries(); err != nil || len(deliveries) != 0 {
		t.Errorf("deliveries %+v, %v", deliveries, err)
	}
	if err := box.Break(1, sandbox.Fault{Kind: "gremlin"}); err == nil || !strings.Contains(err.Error(), "unknown kind") {
		t.Errorf("an unknown fault: %v", err)
	}
}

func TestStateIsSavedLoadedAndReset(t *testing.T) {
	t.Parallel()
	one, two := sandbox.Start(t), sandbox.Start(t)
	_, a := call(t, one, "POST", "/applicants", map[string]string{"first_name": "Anna", "last_name": "X"})
	path := "/applicants/" + a["id"].(string)
	var state bytes.Buffer
	if err := one.Save(&state); err != nil {
		t.Fatal(err)
	}
	if err := two.Load(&state); err != nil {
		t.Fatal(err)
	}
	if status, got := call(t, two, "GET", path, nil); status != 200 || got["first_name"] != "Anna" {
		t.Errorf("loaded: %d %v", status, got)
	}
	if err := two.Reset(); err != nil {
		t.Fatal(err)
	}
	if status, _ := call(t, two, "GET", path, nil); status != 404 {
		t.Errorf("after the reset: %d", status)
	}
	if err := two.Load(strings.NewReader("{}")); err == nil {
		t.Error("loaded a state without a version")
	}
}
