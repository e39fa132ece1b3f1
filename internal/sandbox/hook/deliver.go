package hook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/timeline"
)

const (
	attemptTimeout = 10 * time.Second // a receiver has ten seconds to answer (Onfido contract section 3)
	maxAtOnce      = 32               // attempts under way
	maxAnswer      = 64 << 10         // of a receiver's answer read, so that the connection can be used again
	maxRemembered  = 1000             // attempts kept for reading
)

// FastRetry is the default schedule: as many further tries as Onfido makes, in seconds instead of hours.
func FastRetry() []time.Duration {
	return []time.Duration{100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 5 * time.Second, 10 * time.Second}
}

// LiveRetry is Onfido's own schedule as far as it is known (from memory, unconfirmed; Onfido contract section 3).
func LiveRetry() []time.Duration {
	return []time.Duration{30 * time.Second, 2 * time.Minute, 15 * time.Minute, 2 * time.Hour, 10 * time.Hour}
}

// Message is one event on its way to one webhook.
type Message struct {
	WebhookID string
	URL       string
	Event     string // e.g. check.completed
	Signature string // value of SignatureHeader
	OAuth     *OAuth // nil: none
	Body      []byte // sent as it is
}

// Attempt is the record of one try to deliver a Message.
type Attempt struct {
	At        time.Time `json:"at"`
	WebhookID string    `json:"webhook_id"`
	URL       string    `json:"url"`
	Event     string    `json:"event"`
	Try       int       `json:"try"`              // 1 is the first
	Status    int       `json:"status,omitempty"` // of the answer; 0 when there was none
	Error     string    `json:"error,omitempty"`
	Body      string    `json:"body"`
}

// Deliverer sends messages on the clock's goroutines.
type Deliverer struct {
	clock  *timeline.Clock
	client *http.Client
	retry  []time.Duration
	log    *slog.Logger
	slots  chan struct{}

	ctx    context.Context // ends all attempts under way; a delivery has no caller whose context it could take
	cancel context.CancelFunc

	mu       sync.Mutex
	attempts []Attempt
}

// New makes a deliverer that tries once and then after each delay of retry. A nil transport takes a new one
// of its own. Redirects are not followed: a signed body goes to the registered address or nowhere.
func New(clock *timeline.Clock, transport http.RoundTripper, retry []time.Duration, log *slog.Logger) *Deliverer {
	if transport == nil {
		transport = &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true}
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Deliverer{
		clock: clock, retry: retry, log: log, slots: make(chan struct{}, maxAtOnce), ctx: ctx, cancel: cancel,
		client: &http.Client{
			Transport:     transport,
			Timeout:       attemptTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Send starts the delivery of m after the delay; it returns at once.
func (d *Deliverer) Send(m Message, after time.Duration) {
	d.clock.After(after, func() { d.try(m, 1) })
}

// Attempts are the newest attempts, oldest first.
func (d *Deliverer) Attempts() []Attempt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Attempt{}, d.attempts...)
}

// Forget empties the record of attempts.
func (d *Deliverer) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts = nil
}

// Close ends all attempts under way. The clock's Close then waits for their goroutines.
func (d *Deliverer) Close() {
	d.cancel()
	d.client.CloseIdleConnections()
}

func (d *Deliverer) try(m Message, n int) {
	select {
	case d.slots <- struct{}{}:
	case <-d.ctx.Done():
		return
	}
	status, err := d.post(m)
	<-d.slots
	if d.ctx.Err() != nil {
		return
	}
	d.remember(m, n, status, err)
	if err == nil && status >= 200 && status < 300 {
		return
	}
	if n > len(d.retry) {
		d.log.Warn("webhook given up", "webhook_id", m.WebhookID, "event", m.Event, "tries", n, "status", status)
		return
	}
	d.clock.After(d.retry[n-1], func() { d.try(m, n+1) })
}

func (d *Deliverer) post(m Message) (int, error) {
	req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return 0, fmt.Errorf("make webhook request: %w", err)
	}
	if m.OAuth != nil {
		token, err := d.token(d.ctx, m.OAuth)
		if err != nil {
			return 0, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "dossier-sandbox")
	req.Header.Set(SignatureHeader, m.Signature)
	resp, err := d.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("deliver webhook: %w", err)
	}
	defer resp.Body.Close()
	// What the receiver says does not matter, only that it was taken from the connection.
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	return resp.StatusCode, nil
}

func (d *Deliverer) remember(m Message, n, status int, err error) {
	a := Attempt{At: d.clock.Now().UTC(), WebhookID: m.WebhookID, URL: m.URL, Event: m.Event, Try: n, Status: status, Body: string(m.Body)}
	if err != nil {
		a.Error = err.Error()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.attempts) >= maxRemembered {
		d.attempts = d.attempts[len(d.attempts)-maxRemembered+1:]
	}
	d.attempts = append(d.attempts, a)
}
