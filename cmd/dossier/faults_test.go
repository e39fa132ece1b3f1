package main

import (
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestOnfidoDown: with Onfido out of reach a start is taken, and the
// verification ends once Onfido is back.
func TestOnfidoDown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	check(t, l.Close())
	s := newStackAt(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), "http://"+l.Addr().String(), "api_sandbox.later")
	ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
	if got := s.call(s.token(), http.MethodPost, pathOf(ref), ""); got.status != 202 || got.json(t)["status"] != "processing" {
		t.Fatalf("start without Onfido: %d %s", got.status, got.body)
	}
	box, err := startSandbox(t.Context(), l.Addr().String(), sandbox.Options{Token: "api_sandbox.later", CompleteAfter: quickly})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	if p, err := s.api.WaitForResult(t.Context(), ref, nil); err != nil || p.Status != "accepted" {
		t.Errorf("after Onfido is back: %v, %v", p, err)
	}
}

// lost is a network on which no webhook arrives.
type lost struct{}

// RoundTrip loses the request.
func (lost) RoundTrip(*http.Request) (*http.Response, error) { return nil, net.ErrClosed }

// TestEveryWebhookLost: polling ends the process all the same.
func TestEveryWebhookLost(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{
		CompleteAfter: 500 * time.Millisecond, Transport: lost{},
	})
	if p := s.result(s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")); p.Status != "accepted" {
		t.Errorf("status %s", p.Status)
	}
}
