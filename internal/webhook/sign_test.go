package webhook_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/webhook"
)

// vector is a signature that the reference libraries of Standard Webhooks 1.0
// agree on.
type vector struct {
	secret    idv.Personal
	id, body  string
	at        int64
	signature string
}

func vectors() []vector {
	return []vector{
		{
			"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`, 1614265330,
			"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		{
			"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", `{"email":"test@example.com","username":"test_user"}`, 1649367553,
			"v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
		},
	}
}

func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		h := http.Header{}
		check(t, webhook.Sign(h, v.id, time.Unix(v.at, 0), []byte(v.body), []idv.Personal{v.secret}))
		if got := h.Get("webhook-signature"); got != v.signature || h.Get("webhook-id") != v.id {
			t.Errorf("%s: headers %v, want the signature %s", v.id, h, v.signature)
		}
	}
	if err := webhook.Sign(http.Header{}, "x", time.Unix(0, 0), nil, []idv.Personal{"whsec_***"}); err == nil || strings.Contains(err.Error(), "***") {
		t.Errorf("a broken secret: %v", err)
	}
}

// TestReceiversRefuseWhatWasChanged has the library's own verifier look at what
// we sign, by two secrets, and at what somebody made of it.
func TestReceiversRefuseWhatWasChanged(t *testing.T) {
	t.Parallel()
	body, now := []byte(vectors()[0].body), time.Now()
	for name, c := range map[string]struct {
		at     time.Time
		change func(h http.Header)
		body   []byte
		good   bool
	}{
		"as it was sent":      {now, func(http.Header) {}, body, true},
		"four minutes late":   {now.Add(-4 * time.Minute), func(http.Header) {}, body, true},
		"six minutes late":    {now.Add(-6 * time.Minute), func(http.Header) {}, body, false},
		"six minutes early":   {now.Add(6 * time.Minute), func(http.Header) {}, body, false},
		"another body":        {now, func(http.Header) {}, []byte(`{"test": 1}`), false},
		"another id":          {now, func(h http.Header) { h.Set("webhook-id", "msg_other") }, body, false},
		"no id":               {now, func(h http.Header) { h.Del("webhook-id") }, body, false},
		"another time":        {now, func(h http.Header) { h.Set("webhook-timestamp", "1614265330") }, body, false},
		"no time":             {now, func(h http.Header) { h.Set("webhook-timestamp", "now") }, body, false},
		"no signature":        {now, func(h http.Header) { h.Del("webhook-signature") }, body, false},
		"another's signature": {now, func(h http.Header) { h.Set("webhook-signature", vectors()[0].signature) }, body, false},
		"half a signature":    {now, func(h http.Header) { h.Set("webhook-signature", h.Get("webhook-signature")[:20]) }, body, false},
		"another version": {now, func(h http.Header) {
			h.Set("webhook-signature", strings.ReplaceAll(h.Get("webhook-signature"), "v1,", "v2,"))
		}, body, false},
		"signatures turned round": {now, func(h http.Header) {
			first, second, _ := strings.Cut(h.Get("webhook-signature"), " ")
			h.Set("webhook-signature", second+" "+first)
		}, body, true},
	} {
		h := http.Header{}
		check(t, webhook.Sign(h, "msg_1", c.at, body, []idv.Personal{vectors()[0].secret, vectors()[1].secret}))
		c.change(h)
		for _, v := range vectors() {
			verifier, err := standardwebhooks.NewWebhook(v.secret.Reveal())
			check(t, err)
			if err := verifier.Verify(c.body, h); (err == nil) != c.good {
				t.Errorf("%s, with the secret of %s: %v", name, v.id, err)
			}
		}
	}
}
