package idv

import "time"

// DeliveryStatus says how far the delivery of an event to an endpoint is.
type DeliveryStatus string

// A pending delivery is tried, or will be. The others are ends: taken by the
// endpoint, given up after the last try, or too old.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryFailed    DeliveryStatus = "failed"
	DeliveryExpired   DeliveryStatus = "expired"
)

// MaxAttempts is how many attempts of a delivery are remembered, the newest:
// two whole schedules.
const MaxAttempts = 20

// Attempt is one try to deliver. It holds nothing of what the endpoint said but
// its status.
type Attempt struct {
	At   time.Time
	Took time.Duration
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Problem is a word for why there was no answer, or empty.
	Problem string
}

// Delivery is one event on its way to one endpoint: of a subscription, or the
// notificationUrl of a process.
type Delivery struct {
	TenantID string
	// SubscriptionID is empty for a notificationUrl.
	SubscriptionID string
	Event          Event
	Status         DeliveryStatus
	// Tries counts those since the delivery began or was replayed.
	Tries int
	// Due is when the next try may begin, while pending.
	Due      time.Time
	Attempts []Attempt
	// Lane is that of the endpoint, Claim the worker's hold on the delivery.
	Lane, Claim string
}

// Remember adds an attempt.
func (d *Delivery) Remember(a Attempt) {
	d.Attempts = append(d.Attempts, a)
	d.Attempts = d.Attempts[max(0, len(d.Attempts)-MaxAttempts):]
}

// Lane is a row of deliveries to one endpoint. Lanes never wait for one another.
type Lane struct {
	// Key is the id of the subscription, or stands for the origin of
	// notificationUrls.
	Key string
	// Endpoint is nil for notificationUrls.
	Endpoint *Subscription
	// Due is when the first of its deliveries may be tried.
	Due time.Time
}

// Places says how many deliveries of a lane a worker has room for.
type Places struct {
	Lane  string
	Count int
}

// DeliveryQuery asks for a page of an endpoint's deliveries, newest event first.
type DeliveryQuery struct {
	// Before is the position before which the page begins; 0 is the newest.
	Before int64
	// Limit is how many, 1 to 200.
	Limit int
	// Status selects; empty means all.
	Status DeliveryStatus
}

// CallbackQuery asks for a page of the calls of notificationUrls, newest first.
type CallbackQuery struct {
	// Before is the id of the event before which the page begins; empty is the
	// newest.
	Before string
	// Limit is how many, 1 to 200.
	Limit int
	// Status selects; empty means all.
	Status DeliveryStatus
	// Dossier selects the calls for processes of one; empty means all.
	Dossier string
}

// ReplayQuery says which events are sent to an endpoint once more.
type ReplayQuery struct {
	// Event is the id of one event; empty for a range.
	Event string
	// Since and Until bound a range by time; zero is no bound. Until is not
	// included.
	Since, Until time.Time
	// Failed selects only those that the endpoint has not taken.
	Failed bool
}

// Validate checks a range.
func (q ReplayQuery) Validate() error {
	c := checker{}
	c.that(q.Event != "" || !q.Since.IsZero(), "since", "is required for a range")
	c.that(q.Until.IsZero() || q.Since.Before(q.Until), "until", "must be later than since")
	return c.err()
}
