package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/webhook"
)

const secret = idv.Personal("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")

// TestEnvelopeAndSignature holds what arrives to the contract's nine fields and
// to the library's own verifier.
func TestEnvelopeAndSignature(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"a.example": always(204)}, func(o *office) {
		t := o.t
		s := o.subscribe("a.example", secret)
		p := o.emit(1)
		pass(time.Second)
		calls := o.to("a.example")
		if len(calls) != 1 {
			t.Fatalf("%d calls, want 1", len(calls))
		}
		var fields map[string]any
		check(t, json.Unmarshal([]byte(calls[0].body), &fields))
		want := []string{"accountId", "eventData", "eventName", "expiresAt", "id", "organizationId", "sender", "tags", "timestamp"}
		if got := slices.Sorted(maps.Keys(fields)); !slices.Equal(got, want) {
			t.Errorf("fields %v, want %v", got, want)
		}
		data, _ := json.Marshal(fields["eventData"])
		if wanted := `{"dossierId":"` + p.DossierID + `","externalReference":"customer 7","processId":"` + p.ID +
			`","processType":"document","provider":"onfido","sequence":1,"status":"pending"}`; string(data) != wanted {
			t.Errorf("event data %s, want %s", data, wanted)
		}
		h := calls[0].header
		verifier, err := standardwebhooks.NewWebhook(secret.Reveal())
		check(t, err)
		if err := verifier.Verify([]byte(calls[0].body), h); err != nil {
			t.Errorf("the library does not verify it: %v", err)
		}
		if h.Get("webhook-id") != fields["id"] || len(h.Get("webhook-id")) != 32 || h.Get("Content-Type") != "application/json" || h.Get("Authorization") != "" {
			t.Errorf("headers %v", h)
		}
		if d := o.deliveries(s); len(d) != 1 || d[0].Status != idv.DeliveryDelivered || len(d[0].Attempts) != 1 || d[0].Attempts[0].Status != 204 {
			t.Errorf("deliveries %+v", d)
		}
	})
}

func TestBothSecretsSignForADay(t *testing.T) {
	t.Parallel()
	const fresh = idv.Personal("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
	inOffice(t, 0, map[string]endpoint{"a.example": always(200)}, func(o *office) {
		s := o.subscribe("a.example", secret)
		s.Rotate(fresh, time.Now())
		o.update(func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, s) })
		o.emit(1)
		pass(24*time.Hour - time.Second)
		o.emit(1)
		pass(2 * time.Second)
		o.emit(1)
		pass(time.Second)
		calls := o.to("a.example")
		for i, want := range []struct{ old, fresh bool }{{true, true}, {true, true}, {false, true}} {
			if old, now := verifies(t, secret, calls[i]), verifies(t, fresh, calls[i]); old != want.old || now != want.fresh {
				t.Errorf("call %d: the old secret verifies %t, the new one %t", i+1, old, now)
			}
		}
	})
}

func verifies(t *testing.T, secret idv.Personal, c call) bool {
	t.Helper()
	v, err := standardwebhooks.NewWebhook(secret.Reveal())
	check(t, err)
	return v.VerifyIgnoringTimestamp([]byte(c.body), c.header) == nil
}

// TestScheduleExactly: ten tries, at the waits of the contract, with the same id
// and another timestamp each.
func TestScheduleExactly(t *testing.T) {
	t.Parallel()
	waits := []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	for _, random := range []float64{0, 0.5} {
		inOffice(t, random, map[string]endpoint{"a.example": always(500)}, func(o *office) {
			t := o.t
			s := o.subscribe("a.example", secret)
			begun := time.Now()
			o.emit(1)
			pass(150 * time.Hour)
			calls := o.to("a.example")
			if len(calls) != len(waits) {
				t.Fatalf("%d tries, want %d", len(calls), len(waits))
			}
			at := begun
			for i, c := range calls {
				at = at.Add(waits[i] + time.Duration(float64(waits[i])*0.1*random))
				if d := c.at.Sub(at); d.Abs() > time.Millisecond {
					t.Errorf("try %d comes %v off its time", i+1, d)
				}
				if c.header.Get("webhook-id") != calls[0].header.Get("webhook-id") || c.body != calls[0].body {
					t.Errorf("try %d is another message", i+1)
				}
				if c.header.Get("webhook-timestamp") != strconv.FormatInt(c.at.Unix(), 10) {
					t.Errorf("try %d has the timestamp %s", i+1, c.header.Get("webhook-timestamp"))
				}
			}
			if d := o.deliveries(s)[0]; d.Status != idv.DeliveryFailed || len(d.Attempts) != 10 {
				t.Errorf("it ends %s after %d attempts", d.Status, len(d.Attempts))
			}
		})
	}
}

func TestAnswersThatSayWhen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first *http.Response
		want  time.Duration
	}{
		"nothing":                  {answer(500), 5 * time.Second},
		"a redirect":               {answer(307, "Location", "https://b.example/"), 5 * time.Second},
		"Retry-After in seconds":   {answer(503, "Retry-After", "90"), 90 * time.Second},
		"a shorter Retry-After":    {answer(503, "Retry-After", "1"), 5 * time.Second},
		"too many":                 {answer(429, "Retry-After", "3600"), time.Hour},
		"a nonsensical one":        {answer(503, "Retry-After", "soon"), 5 * time.Second},
		"a negative one":           {answer(503, "Retry-After", "-5"), 5 * time.Second},
		"no answer in ten seconds": {nil, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inOffice(t, 0, map[string]endpoint{"a.example": func(n int, _ *http.Request) *http.Response {
				if n == 1 {
					return c.first
				}
				return answer(200)
			}}, func(o *office) {
				s := o.subscribe("a.example", secret)
				o.emit(1)
				pass(2 * time.Hour)
				calls := o.to("a.example")
				if len(calls) != 2 || calls[1].at.Sub(calls[0].at) != c.want {
					o.t.Errorf("%d calls, the second after %v, want %v", len(calls), calls[len(calls)-1].at.Sub(calls[0].at), c.want)
				}
				if got := o.subscription(s); !got.FailingSince.IsZero() {
					o.t.Errorf("after a success it fails since %v", got.FailingSince)
				}
			})
		})
	}
}

// TestRetryAfterAsADate is the other form of RFC 9110 section 10.2.3.
func TestRetryAfterAsADate(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"a.example": func(n int, _ *http.Request) *http.Response {
		if n == 1 {
			return answer(503, "Retry-After", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat))
		}
		return answer(200)
	}}, func(o *office) {
		o.subscribe("a.example", secret)
		o.emit(1)
		pass(time.Hour)
		calls := o.to("a.example")
		if d := calls[1].at.Sub(calls[0].at); d < 10*time.Minute-time.Second || d > 10*time.Minute {
			o.t.Errorf("the second call comes after %v", d)
		}
	})
}

func TestNoTryAfterItExpires(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"a.example": always(503, "Retry-After", "700000"), "b.example": always(200)}, func(o *office) {
		t := o.t
		a, b := o.subscribe("a.example", secret), o.subscribe("b.example", secret)
		check(t, b.Pause(time.Now()))
		o.update(func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, b) })
		o.emit(1)
		pass(idv.EventLife)
		b.Resume(time.Now())
		o.update(func(ctx context.Context, tx idv.Tx) error { return tx.PutSubscription(ctx, b) })
		pass(time.Hour)
		if d := o.deliveries(a)[0]; d.Status != idv.DeliveryExpired || len(d.Attempts) != 1 {
			t.Errorf("an endpoint that puts it off: %+v", d)
		}
		if d := o.deliveries(b)[0]; d.Status != idv.DeliveryExpired || len(o.to("b.example")) != 0 {
			t.Errorf("an endpoint that was paused: %+v", d)
		}
	})
}

func TestGoneDisables(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"a.example": always(410), "b.example": always(200)}, func(o *office) {
		t := o.t
		a := o.subscribe("a.example", secret)
		o.subscribe("b.example", secret)
		o.emit(1)
		pass(time.Second)
		o.emit(3)
		pass(200 * time.Hour)
		if got := o.subscription(a); got.State != idv.SubscriptionDisabled || got.Reason != idv.DisabledGone {
			t.Errorf("the subscription is %s, %s", got.State, got.Reason)
		}
		if n := len(o.to("a.example")); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		told := 0
		for _, c := range o.to("b.example") {
			if bytes.Contains([]byte(c.body), []byte(`"subscription.disabled"`)) && bytes.Contains([]byte(c.body), []byte(a.ID)) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the other endpoint was told %d times", told)
		}
	})
}

// TestFiveDaysOfFailureDisable: as long as there is something to fail at. One
// success begins the count anew.
func TestFiveDaysOfFailureDisable(t *testing.T) {
	t.Parallel()
	var good bool
	inOffice(t, 0, map[string]endpoint{"a.example": func(int, *http.Request) *http.Response {
		if good {
			return answer(200)
		}
		return answer(500)
	}}, func(o *office) {
		t := o.t
		a := o.subscribe("a.example", secret)
		daily := func(days int) {
			for range days {
				o.emit(1)
				pass(24 * time.Hour)
			}
		}
		daily(4)
		good = true
		o.emit(1)
		pass(time.Minute)
		good = false
		daily(5)
		if got := o.subscription(a); got.State != idv.SubscriptionActive || got.FailingSince.IsZero() {
			t.Errorf("after a success among failures it is %s, failing since %v", got.State, got.FailingSince)
		}
		daily(1)
		if got := o.subscription(a); got.State != idv.SubscriptionDisabled || got.Reason != idv.DisabledFailing {
			t.Errorf("after five days it is %s, %s", got.State, got.Reason)
		}
	})
}

// TestOverloadSlowsTheEndpointDown: 429, 502 and 504 mean one call at a time and
// pauses that double, for all of its events.
func TestOverloadSlowsTheEndpointDown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 502, 504} {
		inOffice(t, 0, map[string]endpoint{"a.example": func(n int, _ *http.Request) *http.Response {
			if n <= 11 {
				return answer(status)
			}
			return answer(200)
		}}, func(o *office) {
			t := o.t
			s := o.subscribe("a.example", secret)
			o.emit(40)
			pass(4 * time.Second)
			if n := len(o.to("a.example")); n > 9 {
				t.Errorf("%d: %d calls in four seconds", status, n)
			}
			pass(time.Hour)
			for _, d := range o.deliveries(s) {
				if d.Status != idv.DeliveryDelivered {
					t.Errorf("%d: a delivery is %s", status, d.Status)
				}
			}
		})
	}
}

// TestASlowEndpointHoldsUpNobody: one hangs while its events wait; the
// other gets all of its own at once.
func TestASlowEndpointHoldsUpNobody(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"slow.example": hang, "good.example": always(200)}, func(o *office) {
		t := o.t
		slow := o.subscribe("slow.example", secret)
		o.subscribe("good.example", secret)
		begun := time.Now()
		o.emit(150)
		pass(time.Second)
		good := o.to("good.example")
		if len(good) != 150 {
			t.Fatalf("%d of 150 arrived", len(good))
		}
		if last := good[len(good)-1].at.Sub(begun); last > 100*time.Millisecond {
			t.Errorf("the last one arrives after %v", last)
		}
		pass(time.Minute)
		if n := len(o.to("slow.example")); n > 8+7 {
			t.Errorf("the one that hangs was called %d times in a minute", n)
		}
		if d := o.deliveries(slow); d[len(d)-1].Attempts[0].Problem != "timeout" {
			t.Errorf("attempts %+v", d[len(d)-1].Attempts)
		}
	})
}

func TestNotificationURL(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"callback.example": always(204)}, func(o *office) {
		t := o.t
		p := o.emit(1)
		begun := time.Now()
		o.update(func(ctx context.Context, tx idv.Tx) error {
			return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Fail(&idv.Failure{Type: idv.FailProvider}, begun)})
		})
		pass(100 * time.Hour)
		calls := o.to("callback.example")
		if len(calls) != 6 { // 204 is not the 200 that the contract asks for.
			t.Fatalf("%d calls, want one and five more", len(calls))
		}
		if want := `{"dossierId":"` + p.DossierID + `","processId":"` + p.ID + `","status":"failed"}`; calls[5].body != want {
			t.Errorf("body %s, want %s", calls[5].body, want)
		}
		if h := calls[0].header; h.Get("Authorization") != "Bearer the-customer's" || h.Get("webhook-signature") != "" {
			t.Errorf("headers %v", h)
		}
		if d := calls[1].at.Sub(begun); d != 5*time.Second {
			t.Errorf("the second call comes after %v", d)
		}
	})
}

// TestStopInterruptsAndHandsBack: what was under way is tried by the next, and
// does not count.
func TestStopInterruptsAndHandsBack(t *testing.T) {
	t.Parallel()
	inOffice(t, 0, map[string]endpoint{"a.example": hang}, func(o *office) {
		t := o.t
		s := o.subscribe("a.example", secret)
		o.emit(1)
		pass(time.Second)
		next := webhook.NewCourier(o.courier.Config)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("no time"))
		o.courier.Stop(ctx)
		o.courier = next
		next.Start()
		if d := o.deliveries(s)[0]; d.Status != idv.DeliveryPending || d.Tries != 0 || len(d.Attempts) != 0 || d.Claim != "" {
			t.Errorf("handed back as %+v", d)
		}
		pass(time.Second)
		if n := len(o.to("a.example")); n != 2 {
			t.Errorf("%d calls, want another one by the next", n)
		}
	})
}
