package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
)

var errEnough = errors.New("enough")

// feed is a server that answers the streams one by one: each with one event and
// then as the step says.
func feed(asked *[]string, steps ...string) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") != "text/event-stream" {
			_, _ = fmt.Fprint(w, `{"events":[],"cursor":"c0"}`)
			return
		}
		*asked = append(*asked, r.URL.Query().Get("cursor")+" "+r.URL.Query().Get("name"))
		step := steps[min(n, len(steps)-1)]
		n++
		if step == "503" {
			problem(w, 503, "unavailable", "restarting")
			return
		}
		_, _ = fmt.Fprintf(w, ": hello\n\nid: c%d\nevent: process.created\ndata: {\"id\":\"e%d\",\"eventName\":\"process.created\"}\n\n", n, n)
		if step == "cut" {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
}

// TestFollowGoesOn: a stream that ends, one that is cut off and a server that
// restarts lose nothing and double nothing.
func TestFollowGoesOn(t *testing.T) {
	t.Parallel()
	var asked, seen []string
	cfg := serve(t, feed(&asked, "end", "cut", "503", "end", "end")).config()
	cfg.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	err := dial(t, cfg).Follow(t.Context(), client.Latest, []string{"process.created", "process.complete"}, func(e client.Event) error {
		seen = append(seen, e.ID)
		if e.ID == "e4" {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) || !slices.Equal(seen, []string{"e1", "e2", "e4"}) {
		t.Errorf("seen %v, %v", seen, err)
	}
	const names = " process.created,process.complete"
	if want := []string{"c0" + names, "c1" + names, "c2" + names, "c2" + names}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

func TestFollowGivesUp(t *testing.T) {
	t.Parallel()
	for name, api := range map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, _ *http.Request) { problem(w, 400, "invalid_request", "cursor") },
		"down":    func(w http.ResponseWriter, _ *http.Request) { problem(w, 503, "unavailable", "restarting") },
		"nonsense": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, "id: c1\ndata: {\n\n")
		},
	} {
		cfg := serve(t, api).config()
		cfg.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
		if err := dial(t, cfg).Follow(t.Context(), "", nil, func(client.Event) error { return nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := dial(t, serve(t, feed(new([]string), "end")).config()).Follow(ctx, "", nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}
