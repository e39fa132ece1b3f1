package client

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
)

type keyOfContext struct{}

// WithIdempotencyKey makes the next POST under the context carry the key, of 1 to
// 255 characters. The server does what such a request asks for once: who repeats
// it within 24 hours, in another process too, gets the same answer. The same key
// with another request is a [*Problem] of status 422. Without a key of the
// caller's each POST has one of chance, which serves its own tries alone.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyOfContext{}, key)
}

// idempotencyKey is empty for what is no POST.
func (c *Client) idempotencyKey(ctx context.Context, method string) (string, error) {
	if method != http.MethodPost {
		return "", nil
	}
	if key, given := ctx.Value(keyOfContext{}).(string); given {
		return key, nil
	}
	var random [16]byte
	if _, err := io.ReadFull(c.cfg.Random, random[:]); err != nil {
		return "", fmt.Errorf("making an idempotency key: %w", err)
	}
	return hex.EncodeToString(random[:]), nil
}
