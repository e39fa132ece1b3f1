package httpapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// EventPage is a page of the feed.
type EventPage struct {
	Events []idv.Envelope `json:"events" nullable:"false" doc:"In the order in which they were published."`
	Cursor string         `json:"cursor" doc:"Where to go on. A reader that always goes on here sees each event once."`
}

type feedQuery struct {
	Cursor  string    `query:"cursor" doc:"Where to go on; without it the feed begins at its oldest event. \"latest\" is behind its newest."`
	Limit   int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many events."`
	Names   []string  `query:"name" nullable:"false" doc:"Only events of these names, with commas between them."`
	Dossier string    `query:"dossierId" doc:"Only events of this dossier."`
	Since   time.Time `query:"since" doc:"Only events from this time on."`
	Until   time.Time `query:"until" doc:"Only events before this time."`
}

// latest is the cursor behind the newest event.
const latest = "latest"

func (a *api) registerFeed() {
	op := a.operation(toRead, http.MethodGet, "/events", "listEvents", "The feed of events")
	op.Description = "With Accept: text/event-stream the answer is a stream that goes on: an event's id is the cursor behind it, " +
		"its name the eventName, its data the envelope. Last-Event-ID is taken in place of cursor."
	huma.Register(a.huma, op, a.listEvents)
}

func (a *api) listEvents(ctx context.Context, in *feedQuery) (*struct{ Body EventPage }, error) {
	q, err := a.readFeed(ctx, in)
	if err != nil {
		return nil, err
	}
	page, err := a.Service.Feed(ctx, callerOf(ctx).Tenant, q)
	if err != nil {
		return nil, err
	}
	out := EventPage{Events: []idv.Envelope{}, Cursor: showPosition(q.After)}
	for _, e := range page {
		out.Events = append(out.Events, e.Envelope())
		out.Cursor = showPosition(e.Position)
	}
	return &struct{ Body EventPage }{out}, nil
}

func (a *api) readFeed(ctx context.Context, in *feedQuery) (q idv.FeedQuery, err error) {
	q = idv.FeedQuery{Limit: in.Limit, Dossier: in.Dossier, Since: in.Since, Until: in.Until}
	for _, name := range in.Names {
		q.Names = append(q.Names, idv.EventName(name))
	}
	if in.Cursor == latest {
		q.After, err = a.Service.FeedEnd(ctx, callerOf(ctx).Tenant)
	} else {
		q.After, err = parsePosition("cursor", in.Cursor)
	}
	return q, err
}

// A position is shown in a form that says to leave it alone.
func showPosition(n int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("at." + strconv.FormatInt(n, 10)))
}

// parsePosition reads what showPosition gave; empty is 0. name is that of the
// parameter.
func parsePosition(name, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	digits, found := strings.CutPrefix(string(text), "at.")
	n, nerr := strconv.ParseInt(digits, 10, 64)
	if err != nil || nerr != nil || !found || n < 0 {
		return 0, idv.Refuse(idv.CodeInvalid, "the request is not valid", idv.InvalidParam{Name: name, Reason: "is not a place in the list"})
	}
	return n, nil
}
