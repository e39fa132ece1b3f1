package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// screen is a terminal that can be read while it is written.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestListenForwards runs the command beside a server: what happens is printed
// and sent on, signed, and the end of the command is no failure.
func TestListenForwards(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
	r := newReceiver(t, func(int) int { return 201 })
	s.pendingProcess(passportOrder(), client.UserData{}) // before anybody listens
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, told := &screen{}, &screen{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(world{ctx: ctx, out: out, err: told, lookup: func(string) (string, bool) { return "", false }}, []string{
			"listen", "--url", s.url, "--client-id", s.config.ID, "--client-secret", s.config.Secret, "--forward", r.URL + "/hook", "--cursor", "", "--event", "process.created",
		})
	}()
	s.eventually("what has been is forwarded", func() bool { return len(r.all()) == 1 })
	ref := s.pendingProcess(passportOrder(), client.UserData{})
	s.eventually("what comes is forwarded", func() bool { return len(r.all()) == 2 })
	_, secret, _ := strings.Cut(told.String(), "secret: ")
	secret, _, _ = strings.Cut(secret, "\n")
	if got := r.all()[1]; got.EventData.ProcessID != ref.ProcessID || verifiesWith(t, secret, got) != nil {
		t.Errorf("forwarded is %s", got.body)
	}
	s.eventually("it is printed", func() bool {
		return strings.Contains(out.String(), "process.created  pending "+ref.DossierID+" "+ref.ProcessID+"  -> 201 in ")
	})
	cancel()
	if status := <-ended; status != 0 {
		t.Errorf("exit status %d: %s", status, told.String())
	}
}
