package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// NewSubscription is what a customer sets of a subscription.
type NewSubscription struct {
	URL    string   `json:"url" doc:"Where events are sent: http or https, a public address."`
	Events []string `json:"events" nullable:"false" minItems:"1" doc:"Names of the events to send, such as process.complete."`
}

// Subscription is an endpoint that is told of events (Assure contract section
// 9).
type Subscription struct {
	SubscriptionID string   `json:"subscriptionId" format:"uuid"`
	URL            string   `json:"url"`
	Events         []string `json:"events" nullable:"false"`
	State          string   `json:"state" enum:"active,paused,disabled"`
	Reason         string   `json:"reason,omitempty" enum:"gone,failing,unreadable" doc:"Why it is disabled: it answered 410, or took nothing for five days, or what is stored of it does not open; url is empty then."`
	Secret         string   `json:"secret,omitempty" doc:"Signs what is sent (Standard Webhooks 1.0). Shown only when it is made."`
	FailingSince   string   `json:"failingSince,omitempty" format:"date-time" doc:"The first failure since the last success."`
	CreatedAt      string   `json:"createdAt" format:"date-time"`
	UpdatedAt      string   `json:"updatedAt" format:"date-time"`
}

// SubscriptionPath is the part of a path that names a subscription.
type SubscriptionPath struct {
	SubscriptionID string `path:"subscriptionId" doc:"Id of the subscription."`
}

type subscriptionCreated struct {
	Location string `header:"Location" doc:"Path of the new subscription."`
	Body     Subscription
}

type subscriptionAnswer struct{ Body Subscription }

type subscriptionList struct {
	Body []Subscription `nullable:"false"`
}

type subscriptionChange struct {
	SubscriptionPath
	Body NewSubscription
}

func (a *api) registerSubscriptions() {
	const all = "/events/subscriptions"
	const one = all + "/{subscriptionId}"
	huma.Register(a.huma, a.operation(toConfigure, http.MethodPost, all, "createSubscription", "Subscribe an endpoint to events",
		withStatus(http.StatusCreated)), a.createSubscription)
	huma.Register(a.huma, a.operation(toSetUp, http.MethodGet, all, "listSubscriptions", "List subscriptions, oldest first"), a.listSubscriptions)
	huma.Register(a.huma, a.operation(toSetUp, http.MethodGet, one, "getSubscription", "Get a subscription"), a.getSubscription)
	huma.Register(a.huma, a.operation(toConfigure, http.MethodPut, one, "changeSubscription", "Replace URL and events of a subscription",
		withErrors(http.StatusConflict)), a.changeSubscription)
	huma.Register(a.huma, a.operation(toConfigure, http.MethodDelete, one, "deleteSubscription", "Delete a subscription",
		withStatus(http.StatusNoContent)), a.deleteSubscription)
	huma.Register(a.huma, a.operation(toConfigure, http.MethodPost, one+"/rotate-secret", "rotateSecret",
		"Make another secret; the one before signs beside it for 24 hours", withoutBody()), a.rotateSecret)
	huma.Register(a.huma, a.operation(toOperate, http.MethodPost, one+"/pause", "pauseSubscription", "Let events wait", withoutBody()), a.pauseSubscription)
	huma.Register(a.huma, a.operation(toOperate, http.MethodPost, one+"/resume", "resumeSubscription",
		"Let events flow, also to an endpoint that was disabled", withoutBody()), a.resumeSubscription)
	huma.Register(a.huma, a.operation(toOperate, http.MethodPost, one+"/test", "testSubscription", "Send an event subscription.test to this endpoint alone",
		withStatus(http.StatusAccepted), withoutBody()), a.testSubscription)
}

func (a *api) createSubscription(ctx context.Context, in *struct{ Body NewSubscription }) (*subscriptionCreated, error) {
	s, err := a.Service.CreateSubscription(ctx, callerOf(ctx).Tenant, readEndpoint(in.Body))
	if err != nil {
		return nil, err
	}
	return &subscriptionCreated{"/events/subscriptions/" + s.ID, showSecret(s)}, nil
}

func (a *api) listSubscriptions(ctx context.Context, _ *struct{}) (*subscriptionList, error) {
	found, err := a.Service.Subscriptions(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	out := &subscriptionList{[]Subscription{}}
	for _, s := range found {
		out.Body = append(out.Body, showSubscription(s))
	}
	return out, nil
}

func (a *api) getSubscription(ctx context.Context, in *SubscriptionPath) (*subscriptionAnswer, error) {
	return subscriptionOf(a.Service.Subscription(ctx, callerOf(ctx).Tenant, in.SubscriptionID))
}

func (a *api) changeSubscription(ctx context.Context, in *subscriptionChange) (*subscriptionAnswer, error) {
	return subscriptionOf(a.Service.ChangeSubscription(ctx, callerOf(ctx).Tenant, in.SubscriptionID, readEndpoint(in.Body)))
}

func (a *api) deleteSubscription(ctx context.Context, in *SubscriptionPath) (*struct{}, error) {
	return nil, a.Service.DeleteSubscription(ctx, callerOf(ctx).Tenant, in.SubscriptionID)
}

func (a *api) rotateSecret(ctx context.Context, in *SubscriptionPath) (*subscriptionAnswer, error) {
	s, err := a.Service.RotateSecret(ctx, callerOf(ctx).Tenant, in.SubscriptionID)
	if err != nil {
		return nil, err
	}
	return &subscriptionAnswer{showSecret(s)}, nil
}

func (a *api) pauseSubscription(ctx context.Context, in *SubscriptionPath) (*subscriptionAnswer, error) {
	return subscriptionOf(a.Service.PauseSubscription(ctx, callerOf(ctx).Tenant, in.SubscriptionID))
}

func (a *api) resumeSubscription(ctx context.Context, in *SubscriptionPath) (*subscriptionAnswer, error) {
	return subscriptionOf(a.Service.ResumeSubscription(ctx, callerOf(ctx).Tenant, in.SubscriptionID))
}

func (a *api) testSubscription(ctx context.Context, in *SubscriptionPath) (*struct{}, error) {
	return nil, a.Service.TestSubscription(ctx, callerOf(ctx).Tenant, in.SubscriptionID)
}

func readEndpoint(in NewSubscription) service.Endpoint {
	e := service.Endpoint{URL: idv.Personal(in.URL)}
	for _, name := range in.Events {
		e.Events = append(e.Events, idv.EventName(name))
	}
	return e
}

func subscriptionOf(s *idv.Subscription, err error) (*subscriptionAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &subscriptionAnswer{showSubscription(s)}, nil
}

func showSubscription(s *idv.Subscription) Subscription {
	out := Subscription{
		SubscriptionID: s.ID, URL: s.URL.Reveal(), Events: []string{}, State: string(s.State), Reason: s.Reason,
		CreatedAt: showTime(s.CreatedAt), UpdatedAt: showTime(s.UpdatedAt),
	}
	for _, name := range s.Events {
		out.Events = append(out.Events, string(name))
	}
	if !s.FailingSince.IsZero() {
		out.FailingSince = showTime(s.FailingSince)
	}
	return out
}

func showSecret(s *idv.Subscription) Subscription {
	out := showSubscription(s)
	out.Secret = s.Secret.Reveal()
	return out
}
