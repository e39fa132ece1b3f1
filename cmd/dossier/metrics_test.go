package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestMetricsOfAVerification looks at what Prometheus is told after one.
func TestMetricsOfAVerification(t *testing.T) {
	t.Parallel()
	c := newCluster(t, sandbox.Options{CompleteAfter: quickly})
	c.settings["DOSSIER_METRICS_ADDR"] = "127.0.0.1:0"
	s := c.replica(config.RoleAll, "")
	t.Cleanup(func() { check(t, s.server.stop()) })
	s.login("metrics")
	s.result(s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie"))
	answer, err := s.http.Get("http://" + s.server.metricsAddr + "/metrics")
	check(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(t, err)
	text := string(body)
	for _, want := range []string{
		`route="/assure/dossiers/{id}/processes/{id}/images",status="20`,
		`dossier_job_seconds_count{kind="process_advance",outcome="done"}`, `dossier_call_seconds_count{operation="POST /v3.6/checks",status="201",to="onfido"} 1`,
		`dossier_jobs{state="available"}`, `dossier_ready{part="blobs"} 1`, `dossier_ready{part="database"} 1`, `dossier_ready{part="jobs"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-`).FindString(text); id != "" {
		t.Errorf("the metrics hold an id: %s…", id)
	}
	if at := s.call("", http.MethodGet, "/metrics", ""); at.status != http.StatusNotFound {
		t.Errorf("the API answers /metrics with %d", at.status)
	}
}
