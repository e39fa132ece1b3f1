package onfido

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The known answer of Onfido's own client for Node (Onfido contract section 3).
const (
	knownToken     = "_ABC123abc123ABC123abc123ABC123_"
	knownSignature = "a0082d7481f9f0a2907583dbe1f344d6d4c0d9989df2fd804f98479f60cd760e"
	knownBody      = `{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"check-123","status":"complete",` +
		`"completed_at_iso8601":"2020-01-01T00:00:00Z","href":"https://api.onfido.com/v3/checks/check-123"}}}`
)

func TestKnownWebhook(t *testing.T) {
	t.Parallel()
	for _, tokens := range [][]string{{knownToken}, {"another", knownToken}, {knownToken, "another"}} {
		c := &Connector{tokens: tokens}
		if ref, err := c.ReadHint([]byte(knownBody), knownSignature); ref != "check-123" || err != nil {
			t.Errorf("keys %q: %q, %v", tokens, ref, err)
		}
	}
}

func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	c := &Connector{tokens: []string{knownToken}}
	for name, hook := range map[string]struct{ body, signature string }{
		"another signature": {knownBody, "b" + knownSignature[1:]},
		"another body":      {knownBody + " ", knownSignature},
		"no signature":      {knownBody, ""},
		"cut":               {knownBody, knownSignature[:62]},
		"odd":               {knownBody, knownSignature[:63]},
		"longer":            {knownBody, knownSignature + "00"},
		"far longer":        {knownBody, strings.Repeat(knownSignature, 1000)},
		"no digits":         {knownBody, strings.Repeat("z", 64)},
		"huge":              {strings.Repeat("x", maxHint+1), sign(knownToken, strings.Repeat("x", maxHint+1))},
	} {
		if ref, err := c.ReadHint([]byte(hook.body), hook.signature); err == nil || ref != "" {
			t.Errorf("%s: %q was believed", name, ref)
		}
	}
	nobody := &Connector{}
	if _, err := nobody.ReadHint([]byte(knownBody), knownSignature); err == nil {
		t.Error("believed without a key")
	}
	if _, err := nobody.ReadHint([]byte(knownBody), sign("", knownBody)); err == nil {
		t.Error("believed with an empty key")
	}
}

func sign(key, body string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil))
}

func TestSignedWebhooks(t *testing.T) {
	t.Parallel()
	c := &Connector{tokens: []string{knownToken}}
	for body, want := range map[string]struct {
		ref    string
		failed bool
	}{
		`{"payload":{"resource_type":"check","action":"check.withdrawn","object":{"id":"c1"}}}`:   {"c1", false},
		`{"payload":{"resource_type":"report","action":"report.completed","object":{"id":"r1"}}}`: {"", false},
		`{"payload":{"resource_type":"workflow_run","object":{"id":"w1"},"resource":{"x":[1]}}}`:  {"", false},
		`{}`: {"", false},
		`{"payload":{"resource_type":"check","object":{"id":"../applicants"}}}`: {"", true},
		`{"payload":{"resource_type":"check"}}`:                                 {"", true},
		`{"payload":{"resource_type":7}}`:                                       {"", true},
		`[]`:                                                                    {"", true},
		``:                                                                      {"", true},
		`{"payload":{"resource_type":"check","object":{"id":"c1"}}}` + strings.Repeat(" ", maxHint/2): {"c1", false},
	} {
		ref, err := c.ReadHint([]byte(body), sign(knownToken, body))
		if ref != want.ref || (err != nil) != want.failed {
			t.Errorf("%.80s: %q, %v", body, ref, err)
		}
	}
}

const hookURL = "https://dossier.example/callbacks/onfido"

func TestWebhookIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.webhooks = []resource{{"id": "w0", "url": "https://other.example/", "enabled": true, "events": []any{}, "token": "theirs"}}
	b.onfido.faults["GET /webhooks"] = []fault{down}
	b.onfido.faults["POST /webhooks"] = []fault{answerLost}
	for _, fails := range []bool{true, true, false, false} {
		if err := b.EnsureWebhook(t.Context(), hookURL); (err != nil) != fails {
			t.Fatal(err)
		}
	}
	if len(b.onfido.webhooks) != 2 || b.tokens[0] != "token-2" || len(b.tokens) != 1 {
		t.Errorf("%d webhooks, keys %q", len(b.onfido.webhooks), b.tokens)
	}
	hook := b.onfido.webhooks[1]
	if hook["url"] != hookURL || fmt.Sprint(hook["enabled"]) != "true" || hook["environments"] != nil {
		t.Errorf("%v", hook)
	}
}

func TestWebhookIsMended(t *testing.T) {
	t.Parallel()
	for name, hook := range map[string]resource{
		"disabled": {"enabled": false, "events": []any{"check.completed", "check.withdrawn"}},
		"deaf":     {"enabled": true, "events": []any{"report.completed"}},
	} {
		b := newBench(t)
		hook["id"], hook["url"], hook["token"] = "w1", hookURL, "ours"
		b.onfido.webhooks = []resource{hook}
		for range 2 {
			if err := b.EnsureWebhook(t.Context(), hookURL); err != nil {
				t.Fatal(err)
			}
		}
		events, _ := hook["events"].([]any)
		if fmt.Sprint(hook["enabled"]) != "true" || len(events) < 2 || b.onfido.requests("PUT /webhooks") != 1 || b.onfido.requests("POST /webhooks") != 0 {
			t.Errorf("%s: %v after %v", name, hook, b.onfido.log)
		}
		if len(b.tokens) != 1 || b.tokens[0] != "ours" {
			t.Errorf("%s: keys %q", name, b.tokens)
		}
	}
}

// TestWebhookIsRotated: after it only the new key is believed, also by another
// instance once it has looked.
func TestWebhookIsRotated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.byHand = []string{"by hand"}
	if err := b.EnsureWebhook(t.Context(), hookURL); err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(b.tokens)
	if err := b.RotateWebhook(t.Context(), hookURL); err != nil {
		t.Fatal(err)
	}
	if len(b.onfido.webhooks) != 1 || b.onfido.requests("DELETE /webhooks") != 1 {
		t.Errorf("%d webhooks after %v", len(b.onfido.webhooks), b.onfido.log)
	}
	rotated := slices.Clone(b.tokens)
	if err := b.EnsureWebhook(t.Context(), hookURL); err != nil {
		t.Fatal(err)
	}
	if len(rotated) != 2 || rotated[0] != "by hand" || rotated[1] == before[1] || !slices.Equal(rotated, b.tokens) {
		t.Errorf("keys %q, then %q, then %q", before, rotated, b.tokens)
	}
}

func TestWebhookThatHearsAllIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.webhooks = []resource{
		{"id": "w1", "url": hookURL, "enabled": true, "events": []any{}, "token": "first"},
		{"id": "w2", "url": hookURL, "enabled": true, "events": []any{"check.completed", "check.withdrawn"}, "token": "second"},
	}
	if err := b.EnsureWebhook(t.Context(), hookURL); err != nil || len(b.onfido.log) != 1 || len(b.tokens) != 2 {
		t.Errorf("%v after %v, keys %q", err, b.onfido.log, b.tokens)
	}
}

func TestWebhookWithoutAKeyIsAnError(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.webhooks = []resource{{"id": "w1", "url": hookURL, "enabled": true, "events": []any{}, "token": nil}}
	if err := b.EnsureWebhook(t.Context(), hookURL); err == nil {
		t.Error("no error")
	}
}

// FuzzReadHint: what is not signed is not believed, and what is signed names a
// check that can stand in a path, or nothing.
func FuzzReadHint(f *testing.F) {
	f.Add([]byte(knownBody), knownSignature)
	f.Add([]byte(`{"payload":{"resource_type":"check","object":{"id":"../x"}}}`), "")
	f.Add([]byte(`{"payload":{"resource_type":"workflow_run","object":null}}`), strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		c := &Connector{tokens: []string{knownToken}}
		right := sign(knownToken, string(body))
		if ref, err := c.ReadHint(body, signature); err == nil && !strings.EqualFold(signature, right) {
			t.Errorf("%q is believed without a signature", ref)
		}
		if ref, err := c.ReadHint(body, right); err == nil && strings.ContainsAny(ref, "/.?#% \x00") {
			t.Errorf("the check %q", ref)
		}
	})
}
