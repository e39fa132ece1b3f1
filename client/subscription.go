package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"
)

// Subscription is an endpoint that is told of events (Assure contract section
// 9).
type Subscription struct {
	SubscriptionID string   `json:"subscriptionId"`
	URL            string   `json:"url"`
	Events         []string `json:"events"`
	// State is active, paused or disabled, Reason why it is disabled.
	State  string `json:"state"`
	Reason string `json:"reason"`
	// Secret is there only when it was just made.
	Secret    string    `json:"secret"`
	CreatedAt time.Time `json:"createdAt"`
}

// Delivery is one event on its way to a subscription.
type Delivery struct {
	Event    Event      `json:"event"`
	Status   string     `json:"status"`
	NextTry  *time.Time `json:"nextTry"`
	Attempts []struct {
		At      time.Time `json:"at"`
		Status  int       `json:"status"`
		Problem string    `json:"problem"`
	} `json:"attempts"`
}

// eventsRoot is what everything about events lies under.
const eventsRoot = "/events"

func (c *Client) onSubscriptions(ctx context.Context, method, path string, in, out any) error {
	return c.convey(ctx, call{method: method, root: eventsRoot, path: "/subscriptions" + path}, in, out)
}

// Subscribe subscribes an endpoint to events, and gives the secret that signs
// what is sent to it.
func (c *Client) Subscribe(ctx context.Context, url string, events []string) (*Subscription, error) {
	s := new(Subscription)
	in := map[string]any{"url": url, "events": events}
	if err := c.onSubscriptions(ctx, http.MethodPost, "", in, s); err != nil {
		return nil, fmt.Errorf("subscribing: %w", err)
	}
	return s, nil
}

// Subscriptions gives all subscriptions, oldest first.
func (c *Client) Subscriptions(ctx context.Context) (all []Subscription, err error) {
	if err := c.onSubscriptions(ctx, http.MethodGet, "", nil, &all); err != nil {
		return nil, fmt.Errorf("listing subscriptions: %w", err)
	}
	return all, nil
}

// SetSubscription replaces URL and events of a subscription.
func (c *Client) SetSubscription(ctx context.Context, id, url string, events []string) (*Subscription, error) {
	s := new(Subscription)
	in := map[string]any{"url": url, "events": events}
	if err := c.onSubscriptions(ctx, http.MethodPut, path(id), in, s); err != nil {
		return nil, fmt.Errorf("changing the subscription: %w", err)
	}
	return s, nil
}

// GetSubscription gives a subscription.
func (c *Client) GetSubscription(ctx context.Context, id string) (*Subscription, error) {
	s := new(Subscription)
	if err := c.onSubscriptions(ctx, http.MethodGet, path(id), nil, s); err != nil {
		return nil, fmt.Errorf("getting the subscription: %w", err)
	}
	return s, nil
}

// PauseSubscription lets the events of a subscription wait.
func (c *Client) PauseSubscription(ctx context.Context, id string) (*Subscription, error) {
	return c.steer(ctx, id, "pause")
}

// ResumeSubscription lets them flow, also after it was disabled.
func (c *Client) ResumeSubscription(ctx context.Context, id string) (*Subscription, error) {
	return c.steer(ctx, id, "resume")
}

// RotateSecret makes another secret, which is in the answer; the one before signs
// beside it for 24 hours.
func (c *Client) RotateSecret(ctx context.Context, id string) (*Subscription, error) {
	return c.steer(ctx, id, "rotate-secret")
}

func (c *Client) steer(ctx context.Context, id, word string) (*Subscription, error) {
	s := new(Subscription)
	if err := c.onSubscriptions(ctx, http.MethodPost, path(id, word), nil, s); err != nil {
		return nil, fmt.Errorf("%s of the subscription: %w", word, err)
	}
	return s, nil
}

// SendTest has an event sent to this endpoint alone.
func (c *Client) SendTest(ctx context.Context, id string) error {
	if err := c.onSubscriptions(ctx, http.MethodPost, path(id, "test"), nil, nil); err != nil {
		return fmt.Errorf("sending a test event: %w", err)
	}
	return nil
}

// Unsubscribe deletes a subscription.
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	if err := c.onSubscriptions(ctx, http.MethodDelete, path(id), nil, nil); err != nil {
		return fmt.Errorf("deleting the subscription: %w", err)
	}
	return nil
}

// Deliveries goes through a subscription's, newest first; status selects, empty is
// all. It asks for the next page when it comes to it, and ends with the first
// error.
func (c *Client) Deliveries(ctx context.Context, id, status string) iter.Seq2[*Delivery, error] {
	q := given(map[string]string{"status": status})
	return pages[Delivery](ctx, c, "listing deliveries", call{root: eventsRoot, path: "/subscriptions" + path(id, "deliveries"), query: q}, "before")
}

// Callbacks goes through the calls of notificationUrls, newest first, as Deliveries
// does; dossier and status select, empty is all.
func (c *Client) Callbacks(ctx context.Context, dossier, status string) iter.Seq2[*Delivery, error] {
	q := given(map[string]string{"dossierId": dossier, "status": status})
	return pages[Delivery](ctx, c, "listing callbacks", call{root: eventsRoot, path: "/callbacks", query: q}, "before")
}

// Replay says which events are sent once more. Event names one; otherwise Since,
// Until and Failed say which of a range.
type Replay struct {
	Event  string     `json:"-"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"`
	Failed bool       `json:"failed,omitempty"`
}

// Replay sends events once more and says how many.
func (c *Client) Replay(ctx context.Context, id string, r Replay) (int, error) {
	var answer struct{ Count int }
	var err error
	if r.Event != "" {
		err = c.onSubscriptions(ctx, http.MethodPost, path(id, "deliveries", r.Event, "replay"), nil, &answer)
	} else {
		err = c.onSubscriptions(ctx, http.MethodPost, path(id, "replay"), r, &answer)
	}
	if err != nil {
		return 0, fmt.Errorf("replaying events: %w", err)
	}
	return answer.Count, nil
}
