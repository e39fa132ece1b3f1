package idv

import (
	"slices"
	"time"
)

// EventName names what happened (Assure contract section 9).
type EventName string

// The events there are.
const (
	EventProcessCreated    EventName = "process.created"
	EventProcessProcessing EventName = "process.processing"
	EventProcessComplete   EventName = "process.complete"
	// EventProcessReviewed says that people decided what the provider left
	// inconclusive.
	EventProcessReviewed EventName = "process.reviewed"
	EventProcessDeleted  EventName = "process.deleted"
	EventDossierDeleted  EventName = "dossier.deleted"
	// EventSubscriptionTest is what a customer sends to one of their endpoints to
	// see it arrive; no other endpoint gets it.
	EventSubscriptionTest EventName = "subscription.test"
	// EventSubscriptionDisabled says that an endpoint failed for so long, or said
	// that it is gone, that nothing is sent to it any more.
	EventSubscriptionDisabled EventName = "subscription.disabled"
)

// EventNames lists what can be subscribed to.
func EventNames() []EventName {
	return []EventName{
		EventProcessCreated, EventProcessProcessing, EventProcessComplete, EventProcessReviewed, EventProcessDeleted,
		EventDossierDeleted, EventSubscriptionDisabled,
	}
}

// EventLife is how long an event is worth delivering: expiresAt of its
// envelope. The whole schedule of retries fits in twice.
const EventLife = 7 * 24 * time.Hour

// Event is a change of state that others may hear of. It is made by the method
// that makes the change and can be stored only together with it (Store). It
// holds no personal data but the customer's own reference, and that only while
// the dossier exists. The store gives it its id and its sequence, which counts
// the events of one dossier without gaps; those of no dossier are counted by
// tenant.
type Event struct {
	// ID is 32 hex digits.
	ID       string
	TenantID string
	// DossierID is empty for events of a subscription.
	DossierID string
	// ProcessID, Provider, ProcessType and Status are empty for dossier events.
	ProcessID   string
	Name        EventName
	Provider    string
	ProcessType ProcessType
	Status      Status
	// SubscriptionID is set for events of a subscription only.
	SubscriptionID string
	Sequence       int64
	// Position is the place in the tenant's feed; 0 until it is published.
	Position int64
	At       time.Time
	// Trace is the id of the trace that it came of, as in the log; empty outside one.
	Trace string
	// ExternalReference is that of the dossier, read with the event: it is never
	// stored in one, so deleting the dossier removes it from its events too.
	ExternalReference Personal
}

// ExpiresAt is when trying to deliver the event ends.
func (e Event) ExpiresAt() time.Time { return e.At.Add(EventLife) }

// Envelope is an event as it is sent and as the feed shows it: nine fields
// (Assure contract section 9).
type Envelope struct {
	ID             string    `json:"id" pattern:"^[0-9a-f]{32}$" doc:"The same in every delivery of the event; also its webhook-id."`
	Timestamp      string    `json:"timestamp" format:"date-time"`
	Sender         string    `json:"sender" enum:"assure"`
	EventName      string    `json:"eventName"`
	EventData      EventData `json:"eventData"`
	AccountID      string    `json:"accountId"`
	OrganizationID string    `json:"organizationId"`
	ExpiresAt      string    `json:"expiresAt" format:"date-time" doc:"After it nothing is delivered any more."`
	Tags           []string  `json:"tags" nullable:"false"`
}

// EventData says what happened to what (Assure contract section 9). What is
// empty does not concern the event.
type EventData struct {
	DossierID         string `json:"dossierId,omitempty"`
	ProcessID         string `json:"processId,omitempty"`
	ExternalReference string `json:"externalReference,omitempty" doc:"The customer's own word for the end-user."`
	Provider          string `json:"provider,omitempty"`
	ProcessType       string `json:"processType,omitempty"`
	Status            string `json:"status,omitempty"`
	SubscriptionID    string `json:"subscriptionId,omitempty"`
	Sequence          int64  `json:"sequence" doc:"Counts the events of the dossier without gaps, from 1."`
}

// eventTime is how an envelope writes a time: UTC, to the millisecond.
const eventTime = "2006-01-02T15:04:05.000Z"

// Envelope gives the event as it is sent. Account and organization are the
// tenant: this server has no second level above it.
func (e Event) Envelope() Envelope {
	return Envelope{
		ID: e.ID, Timestamp: e.At.UTC().Format(eventTime), Sender: "assure", EventName: string(e.Name),
		EventData: EventData{
			DossierID: e.DossierID, ProcessID: e.ProcessID, ExternalReference: e.ExternalReference.Reveal(),
			Provider: e.Provider, ProcessType: string(e.ProcessType), Status: string(e.Status),
			SubscriptionID: e.SubscriptionID, Sequence: e.Sequence,
		},
		AccountID: e.TenantID, OrganizationID: e.TenantID, ExpiresAt: e.ExpiresAt().UTC().Format(eventTime), Tags: []string{},
	}
}

// FeedQuery asks for a page of a tenant's events, in the order of the feed.
type FeedQuery struct {
	// After is the position behind which the page begins; 0 is the beginning.
	After int64
	// Limit is how many, 1 to 200.
	Limit int
	// Names selects events by name; none means all.
	Names []EventName
	// Dossier selects the events of one; empty means all.
	Dossier string
	// Since and Until bound the time of the events; zero is no bound. Until is
	// not included.
	Since, Until time.Time
}

// Validate checks what a reader asks for.
func (q FeedQuery) Validate() error {
	c := checker{}
	for _, name := range q.Names {
		known := name == EventSubscriptionTest || slices.Contains(EventNames(), name)
		c.that(known, "name", "is not the name of an event")
	}
	c.that(q.Until.IsZero() || q.Since.Before(q.Until), "until", "must be later than since")
	return c.err()
}

// Deleted gives the event of a dossier that is about to be removed.
func (d *Dossier) Deleted(now time.Time) Event {
	return Event{TenantID: d.TenantID, DossierID: d.ID, Name: EventDossierDeleted, At: now}
}
