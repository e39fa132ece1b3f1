package auth_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
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

// TestRotation: both secrets are good during the overlap, and only the new one
// after it; without an overlap the tokens end too.
func TestRotation(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	old, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
	check(t, err)
	made, err := a.RotateSecret(t.Context(), store.DefaultTenant, old.ID, time.Hour)
	check(t, err)
	works := func(secret string) bool {
		_, err := a.Issue(t.Context(), old.ID, secret, "")
		return err == nil
	}
	if made.ID != old.ID || !works(old.Secret) || !works(made.Secret) || works("") {
		t.Error("during the overlap not just the two secrets work")
	}
	now = now.Add(time.Hour)
	if works(old.Secret) || !works(made.Secret) {
		t.Error("after the overlap not just the new secret works")
	}
	grant, err := a.Issue(t.Context(), old.ID, made.Secret, "")
	check(t, err)
	last, err := a.RotateSecret(t.Context(), store.DefaultTenant, old.ID, 0)
	check(t, err)
	if _, err := a.Check(t.Context(), grant.AccessToken); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("a token of the secret that leaked: %v", err)
	}
	if works(made.Secret) || !works(last.Secret) {
		t.Error("the leaked secret still works")
	}
	if _, err := a.RotateSecret(t.Context(), "other", old.ID, 0); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("a client of another tenant: %v", err)
	}
	check(t, a.Rows.RevokeClient(t.Context(), store.DefaultTenant, old.ID, now))
	if _, err := a.RotateSecret(t.Context(), store.DefaultTenant, old.ID, 0); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("a revoked client: %v", err)
	}
}

// TestClockSetBack: a token does not outlive its ten minutes by as much as the
// clock was set back, and a few seconds between replicas do no harm.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	who, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
	check(t, err)
	grant, err := a.Issue(t.Context(), who.ID, who.Secret, "")
	check(t, err)
	now = now.Add(-30 * time.Second)
	if _, err := a.Check(t.Context(), grant.AccessToken); err != nil {
		t.Errorf("on a replica that is behind: %v", err)
	}
	now = now.Add(-24 * time.Hour)
	if _, err := a.Check(t.Context(), grant.AccessToken); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("a day back: %v", err)
	}
	if _, err := a.Issue(t.Context(), who.ID, who.Secret, ""); err != nil {
		t.Errorf("a new token: %v", err)
	}
}

// TestWhatScopesCover is the table of docs/access.md.
func TestWhatScopesCover(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := newAuthority(t, &now)
	who, err := a.CreateClient(t.Context(), store.DefaultTenant, "backend")
	check(t, err)
	narrow := []string{auth.ScopeRead, auth.ScopeUpload, auth.ScopeStart, auth.ScopeDelete, auth.ScopeConfigure, auth.ScopeOperate}
	for scope, covered := range map[string][]string{
		auth.ScopeAll: auth.Scopes(), auth.ScopeAssure: append([]string{auth.ScopeAssure}, narrow...),
		auth.ScopeCapture: {auth.ScopeCapture}, auth.ScopeRead: {auth.ScopeRead},
	} {
		grant, err := a.Issue(t.Context(), who.ID, who.Secret, scope)
		check(t, err)
		caller, err := a.Check(t.Context(), grant.AccessToken)
		check(t, err)
		for _, wanted := range auth.Scopes() {
			if caller.May(wanted) != slices.Contains(covered, wanted) {
				t.Errorf("%s covers %s: %v", scope, wanted, caller.May(wanted))
			}
		}
		if caller.May() {
			t.Errorf("%s may what demands nothing", scope)
		}
	}
}
