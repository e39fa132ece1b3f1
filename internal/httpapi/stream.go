package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
)

const (
	// streamPoll is how often the feed is looked at for what another replica has
	// published.
	streamPoll = time.Second
	// streamBeat is how often a silent stream says that it lives.
	streamBeat = 15 * time.Second
	// streamWrite is how long a reader may take for what it is sent.
	streamWrite = 30 * time.Second
	// streamPage is how many events are read at once.
	streamPage = 100
)

// streaming answers GET /events as a stream when that is asked for.
func (a *api) streaming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/events" && strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			a.streamEvents(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// streamEvents sends the feed as server-sent events (WHATWG HTML section 9.2)
// until the reader leaves, the server stops, or a token that was fresh at the
// start would have ended: the reader comes back with another.
func (a *api) streamEvents(w http.ResponseWriter, r *http.Request) {
	in := r.URL.Query()
	ask := feedQuery{
		Cursor: cmp.Or(r.Header.Get("Last-Event-ID"), in.Get("cursor")), Limit: streamPage, Dossier: in.Get("dossierId"),
	}
	if names := in.Get("name"); names != "" {
		ask.Names = strings.Split(names, ",")
	}
	q, err := a.readFeed(r.Context(), &ask)
	if err == nil {
		err = q.Validate()
	}
	if err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	s := &stream{w: w, out: http.NewResponseController(w), now: a.Now}
	w.Header().Set("Content-Type", "text/event-stream")
	if err := s.send(": the feed of events\n\n"); err != nil {
		return
	}
	if err := a.follow(r.Context(), s, q); err != nil {
		a.Log.DebugContext(r.Context(), "a stream of events ended", "trace", traceID(r.Context()), "error", err)
	}
}

// follow sends what is in the feed and what comes. A nil error says that the
// server ended it.
func (a *api) follow(ctx context.Context, s *stream, q idv.FeedQuery) error {
	poll := time.NewTicker(streamPoll)
	defer poll.Stop()
	end := a.Now().Add(auth.TokenLife)
	for beat := a.Now(); a.Now().Before(end); {
		published := a.Published() // before the look, so that nothing is missed
		page, err := a.Service.Feed(ctx, callerOf(ctx).Tenant, q)
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := s.event(e); err != nil {
				return err
			}
			q.After, beat = e.Position, a.Now()
		}
		if len(page) == q.Limit {
			continue
		}
		if a.Now().Sub(beat) >= streamBeat {
			if err := s.send(": still here\n\n"); err != nil {
				return err
			}
			beat = a.Now()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-a.Stopping:
			return nil
		case <-published:
		case <-poll.C:
		}
	}
	return nil
}

// stream writes server-sent events.
type stream struct {
	w   http.ResponseWriter
	out *http.ResponseController
	now func() time.Time
}

func (s *stream) event(e idv.Event) error {
	data, err := json.Marshal(e.Envelope())
	if err != nil {
		return err
	}
	return s.send(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", showPosition(e.Position), e.Name, data))
}

// send writes a text at once. The server's own bound of time is for answers
// that end.
func (s *stream) send(text string) error {
	if err := s.out.SetWriteDeadline(s.now().Add(streamWrite)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.out.Flush()
}
