package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// How WaitForResult polls: often at first, when a person is watching, then less.
const (
	firstPoll = 250 * time.Millisecond
	lastPoll  = 5 * time.Second
	// patience is how many polls may fail in a row: enough for a server that is
	// being restarted.
	patience = 5
)

// WaitForResult asks for the process until its status is final, and gives it. It
// calls onChange, unless that is nil, with the first answer and with each that
// has another status. Failures that may pass (no connection, 429, 5xx) are
// waited out, five in a row at most; any other failure, and the end of ctx, end
// it with an error.
func (c *Client) WaitForResult(ctx context.Context, ref Ref, onChange func(*Process)) (*Process, error) {
	status, failures := "", 0
	for pause := firstPoll; ; pause = min(pause*3/2, lastPoll) {
		p, err := c.getProcess(ctx, call{method: http.MethodGet, path: ref.path(), once: true})
		if err != nil {
			if failures++; failures > patience || ctx.Err() != nil || !passing(err) {
				return nil, err
			}
		} else {
			failures = 0
			if p.Status != status && onChange != nil {
				onChange(p)
			}
			if status = p.Status; p.Final() {
				return p, nil
			}
		}
		if err := c.cfg.Sleep(ctx, max(pause, retryAfter(err))); err != nil {
			return nil, err
		}
	}
}

// passing says that a failure may pass: the server said so, or none answered.
func passing(err error) bool {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Temporary()
	}
	_, unanswered := errors.AsType[*url.Error](err)
	return unanswered || errors.Is(err, io.ErrUnexpectedEOF)
}

func retryAfter(err error) time.Duration {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.RetryAfter
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
