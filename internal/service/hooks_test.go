package service_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

const (
	hookKey   = "_ABC123abc123ABC123abc123ABC123_"
	hooks     = 10_000
	hookCases = 100
)

// hook is a webhook of Onfido on its way.
type hook struct {
	body, signature string
	forged          bool
}

// TestShuffledDoubledAndForgedHooks sends 10,000 hooks in a random order, each
// one to three times, one in twenty of them forged or of a key that is no longer
// ours. The verification of signatures is the connector's own. What counts is
// what the provider says when it is asked: every process ends as in an ordered
// run, and every forged hook is refused.
func TestShuffledDoubledAndForgedHooks(t *testing.T) {
	t.Parallel()
	api, err := onfidoapi.New(onfidoapi.Config{BaseURL: "http://127.0.0.1:1/v3.6", Token: "t", RequestsPerMinute: 1, Now: time.Now})
	check(t, err)
	connector, err := onfido.New(onfido.Config{API: api, WebhookToken: hookKey})
	check(t, err)
	d := newDesk(t)
	truth, keys := map[string]idv.Status{}, map[string]idv.ProcessKey{}
	outcomes := []idv.Status{idv.StatusAccepted, idv.StatusRejected, idv.StatusInconclusive}
	for i := range hookCases {
		ref := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		k := d.begun()
		d.provider.advance = func(ctx context.Context, c idv.Case) (idv.Progress, error) {
			return idv.Progress{Wait: time.Hour}, errors.Join(c.Journal.Intend(ctx, idv.StepCheck), c.Journal.Done(ctx, idv.StepCheck, ref))
		}
		_, err := d.advance(k)
		check(t, err)
		truth[ref], keys[ref] = outcomes[i%len(outcomes)], k
	}
	d.provider.advance = func(_ context.Context, c idv.Case) (idv.Progress, error) {
		return idv.Progress{Verdict: &idv.Verdict{Status: truth[c.Journal.Step(idv.StepCheck).Ref], ProviderSpecific: idv.PersonalJSON(`{}`)}}, nil
	}
	d.provider.read = connector.ReadHint
	d.queue.take("")
	for _, h := range shuffledHooks() {
		err := d.Hint(t.Context(), []byte(h.body), h.signature)
		if (err != nil) != h.forged {
			t.Fatalf("forged %t, and the answer is %v", h.forged, err)
		}
		for _, j := range d.queue.take(idv.JobHint) {
			_, err := d.Run(t.Context(), j, time.Minute)
			check(t, err)
		}
	}
	for ref, want := range truth {
		if got := d.status(keys[ref]); got != want {
			t.Errorf("a process ends %s, want %s", got, want)
		}
	}
}

// shuffledHooks makes hooks about the checks, some of which say what is not so.
func shuffledHooks() (all []hook) {
	random := rand.New(rand.NewPCG(6, 6)) // #nosec G404 -- a test that can be repeated
	for len(all) < hooks {
		body := fmt.Sprintf(`{"payload":{"resource_type":"check","action":"check.%s","object":{"id":"00000000-0000-4000-8000-%012d","status":"%s"}}}`,
			[]string{"completed", "started", "withdrawn"}[random.IntN(3)], random.IntN(hookCases), []string{"complete", "in_progress"}[random.IntN(2)])
		h := hook{body: body, signature: signHook(hookKey, body)}
		switch random.IntN(60) {
		case 0:
			h.body, h.forged = h.body[:len(h.body)-1]+" }", true
		case 1:
			h.signature, h.forged = signHook("the key before it was rotated", body), true
		case 2:
			h.signature, h.forged = "", true
		}
		for range 1 + random.IntN(3) {
			all = append(all, h)
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func signHook(key, body string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil))
}
