package auth_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

func newAuthority(t *testing.T, now *time.Time) *auth.Authority {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "key.json"))
	check(t, err)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "dossier.db"), store.Options{Sealer: sealer, NewID: uuid.NewString})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	return &auth.Authority{Rows: db, Now: func() time.Time { return *now }, Random: rand.Reader, NewID: uuid.NewString}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	who, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
	check(t, err)
	grant, err := a.Issue(t.Context(), who.ID, who.Secret, "")
	check(t, err)
	if grant.Scope != auth.ScopeAll || grant.ExpiresIn != 10*time.Minute {
		t.Errorf("granted %q for %v", grant.Scope, grant.ExpiresIn)
	}
	now = now.Add(auth.TokenLife - time.Millisecond)
	caller, err := a.Check(t.Context(), grant.AccessToken)
	check(t, err)
	if caller.Tenant != store.DefaultTenant || caller.ClientID != who.ID || !caller.May(auth.ScopeAssure) {
		t.Errorf("caller %+v", caller)
	}
	now = now.Add(time.Millisecond)
	if _, err := a.Check(t.Context(), grant.AccessToken); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("an expired token: %v", err)
	}
}

func TestRevokedClients(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	who, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
	check(t, err)
	grant, err := a.Issue(t.Context(), who.ID, who.Secret, auth.ScopeAssure)
	check(t, err)
	check(t, a.Rows.RevokeClient(t.Context(), store.DefaultTenant, who.ID, now))
	if _, err := a.Check(t.Context(), grant.AccessToken); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("a token of a revoked client: %v", err)
	}
	var refused *auth.TokenError
	if _, err := a.Issue(t.Context(), who.ID, who.Secret, ""); !errors.As(err, &refused) || refused.Code != "invalid_client" {
		t.Errorf("a revoked client asks: %v", err)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	who, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
	check(t, err)
	grant, err := a.Issue(t.Context(), who.ID, who.Secret, "client.capture.api client.assure.api client.assure.api")
	check(t, err)
	if grant.Scope != "client.assure.api client.capture.api" {
		t.Errorf("scope %q", grant.Scope)
	}
	narrow, err := a.Issue(t.Context(), who.ID, who.Secret, auth.ScopeCapture)
	check(t, err)
	caller, err := a.Check(t.Context(), narrow.AccessToken)
	check(t, err)
	if caller.May(auth.ScopeAssure) || !caller.May(auth.ScopeCapture) {
		t.Errorf("caller %+v", caller)
	}
}

// readable is 256 bits in letters and digits that no command line takes for a
// flag.
var readable = regexp.MustCompile(`^[a-z2-7]{52}$`)

func TestSecretsHave256Bits(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	seen := map[string]bool{}
	for range 20 {
		who, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
		check(t, err)
		if !readable.MatchString(who.Secret) || seen[who.Secret] {
			t.Errorf("secret %q", who.Secret)
		}
		seen[who.Secret] = true
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
