package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/netguard"
)

const (
	// Timeout bounds one try as a whole (Assure contract section 5 gives a
	// notificationUrl ten seconds).
	Timeout = 10 * time.Second
	// maxAnswer is how much of an answer is read, so that the connection can be
	// used again. Nothing of it is kept.
	maxAnswer = 64 << 10
	userAgent = "Dossier-Webhook/1.0"
)

// Message is an event on its way to one address.
type Message struct {
	URL idv.Personal
	// ID is the webhook-id; empty for a notificationUrl, which is not signed.
	ID      string
	Body    []byte
	Secrets []idv.Personal
	// Authorization is sent as the header of that name, if it is not empty.
	Authorization idv.Personal
}

// Answer is what came of a try.
type Answer struct {
	idv.Attempt
	// RetryAfter is what the endpoint asked for, or 0.
	RetryAfter time.Duration
}

// Post makes one try. What goes wrong is part of the answer. now is the clock
// that signatures and attempts are dated by.
func Post(ctx context.Context, client *http.Client, m Message, now func() time.Time) Answer {
	begun := now()
	a := Answer{Attempt: idv.Attempt{At: begun}}
	response, err := send(ctx, client, m, begun)
	if err != nil {
		a.Problem = problemOf(err)
	} else {
		a.Status, a.RetryAfter = response.StatusCode, retryAfter(response.Header.Get("Retry-After"), now())
		_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
		_ = response.Body.Close()
	}
	a.Took = now().Sub(begun)
	return a
}

func send(ctx context.Context, client *http.Client, m Message, now time.Time) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL.Reveal(), bytes.NewReader(m.Body))
	if err != nil {
		return nil, errURL // The cause would quote the URL.
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", userAgent)
	if m.Authorization != "" {
		r.Header.Set("Authorization", m.Authorization.Reveal())
	}
	if m.ID != "" {
		if err := Sign(r.Header, m.ID, now, m.Body, m.Secrets); err != nil {
			return nil, err
		}
	}
	return client.Do(r)
}

var errURL = errors.New("the address is no URL")

// problemOf puts what went wrong into a word: the text of the error would quote
// the URL, and may quote the endpoint.
func problemOf(err error) string {
	_, unknownName := errors.AsType[*net.DNSError](err)
	_, badRecord := errors.AsType[tls.RecordHeaderError](err)
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, netguard.ErrForbidden):
		return "address_forbidden"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case isNet && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case unknownName:
		return "name_unknown"
	case badRecord, badCertificate, errors.Is(err, http.ErrSchemeMismatch):
		return "tls_failed"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection_refused"
	}
	return "connection_failed"
}

// retryAfter reads the header of RFC 9110 section 10.2.3: seconds or a date.
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(s, 10, 32); err == nil {
		return max(time.Duration(seconds)*time.Second, 0)
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// message makes what is sent to a subscription.
func message(e idv.Event, s *idv.Subscription, now time.Time) (Message, error) {
	body, err := json.Marshal(e.Envelope())
	if err != nil {
		return Message{}, fmt.Errorf("encode the event: %w", err)
	}
	return Message{URL: s.URL, ID: e.ID, Body: body, Secrets: s.Secrets(now)}, nil
}

// callback makes what is sent to the notificationUrl of a process (Assure
// contract section 5).
func callback(e idv.Event, c idv.Callback) (Message, error) {
	body, err := json.Marshal(map[string]string{"dossierId": e.DossierID, "processId": e.ProcessID, "status": string(e.Status)})
	if err != nil {
		return Message{}, fmt.Errorf("encode the callback: %w", err)
	}
	return Message{URL: c.URL, Body: body, Authorization: c.Authorization}, nil
}
