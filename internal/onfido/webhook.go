package onfido

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// EnsureWebhook sees to it that Onfido tells the URL of finished checks, and
// learns the key of its signatures. It looks before it registers, so it may be
// called at every start and again after an error.
func (c *Connector) EnsureWebhook(ctx context.Context, url string) error {
	all, err := c.api.Webhooks(ctx)
	if err != nil {
		return err
	}
	ours := slices.DeleteFunc(all, func(w onfidoapi.Webhook) bool { return w.URL != url })
	at := slices.IndexFunc(ours, func(w onfidoapi.Webhook) bool { return w.Enabled && hears(w.Events, worthHearing()) })
	if at < 0 {
		registered, err := c.register(ctx, url, ours)
		if err != nil {
			return err
		}
		ours = append(ours, registered)
	}
	return c.believe(ours)
}

// Ping says why the account cannot be used now, by a call that changes nothing.
func (c *Connector) Ping(ctx context.Context) error {
	if _, err := c.api.Webhooks(ctx); err != nil {
		return fmt.Errorf("ask Onfido: %w", err)
	}
	return nil
}

// worthHearing lists the events after which a verification can go on.
func worthHearing() []string { return []string{"check.completed", "check.withdrawn"} }

// register mends the first of our webhooks, or makes one when there is none.
func (c *Connector) register(ctx context.Context, url string, ours []onfidoapi.Webhook) (onfidoapi.Webhook, error) {
	settings := onfidoapi.WebhookSettings{URL: url, Enabled: true, Events: worthHearing()}
	if len(ours) == 0 {
		return c.api.CreateWebhook(ctx, settings)
	}
	settings.Events = append(settings.Events, ours[0].Events...)
	slices.Sort(settings.Events)
	settings.Events = slices.Compact(settings.Events)
	return c.api.UpdateWebhook(ctx, ours[0].ID, settings)
}

// hears says whether a webhook with these events is told of the wanted ones. No
// events means all.
func hears(events, wanted []string) bool {
	return len(events) == 0 || !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(events, w) })
}

// RotateWebhook registers the URL anew, under another key, and removes what was
// registered for it before. A server that runs learns the key at its next
// EnsureWebhook; what Onfido tells it meanwhile is not believed, and found out by
// polling.
func (c *Connector) RotateWebhook(ctx context.Context, url string) error {
	all, err := c.api.Webhooks(ctx)
	if err != nil {
		return err
	}
	fresh, err := c.register(ctx, url, nil)
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.URL != url {
			continue
		}
		if err := c.api.DeleteWebhook(ctx, w.ID); err != nil {
			return err
		}
	}
	return c.believe([]onfidoapi.Webhook{fresh})
}

// WebhookKeys gives the keys that EnsureWebhook has learnt, for a replica that
// takes them with Believe.
func (c *Connector) WebhookKeys() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.tokens[len(c.byHand):])
}

// Believe takes these keys of webhooks, and of no others, from now on, beside
// the one that was given by hand. It fails where there is none.
func (c *Connector) Believe(keys []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens = slices.Clone(c.byHand)
	for _, key := range keys {
		if key != "" && !slices.Contains(c.tokens, key) {
			c.tokens = append(c.tokens, key)
		}
	}
	if len(c.tokens) == 0 {
		return errors.New("the answer has no key for the webhook's signatures")
	}
	return nil
}

// believe takes the keys of these webhooks, and of no others, from now on: of
// all that have our URL, as another instance may have registered its own.
func (c *Connector) believe(hooks []onfidoapi.Webhook) error {
	keys := make([]string, len(hooks))
	for i, w := range hooks {
		keys[i] = w.Token
	}
	return c.Believe(keys)
}

// maxHint bounds a webhook's body. Those about checks have some 300 bytes, those
// of Studio hold a whole run.
const maxHint = 256 << 10

// ReadHint gives the check that a webhook is about, and "" when it is about
// something else. signature is the header X-SHA2-Signature: the hex HMAC-SHA256
// of the raw body (Onfido contract section 3). It is compared in constant time
// and before anything of the body is looked at.
func (c *Connector) ReadHint(body []byte, signature string) (ref string, err error) {
	if len(body) > maxHint {
		return "", fmt.Errorf("the webhook has %d bytes, more than %d", len(body), maxHint)
	}
	mac, err := hex.DecodeString(signature[:min(len(signature), 2*sha256.Size+2)])
	if err != nil || len(mac) != sha256.Size {
		return "", errors.New("the webhook's signature is not 64 hexadecimal digits")
	}
	if !c.signed(body, mac) {
		return "", errors.New("the webhook's signature is not Onfido's")
	}
	var hint struct {
		Payload struct {
			ResourceType string `json:"resource_type"`
			Object       struct {
				ID string `json:"id"`
			} `json:"object"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(body, &hint); err != nil {
		return "", errors.New("the webhook is not the JSON that was expected")
	}
	if hint.Payload.ResourceType != "check" {
		return "", nil
	}
	if !onfidoapi.ValidID(hint.Payload.Object.ID) {
		return "", errors.New("the webhook names no check")
	}
	return hint.Payload.Object.ID, nil
}

func (c *Connector) signed(body, mac []byte) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	found := false
	for _, token := range c.tokens {
		h := hmac.New(sha256.New, []byte(token))
		_, _ = h.Write(body)
		found = hmac.Equal(h.Sum(nil), mac) || found
	}
	return found
}
