package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// inbox is the endpoint of a customer, who waits for the event of a process.
type inbox struct {
	url string

	mu sync.Mutex
	of map[string]chan struct{}
}

func newInbox(b *testing.B) *inbox {
	b.Helper()
	in := &inbox{of: map[string]chan struct{}{}}
	server := httptest.NewServer(in)
	b.Cleanup(server.Close)
	in.url = server.URL
	return in
}

// ServeHTTP takes an event.
func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var event struct{ EventData struct{ ProcessID string } }
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case in.box(event.EventData.ProcessID) <- struct{}{}:
	default: // It came before.
	}
}

// await blocks until the event of a process has come, which may have been before.
func (in *inbox) await(ctx context.Context, process string) error {
	select {
	case <-in.box(process):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// box gives what the event of a process goes through.
func (in *inbox) box(process string) chan struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.of[process] == nil {
		in.of[process] = make(chan struct{}, 1)
	}
	return in.of[process]
}
