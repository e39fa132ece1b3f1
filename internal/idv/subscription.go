package idv

import (
	"slices"
	"time"
)

// SubscriptionState says whether an endpoint gets events.
type SubscriptionState string

// An active endpoint gets events. For a paused one they wait, until they
// expire. A disabled one gets none until it is resumed; what it missed can be
// replayed.
const (
	SubscriptionActive   SubscriptionState = "active"
	SubscriptionPaused   SubscriptionState = "paused"
	SubscriptionDisabled SubscriptionState = "disabled"
)

// The reasons for which a subscription is disabled.
const (
	// DisabledGone: the endpoint answered 410.
	DisabledGone = "gone"
	// DisabledFailing: the endpoint took nothing for five days.
	DisabledFailing = "failing"
	// DisabledUnreadable: what is stored of the endpoint does not open.
	DisabledUnreadable = "unreadable"
)

// Bounds of what a tenant may subscribe.
const (
	// MaxSubscriptions is how many a tenant may have.
	MaxSubscriptions = 100
	// OldSecretLife is how long a secret signs beside the one that replaced it.
	OldSecretLife = 24 * time.Hour
	// FailingLife is how long an endpoint may fail without a single success
	// before it is disabled.
	FailingLife = 5 * 24 * time.Hour
)

// Subscription is an endpoint of a customer that is told of events (Assure
// contract section 9).
type Subscription struct {
	ID, TenantID string
	// URL may hold a credential of the receiver's, so it prints as [redacted]. It
	// is empty, as are the secrets, when what is stored does not open.
	URL    Personal
	Events []EventName
	// Secret is whsec_ and base64 (Standard Webhooks 1.0). OldSecret is the one
	// before RotatedAt, or empty.
	Secret, OldSecret Personal
	RotatedAt         time.Time

	State SubscriptionState
	// Reason says why the state is disabled; empty otherwise.
	Reason string
	// FailingSince is the first failure after the last success, or zero.
	FailingSince         time.Time
	CreatedAt, UpdatedAt time.Time
}

// Readable says whether URL and secrets are known. Where they are not, the
// subscription is disabled, and can only be looked at and deleted.
func (s *Subscription) Readable() bool { return s.URL != "" }

// Validate checks what a customer may set. Whether the URL may be reached is
// netguard's business.
func (s *Subscription) Validate() error {
	c := checker{}
	c.that(isWebURL(s.URL.Reveal()), "url", "must be an absolute http or https URL of at most 2048 bytes, without user information")
	c.that(len(s.Events) > 0, "events", "must name at least one event")
	for i, name := range s.Events {
		c.that(slices.Contains(EventNames(), name), "events", "holds a name that no event has")
		c.that(!slices.Contains(s.Events[:i], name), "events", "names an event twice")
	}
	return c.err()
}

// Rotate gives the subscription another secret. The one it had goes on signing
// beside it for OldSecretLife.
func (s *Subscription) Rotate(secret Personal, now time.Time) {
	s.OldSecret, s.Secret = s.Secret, secret
	s.RotatedAt, s.UpdatedAt = now, now
}

// Secrets gives those that sign now, the newest first.
func (s *Subscription) Secrets(now time.Time) []Personal {
	if s.OldSecret != "" && now.Before(s.RotatedAt.Add(OldSecretLife)) {
		return []Personal{s.Secret, s.OldSecret}
	}
	return []Personal{s.Secret}
}

// Pause lets events wait.
func (s *Subscription) Pause(now time.Time) error {
	if s.State == SubscriptionDisabled {
		return Refuse(CodeInvalidState, "cannot pause the subscription: it is disabled")
	}
	s.State, s.UpdatedAt = SubscriptionPaused, now
	return nil
}

// Resume lets events flow, also to an endpoint that was disabled.
func (s *Subscription) Resume(now time.Time) {
	s.State, s.Reason, s.FailingSince, s.UpdatedAt = SubscriptionActive, "", time.Time{}, now
}

// Disable ends sending to the endpoint and gives the event of it.
func (s *Subscription) Disable(reason string, now time.Time) Event {
	s.State, s.Reason, s.UpdatedAt = SubscriptionDisabled, reason, now
	return s.event(EventSubscriptionDisabled, now)
}

// Test gives an event that only this endpoint gets.
func (s *Subscription) Test(now time.Time) Event { return s.event(EventSubscriptionTest, now) }

func (s *Subscription) event(name EventName, now time.Time) Event {
	return Event{TenantID: s.TenantID, SubscriptionID: s.ID, Name: name, At: now}
}
