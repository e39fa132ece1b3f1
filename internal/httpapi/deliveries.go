package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	Event    idv.Envelope `json:"event"`
	Status   string       `json:"status" enum:"pending,delivered,failed,expired"`
	NextTry  string       `json:"nextTry,omitempty" format:"date-time" doc:"Not before then; only while pending."`
	Attempts []Attempt    `json:"attempts" nullable:"false" doc:"The newest twenty, oldest first."`
}

// Attempt is one try to deliver.
type Attempt struct {
	At         string `json:"at" format:"date-time"`
	DurationMS int64  `json:"durationMs"`
	Status     int    `json:"status,omitempty" doc:"The HTTP status that the endpoint answered."`
	Problem    string `json:"problem,omitempty" doc:"Why there was no answer: timeout, connection_refused, address_forbidden and so on; unreadable when what is stored of the process does not open."`
}

type deliveryList struct {
	Link string     `header:"Link" doc:"The next page, rel=\"next\"; absent on the last."`
	Body []Delivery `nullable:"false"`
}

type deliveryQuery struct {
	SubscriptionPath
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many deliveries."`
	Before string `query:"before" doc:"Where the page begins, from the Link header of the page before."`
	Status string `query:"status" enum:"pending,delivered,failed,expired" doc:"Only these."`
}

type replayOne struct {
	SubscriptionPath
	EventID string `path:"eventId" doc:"Id of the event."`
}

// ReplayRange is the body of Replay.
type ReplayRange struct {
	Since  time.Time  `json:"since" doc:"Events from this time on."`
	Until  *time.Time `json:"until,omitempty" doc:"Events before this time; without it, up to now."`
	Failed bool       `json:"failed,omitempty" doc:"Only those that the endpoint has not taken."`
}

type replayRange struct {
	SubscriptionPath
	Body ReplayRange
}

type replayed struct {
	Body struct {
		Count int `json:"count" doc:"How many events are sent once more; 10,000 at most in one call."`
	}
}

type callbackQuery struct {
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many calls."`
	Before  string `query:"before" pattern:"^[0-9a-f]{32}$" doc:"Where the page begins, from the Link header of the page before."`
	Status  string `query:"status" enum:"pending,delivered,failed,expired" doc:"Only these."`
	Dossier string `query:"dossierId" doc:"Only calls for the processes of this dossier."`
}

func (a *api) registerDeliveries() {
	const one = "/events/subscriptions/{subscriptionId}"
	huma.Register(a.huma, a.operation(toOperate, http.MethodGet, one+"/deliveries", "listDeliveries", "List deliveries, newest event first"), a.listDeliveries)
	huma.Register(a.huma, a.operation(toOperate, http.MethodPost, one+"/deliveries/{eventId}/replay", "replayEvent", "Send one event once more, under the same id",
		withStatus(http.StatusAccepted), withoutBody()), a.replayEvent)
	huma.Register(a.huma, a.operation(toOperate, http.MethodPost, one+"/replay", "replayEvents", "Send the events of a range of time once more",
		withStatus(http.StatusAccepted)), a.replayEvents)
	huma.Register(a.huma, a.operation(toOperate, http.MethodGet, callbacksPath, "listCallbacks", "List the calls of notificationUrls, newest first"), a.listCallbacks)
}

func (a *api) listDeliveries(ctx context.Context, in *deliveryQuery) (*deliveryList, error) {
	before, err := parsePosition("before", in.Before)
	if err != nil {
		return nil, err
	}
	page, err := a.Service.Deliveries(ctx, callerOf(ctx).Tenant, in.SubscriptionID, idv.DeliveryQuery{
		Before: before, Limit: in.Limit + 1, Status: idv.DeliveryStatus(in.Status),
	})
	if err != nil {
		return nil, err
	}
	out := &deliveryList{Body: []Delivery{}}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		q := url.Values{"limit": {strconv.Itoa(in.Limit)}, "before": {showPosition(page[in.Limit-1].Event.Position)}}
		if in.Status != "" {
			q.Set("status", in.Status)
		}
		out.Link = "</events/subscriptions/" + url.PathEscape(in.SubscriptionID) + "/deliveries?" + q.Encode() + `>; rel="next"`
	}
	out.show(page)
	return out, nil
}

func (l *deliveryList) show(page []idv.Delivery) {
	for _, d := range page {
		l.Body = append(l.Body, showDelivery(d))
	}
}

const callbacksPath = "/events/callbacks"

func (a *api) listCallbacks(ctx context.Context, in *callbackQuery) (*deliveryList, error) {
	page, err := a.Service.Callbacks(ctx, callerOf(ctx).Tenant, idv.CallbackQuery{
		Before: in.Before, Limit: in.Limit + 1, Status: idv.DeliveryStatus(in.Status), Dossier: in.Dossier,
	})
	if err != nil {
		return nil, err
	}
	out := &deliveryList{Body: []Delivery{}}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		q := url.Values{"limit": {strconv.Itoa(in.Limit)}, "before": {page[in.Limit-1].Event.ID}}
		for name, value := range map[string]string{"status": in.Status, "dossierId": in.Dossier} {
			if value != "" {
				q.Set(name, value)
			}
		}
		out.Link = "<" + callbacksPath + "?" + q.Encode() + `>; rel="next"`
	}
	out.show(page)
	return out, nil
}

func (a *api) replayEvent(ctx context.Context, in *replayOne) (*replayed, error) {
	return a.replay(ctx, in.SubscriptionID, idv.ReplayQuery{Event: in.EventID})
}

func (a *api) replayEvents(ctx context.Context, in *replayRange) (*replayed, error) {
	q := idv.ReplayQuery{Since: in.Body.Since, Failed: in.Body.Failed}
	if in.Body.Until != nil {
		q.Until = *in.Body.Until
	}
	return a.replay(ctx, in.SubscriptionID, q)
}

func (a *api) replay(ctx context.Context, subscription string, q idv.ReplayQuery) (*replayed, error) {
	out := &replayed{}
	var err error
	out.Body.Count, err = a.Service.Replay(ctx, callerOf(ctx).Tenant, subscription, q)
	return out, err
}

func showDelivery(d idv.Delivery) Delivery {
	out := Delivery{Event: d.Event.Envelope(), Status: string(d.Status), Attempts: []Attempt{}}
	if d.Status == idv.DeliveryPending {
		out.NextTry = showTime(d.Due)
	}
	for _, t := range d.Attempts {
		out.Attempts = append(out.Attempts, Attempt{At: showTime(t.At), DurationMS: t.Took.Milliseconds(), Status: t.Status, Problem: t.Problem})
	}
	return out
}
