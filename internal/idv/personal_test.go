package idv_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

const canary = "canary-7f3a"

// TestPersonalDoesNotPrint: however a value of a person is printed, logged or
// encoded by accident, it does not show.
func TestPersonalDoesNotPrint(t *testing.T) {
	t.Parallel()
	d := &idv.Dossier{ExternalReference: canary, UserData: &idv.UserData{FirstName: canary, Address: &idv.Address{Street: canary}}}
	p := &idv.Process{
		Location: idv.Location{IPAddress: canary}, Callback: idv.Callback{URL: canary, Authorization: canary},
		Verdict: &idv.Verdict{
			Final: &idv.FinalResult{FirstName: canary}, ProviderSpecific: idv.PersonalJSON(`"` + canary + `"`),
			Reports: []idv.Report{{Raw: idv.PersonalJSON(`"` + canary + `"`)}},
		},
	}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&shown, verb+verb+verb, *d, *d.UserData, *d.UserData.Address)
		fmt.Fprintf(&shown, verb+verb+verb+verb, *p, p.Verdict, *p.Verdict, *p.Verdict.Final)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&shown, nil), slog.NewJSONHandler(&shown, nil)} {
		slog.New(handler).Info("x", "dossier", d, "user", *d.UserData, "name", d.UserData.FirstName, "verdict", p.Verdict.ProviderSpecific, "final", *p.Verdict.Final, "location", p.Location)
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	shown.Write(encoded)
	text := shown.String()
	if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
		t.Errorf("a personal value shows: %s", text)
	}
	if d.UserData.FirstName.Reveal() != canary {
		t.Error("Reveal does not give the value")
	}
}
