package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Event is an event as it is delivered (Assure contract section 9).
type Event struct {
	ID        string    `json:"id"`
	Timestamp time.Time `json:"timestamp"`
	EventName string    `json:"eventName"`
	EventData struct {
		DossierID         string `json:"dossierId"`
		ProcessID         string `json:"processId"`
		ExternalReference string `json:"externalReference"`
		Provider          string `json:"provider"`
		ProcessType       string `json:"processType"`
		Status            string `json:"status"`
		SubscriptionID    string `json:"subscriptionId"`
		Sequence          int64  `json:"sequence"`
	} `json:"eventData"`
	// Raw is the envelope, byte for byte.
	Raw json.RawMessage `json:"-"`
	// Cursor is the place behind the event.
	Cursor string `json:"-"`
}

// UnmarshalJSON decodes the envelope and keeps it as Raw.
func (e *Event) UnmarshalJSON(data []byte) error {
	type plain Event
	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}
	e.Raw = append(json.RawMessage(nil), data...)
	return nil
}

// EventFilter says which events. Empty fields do not narrow.
type EventFilter struct {
	// Cursor is the place behind which to begin; empty is the oldest event.
	Cursor string
	Names  []string
	// DossierID is the dossier that they are about.
	DossierID    string
	Since, Until time.Time
	// Limit is how many at most, 1 to 1000; 0 leaves it to the server.
	Limit int
}

// EventPage is some events, oldest first, and the place behind them.
type EventPage struct {
	Events []Event `json:"events"`
	Cursor string  `json:"cursor"`
}

// Events gives a page of the feed (Assure contract section 9). When it is empty
// the end is reached; its cursor goes on from there later.
func (c *Client) Events(ctx context.Context, f EventFilter) (*EventPage, error) {
	q := given(map[string]string{"cursor": f.Cursor, "name": strings.Join(f.Names, ","), "dossierId": f.DossierID})
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			q.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	page := new(EventPage)
	if err := c.convey(ctx, call{method: http.MethodGet, root: eventsRoot, query: q}, nil, page); err != nil {
		return nil, fmt.Errorf("reading the events: %w", err)
	}
	return page, nil
}

// Latest is the cursor behind the newest event.
const Latest = "latest"

// maxEvent bounds one line of a stream; an event has some 600 bytes.
const maxEvent = 1 << 20

// Follow calls each with every event behind the cursor (empty: all there are),
// then with those that come, until ctx ends or each fails. names selects; none
// is all. When the connection breaks it goes on where it was, after a pause.
func (c *Client) Follow(ctx context.Context, cursor string, names []string, each func(Event) error) error {
	failures := 0
	for {
		err := c.stream(ctx, &cursor, names, func(e Event) error {
			failures = 0
			if err := each(e); err != nil {
				return &stopped{err}
			}
			return nil
		})
		if stop, ok := errors.AsType[*stopped](err); ok {
			return stop.cause
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if failures++; failures > patience || !passing(err) && !errors.Is(err, errBroken) {
				return fmt.Errorf("following the events: %w", err)
			}
		}
		if err := c.cfg.Sleep(ctx, max(firstPoll<<min(failures, 6), retryAfter(err))); err != nil {
			return err
		}
	}
}

// stopped says that the caller's own function failed.
type stopped struct{ cause error }

// Error gives the cause.
func (s *stopped) Error() string { return s.cause.Error() }

// errBroken says that a stream broke off.
var errBroken = errors.New("the stream broke off")

// stream reads one stream to its end and moves the cursor along.
func (c *Client) stream(ctx context.Context, cursor *string, names []string, each func(Event) error) error {
	q := url.Values{"cursor": {*cursor}}
	if len(names) > 0 {
		q.Set("name", strings.Join(names, ","))
	}
	if *cursor == Latest { // Fixed before the first event, so that a break loses nothing.
		var page struct{ Cursor string }
		if err := c.convey(ctx, call{method: http.MethodGet, root: eventsRoot, query: url.Values{"cursor": {Latest}}, once: true}, nil, &page); err != nil {
			return err
		}
		*cursor = page.Cursor
		q.Set("cursor", *cursor)
	}
	resp, err := c.do(ctx, call{method: http.MethodGet, root: eventsRoot, query: q, accept: "text/event-stream", endless: true, once: true})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return readStream(resp.Body, cursor, each)
}

// readStream reads server-sent events (WHATWG HTML section 9.2): an id, a name
// that is also in the data, and the data on one line.
func readStream(r io.Reader, cursor *string, each func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEvent)
	var id string
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "id: "); found {
			id = value
		}
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		e := Event{Cursor: id}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return fmt.Errorf("decoding an event: %w", err)
		}
		if err := each(e); err != nil {
			return err
		}
		*cursor = id
	}
	if lines.Err() != nil {
		return errBroken
	}
	return nil
}
