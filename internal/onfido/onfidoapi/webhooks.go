package onfidoapi

import (
	"context"
	"errors"
	"net/http"
)

// Webhook is an address that Onfido tells of events (Onfido contract section 3).
type Webhook struct {
	ID string `json:"id"`
	// Token is the key of the signatures.
	Token string `json:"token"`
	WebhookSettings
}

func (w Webhook) identity() string { return w.ID }

// WebhookSettings is what can be said of a webhook.
type WebhookSettings struct {
	URL     string `json:"url"`
	Enabled bool   `json:"enabled"`
	// Events are those it is told of; none means all.
	Events []string `json:"events"`
}

// Webhooks gives all webhooks of the account.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	var answer struct {
		Webhooks []Webhook `json:"webhooks"`
	}
	_, err := c.do(ctx, call{what: "listing webhooks", method: http.MethodGet, path: "/webhooks", into: &answer})
	if err != nil {
		return nil, err
	}
	return answer.Webhooks, usable(answer.Webhooks...)
}

// CreateWebhook registers a webhook.
func (c *Client) CreateWebhook(ctx context.Context, s WebhookSettings) (Webhook, error) {
	return c.putWebhook(ctx, call{what: "registering a webhook", method: http.MethodPost, path: "/webhooks"}, s)
}

// UpdateWebhook replaces the settings of a webhook.
func (c *Client) UpdateWebhook(ctx context.Context, id string, s WebhookSettings) (Webhook, error) {
	path, err := resource("webhooks", id)
	if err != nil {
		return Webhook{}, err
	}
	return c.putWebhook(ctx, call{what: "updating a webhook", method: http.MethodPut, path: path}, s)
}

// DeleteWebhook removes a webhook. It is no error when it is gone already.
func (c *Client) DeleteWebhook(ctx context.Context, id string) error {
	path, err := resource("webhooks", id)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{what: "deleting a webhook", method: http.MethodDelete, path: path})
	if e, ok := errors.AsType[*Error](err); ok && (e.Status == http.StatusNotFound || e.Status == http.StatusGone) {
		return nil
	}
	return err
}

func (c *Client) putWebhook(ctx context.Context, r call, s WebhookSettings) (Webhook, error) {
	var w Webhook
	r.into = &w
	r, err := r.sendJSON(s)
	if err != nil {
		return w, err
	}
	if _, err := c.do(ctx, r); err != nil {
		return w, err
	}
	return w, usable(w)
}
