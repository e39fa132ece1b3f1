package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

func client(id, tenant string) store.Client {
	return store.Client{
		ID: id, Tenant: tenant, Name: "Büro " + id, SecretHash: []byte{0, 1, 255},
		Scopes: []string{"signicat-api", "client.assure.api"}, CreatedAt: noon,
	}
}

func TestClientsOfATenant(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		one, two, foreign := client("c-1", "default"), client("c-2", "default"), client("c-3", "other")
		for _, c := range []store.Client{two, one, foreign} {
			must(t, b.CreateClient(t.Context(), c))
		}
		if got, err := b.Client(t.Context(), "c-3"); err != nil || !reflect.DeepEqual(got, foreign) {
			t.Errorf("Client gives %+v, %v", got, err)
		}
		if got, err := b.ListClients(t.Context(), "default"); err != nil || !reflect.DeepEqual(got, []store.Client{one, two}) {
			t.Errorf("ListClients gives %+v, %v", got, err)
		}
		_, err := b.Client(t.Context(), "c-4")
		mustBe(t, idv.CodeNotFound, err)
		if err := b.CreateClient(t.Context(), one); err == nil {
			t.Error("an id was given twice")
		}
		if err := b.CreateClient(t.Context(), client("c-5", "nobody")); err == nil {
			t.Error("an unknown tenant has a client")
		}
	})
}

func TestTokenEndsWithItsClient(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		must(t, b.CreateClient(t.Context(), client("c-1", "default")))
		must(t, b.CreateClient(t.Context(), client("c-2", "default")))
		token := func(hash, client string) store.Token {
			return store.Token{Hash: []byte(hash), Tenant: "default", ClientID: client, Scopes: []string{"client.assure.api"}, ExpiresAt: noon.Add(time.Minute)}
		}
		for _, want := range []store.Token{token("one", "c-1"), token("two", "c-2")} {
			must(t, b.SaveToken(t.Context(), want))
			if got, err := b.Token(t.Context(), want.Hash); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("Token gives %+v, %v", got, err)
			}
		}
		mustBe(t, idv.CodeNotFound, b.RevokeClient(t.Context(), "other", "c-1", noon))
		must(t, b.RevokeClient(t.Context(), "default", "c-1", noon))
		must(t, b.RevokeClient(t.Context(), "default", "c-1", noon.Add(time.Hour)))
		_, err := b.Token(t.Context(), []byte("one"))
		mustBe(t, idv.CodeNotFound, err)
		if c, err := b.Client(t.Context(), "c-1"); err != nil || !c.RevokedAt.Equal(noon) {
			t.Errorf("revoked at %v, %v, want the first time", c.RevokedAt, err)
		}
		// A token that was being made meanwhile is worth nothing either.
		must(t, b.SaveToken(t.Context(), token("late", "c-1")))
		_, err = b.Token(t.Context(), []byte("late"))
		mustBe(t, idv.CodeNotFound, err)
		_, err = b.Token(t.Context(), []byte("two"))
		must(t, err)
	})
}

func TestExpiredTokensAreDeleted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		must(t, b.CreateClient(t.Context(), client("c", "default")))
		for hash, end := range map[string]time.Duration{"past": -1, "now": 0, "later": time.Microsecond} {
			must(t, b.SaveToken(t.Context(), store.Token{Hash: []byte(hash), Tenant: "default", ClientID: "c", ExpiresAt: noon.Add(end)}))
		}
		must(t, b.DeleteExpiredTokens(t.Context(), noon))
		if n := b.count(t, "SELECT COUNT(*) FROM tokens"); n != 1 {
			t.Errorf("%d tokens are left, want 1", n)
		}
		_, err := b.Token(t.Context(), []byte("later"))
		must(t, err)
	})
}

func TestSettingsAreReplaced(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		_, err := b.Setting(t.Context(), "webhook")
		mustBe(t, idv.CodeNotFound, err)
		for _, want := range []string{"first", "", "a\x00\xff"} {
			must(t, b.SaveSetting(t.Context(), "webhook", []byte(want)))
			if got, err := b.Setting(t.Context(), "webhook"); err != nil || string(got) != want {
				t.Errorf("Setting gives %q, %v, want %q", got, err, want)
			}
		}
	})
}

// TestEnsuredSettingIsMadeOnce lets several replicas start at the same time.
func TestEnsuredSettingIsMadeOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		got := make(chan string)
		for i := range 8 {
			go func() {
				v, err := b.EnsureSetting(t.Context(), "key", noon, func() ([]byte, error) { return fmt.Append(nil, "v", i), nil })
				if err != nil {
					t.Error(err)
				}
				got <- string(v)
			}()
		}
		first := <-got
		for range 7 {
			if v := <-got; v != first {
				t.Errorf("one got %q and another %q", first, v)
			}
		}
		again, err := b.EnsureSetting(t.Context(), "key", noon, func() ([]byte, error) { return nil, errors.New("made twice") })
		if err != nil || string(again) != first {
			t.Errorf("later: %q, %v", again, err)
		}
		err = b.ChangeSetting(t.Context(), "key", noon, func(old []byte) ([]byte, error) { return append(old, '+'), nil })
		if now, _ := b.Setting(t.Context(), "key"); err != nil || string(now) != first+"+" {
			t.Errorf("changed to %q, %v", now, err)
		}
		err = b.ChangeSetting(t.Context(), "key", noon, func([]byte) ([]byte, error) {
			return []byte("late"), b.SaveSetting(t.Context(), "key", []byte("by somebody else"))
		})
		if now, _ := b.Setting(t.Context(), "key"); idv.CodeOf(err) != idv.CodeInvalidState || string(now) != "by somebody else" {
			t.Errorf("a change over another's: %q, %v", now, err)
		}
		if err := b.ChangeSetting(t.Context(), "none", noon, nil); idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("a change of nothing: %v", err)
		}
		if _, err := b.EnsureSetting(t.Context(), "other", noon, func() ([]byte, error) { return nil, errors.New("no luck") }); err == nil {
			t.Error("a value that could not be made was stored")
		}
	})
}
