package store_test

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

var (
	retry  = store.IdempotencyKey{Tenant: "default", Client: "c", Key: "Zoë\x00 1"}
	answer = store.Answer{Status: 201, Location: "/d/1", ContentType: "application/json", Body: []byte("{\"a\":\"\x00é\"}")}
)

// claim claims a key for a minute and checks what the claim says.
func (b *bed) claim(t *testing.T, k store.IdempotencyKey, now time.Time, want store.ClaimState) *store.Claim {
	t.Helper()
	c, err := b.Claim(t.Context(), k, now, time.Minute)
	must(t, err)
	if c.State != want {
		t.Fatalf("the claim's state is %d, want %d", c.State, want)
	}
	return c
}

func TestAnswerIsGivenAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		for name, dossier := range map[string]string{"of a dossier": d.ID, "of none": ""} {
			k := retry
			k.Key += name
			c := b.claim(t, k, noon, store.ClaimFresh)
			b.claim(t, k, noon, store.ClaimInProgress)
			must(t, b.Finish(t.Context(), c, []byte("body"), dossier, answer, noon.Add(time.Hour)))
			again := b.claim(t, k, noon.Add(59*time.Minute), store.ClaimAnswered)
			if !reflect.DeepEqual(again.Answer, &answer) {
				t.Errorf("the answer %s came back as %+v", name, again.Answer)
			}
			if !again.Matches([]byte("body")) || again.Matches([]byte("another body")) {
				t.Errorf("the answer %s does not know its request", name)
			}
			b.claim(t, k, noon.Add(time.Hour), store.ClaimFresh)
		}
	})
}

func TestKeysOfOthersAreNotMet(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		for _, k := range []store.IdempotencyKey{
			retry, {Tenant: "other", Client: "c", Key: retry.Key}, {Tenant: "default", Client: "d", Key: retry.Key}, {Tenant: "default", Client: "c"},
		} {
			b.claim(t, k, noon, store.ClaimFresh)
		}
	})
}

func TestClaimEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		must(t, b.Abandon(t.Context(), b.claim(t, retry, noon, store.ClaimFresh)))
		slow := b.claim(t, retry, noon, store.ClaimFresh)
		late := noon.Add(time.Minute)
		next := b.claim(t, retry, late, store.ClaimFresh)
		must(t, b.Abandon(t.Context(), slow)) // Overtaken: both do nothing.
		must(t, b.Finish(t.Context(), slow, []byte("body"), "", store.Answer{Status: 500}, late.Add(time.Hour)))
		b.claim(t, retry, late, store.ClaimInProgress)
		must(t, b.Finish(t.Context(), next, []byte("body"), "", answer, late.Add(time.Hour)))
		must(t, b.Abandon(t.Context(), next))
		answered := b.claim(t, retry, late, store.ClaimAnswered)
		if err := b.Finish(t.Context(), answered, []byte("body"), "", answer, late); err == nil {
			t.Error("an answer that was given was finished again")
		}
	})
}

func TestClaimIsRenewed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		c := b.claim(t, retry, noon, store.ClaimFresh)
		must(t, b.Renew(t.Context(), c, noon.Add(2*time.Minute)))
		b.claim(t, retry, noon.Add(119*time.Second), store.ClaimInProgress)
		after := b.claim(t, retry, noon.Add(2*time.Minute), store.ClaimFresh)
		must(t, b.Renew(t.Context(), c, noon.Add(time.Hour))) // overtaken: it is not ours any more
		must(t, b.Finish(t.Context(), after, []byte("body"), "", answer, noon.Add(time.Hour)))
		b.claim(t, retry, noon.Add(3*time.Minute), store.ClaimAnswered)
		if b.Renew(t.Context(), b.claim(t, retry, noon.Add(3*time.Minute), store.ClaimAnswered), noon) == nil {
			t.Error("a claim that is not fresh is renewed")
		}
	})
}

func TestAnswerDiesWithItsDossier(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		second := retry
		second.Key = "second"
		must(t, b.Finish(t.Context(), b.claim(t, retry, noon, store.ClaimFresh), []byte("body"), d.ID, answer, noon.Add(time.Hour)))
		tooLate := b.claim(t, second, noon, store.ClaimFresh)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteDossier(ctx, d.TenantID, d.ID, idv.Effects{Event: d.Deleted(noon)})
		})
		must(t, b.Finish(t.Context(), tooLate, []byte("body"), d.ID, answer, noon.Add(time.Hour)))
		if n := b.count(t, "SELECT COUNT(*) FROM idempotency"); n != 0 {
			t.Errorf("%d answers are left", n)
		}
	})
}

func TestOneOfManyClaimsTheKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		var fresh atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				c, err := b.Claim(t.Context(), retry, noon, time.Minute)
				if err != nil {
					t.Error(err)
				} else if c.State == store.ClaimFresh {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		if n := fresh.Load(); n != 1 {
			t.Errorf("%d got the key, want 1", n)
		}
	})
}

func TestExpiredAnswersAreDeleted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		b.claim(t, retry, noon, store.ClaimFresh)
		must(t, b.DeleteExpiredAnswers(t.Context(), noon.Add(time.Minute-time.Microsecond)))
		b.claim(t, retry, noon, store.ClaimInProgress)
		must(t, b.DeleteExpiredAnswers(t.Context(), noon.Add(24*time.Hour)))
		if n := b.count(t, "SELECT COUNT(*) FROM idempotency"); n != 1 {
			t.Errorf("%d are left of a claim that may be tried again", n)
		}
		must(t, b.DeleteExpiredAnswers(t.Context(), noon.Add(24*time.Hour+time.Minute)))
		if n := b.count(t, "SELECT COUNT(*) FROM idempotency"); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

// TestStartFreesTheKeysOfAKilledProcess holds where the file has one process.
func TestStartFreesTheKeysOfAKilledProcess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		b.claim(t, retry, noon, store.ClaimFresh)
		must(t, b.ClearLeases(t.Context(), noon))
		want := store.ClaimInProgress
		if b.Engine() == store.SQLite {
			want = store.ClaimFresh
		}
		b.claim(t, retry, noon, want)
	})
}

// TestObjectIsHandedOn: who takes over a claim without an answer makes the same
// object; after an answer, or a refusal, it is another.
func TestObjectIsHandedOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		first := b.claim(t, retry, noon, store.ClaimFresh)
		late := noon.Add(time.Minute)
		second := b.claim(t, retry, late, store.ClaimFresh)
		if first.Object == "" || second.Object != first.Object {
			t.Errorf("object %q, after a crash %q", first.Object, second.Object)
		}
		must(t, b.Finish(t.Context(), second, []byte("body"), "", answer, late.Add(time.Hour)))
		third := b.claim(t, retry, late.Add(time.Hour), store.ClaimFresh)
		if third.Object == first.Object {
			t.Error("a new request after the answer's time gets the old object")
		}
		must(t, b.Abandon(t.Context(), third))
		if fourth := b.claim(t, retry, late.Add(time.Hour), store.ClaimFresh); fourth.Object == third.Object {
			t.Error("a new request after a refusal gets the old object")
		}
	})
}
