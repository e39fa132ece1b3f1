package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// webhookDuty is how long one replica has the duty of the webhook: a little less
// than until the next look.
const webhookDuty = webhookLook - 5*time.Second

// lookAfterWebhook has the webhook registered and learns its keys. Of all
// replicas one asks Onfido; the others take what it has found, from the settings.
func (s *server) lookAfterWebhook(ctx context.Context, url string) error {
	now, name := s.db.Now(), "webhook keys "+url
	mine, err := s.db.TakeDuty(ctx, name, now, now.Add(webhookDuty))
	if err != nil {
		return err
	}
	if !mine {
		return s.learnWebhook(ctx, name)
	}
	if err := s.connector.EnsureWebhook(ctx, url); err != nil {
		return err
	}
	keys, err := json.Marshal(s.connector.WebhookKeys())
	if err != nil {
		return fmt.Errorf("encode the keys of the webhook: %w", err)
	}
	return s.db.SaveSetting(ctx, name, keys)
}

func (s *server) learnWebhook(ctx context.Context, name string) error {
	stored, err := s.db.Setting(ctx, name)
	if err != nil {
		return fmt.Errorf("learn the keys of the webhook from the replica that looks after it: %w", err)
	}
	var keys []string
	if err := json.Unmarshal(stored, &keys); err != nil {
		return fmt.Errorf("read the keys of the webhook: %w", err)
	}
	return s.connector.Believe(keys)
}
