package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// TokenLife is how long an access token is good for.
const TokenLife = 600 * time.Second

// clockSkew is how far apart the clocks of replicas may be.
const clockSkew = time.Minute

// Rows is where clients and tokens are kept.
type Rows interface {
	CreateClient(ctx context.Context, c store.Client) error
	Client(ctx context.Context, id string) (store.Client, error)
	ListClients(ctx context.Context, tenant string) ([]store.Client, error)
	RotateClient(ctx context.Context, r store.Rotation) error
	RevokeClient(ctx context.Context, tenant, id string, now time.Time) error
	SaveToken(ctx context.Context, t store.Token) error
	Token(ctx context.Context, hash []byte) (store.Token, error)
}

// Authority issues and checks tokens.
type Authority struct {
	// Rows keeps clients and tokens.
	Rows Rows
	// Now gives the time, Random random bytes, NewID a fresh client id.
	Now    func() time.Time
	Random io.Reader
	NewID  func() string
}

// Caller is who a valid token belongs to.
type Caller struct {
	Tenant, ClientID string
	scopes           []string
}

// May says whether one of the caller's scopes allows what any of the wanted ones
// does. Nothing wanted is nothing allowed.
func (c Caller) May(wanted ...string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool {
		return slices.ContainsFunc(c.scopes, func(has string) bool { return covers(has, w) })
	})
}

// Credentials are a client's id and secret; the secret is shown once.
type Credentials struct{ ID, Secret string }

// Grant is an access token as the token endpoint answers it.
type Grant struct {
	AccessToken string
	ExpiresIn   time.Duration
	Scope       string
}

// TokenError is an answer of RFC 6749 section 5.2.
type TokenError struct{ Code, Description string }

// Error gives code and description.
func (e *TokenError) Error() string { return e.Code + ": " + e.Description }

// ErrUnauthenticated says that a bearer token is unknown, expired or revoked.
var ErrUnauthenticated = errors.New("the access token is unknown or expired")

// CreateClient makes an API client of a tenant. The name is for people. Without
// scopes it gets those that a client of the hosted service has.
func (a *Authority) CreateClient(ctx context.Context, tenant, name string, scopes ...string) (Credentials, error) {
	if len(scopes) == 0 {
		scopes = []string{ScopeAll, ScopeAssure, ScopeCapture}
	}
	for _, s := range scopes {
		if !slices.Contains(Scopes(), s) {
			return Credentials{}, fmt.Errorf("create client: %q is not a scope", s)
		}
	}
	secret, err := newSecret(a.Random)
	if err != nil {
		return Credentials{}, err
	}
	c := store.Client{
		ID: "client-" + a.NewID(), Tenant: tenant, Name: name,
		SecretHash: hash(secret), Scopes: scopes, CreatedAt: a.Now(),
	}
	if err := a.Rows.CreateClient(ctx, c); err != nil {
		return Credentials{}, fmt.Errorf("create client: %w", err)
	}
	return Credentials{c.ID, secret}, nil
}

// RotateSecret gives a client another secret. The one before is good for the
// overlap; without one it ends at once, and the client's tokens with it.
func (a *Authority) RotateSecret(ctx context.Context, tenant, id string, overlap time.Duration) (Credentials, error) {
	secret, err := newSecret(a.Random)
	if err != nil {
		return Credentials{}, err
	}
	now := a.Now()
	err = a.Rows.RotateClient(ctx, store.Rotation{
		Tenant: tenant, Client: id, SecretHash: hash(secret), At: now, PreviousUntil: now.Add(max(overlap, 0)),
	})
	if err != nil {
		return Credentials{}, fmt.Errorf("rotate the secret: %w", err)
	}
	return Credentials{id, secret}, nil
}

// Issue answers the client-credentials grant. scope is space-separated; empty
// or the one for all means everything that the client may have, and the grant
// says what that is (RFC 6749 section 3.3). A refusal is a *TokenError.
func (a *Authority) Issue(ctx context.Context, id, secret, scope string) (Grant, error) {
	client, err := a.authenticate(ctx, id, secret)
	if err != nil {
		return Grant{}, err
	}
	scopes, err := allowed(client, scope)
	if err != nil {
		return Grant{}, err
	}
	token, err := newSecret(a.Random)
	if err != nil {
		return Grant{}, err
	}
	err = a.Rows.SaveToken(ctx, store.Token{
		Hash: hash(token), Tenant: client.Tenant, ClientID: client.ID, Scopes: scopes, ExpiresAt: a.Now().Add(TokenLife),
	})
	if err != nil {
		return Grant{}, fmt.Errorf("save token: %w", err)
	}
	return Grant{AccessToken: token, ExpiresIn: TokenLife, Scope: strings.Join(scopes, " ")}, nil
}

// Check says whose token it is, or ErrUnauthenticated.
func (a *Authority) Check(ctx context.Context, token string) (Caller, error) {
	t, err := a.Rows.Token(ctx, hash(token))
	if idv.CodeOf(err) == idv.CodeNotFound {
		return Caller{}, ErrUnauthenticated
	}
	if err != nil {
		return Caller{}, fmt.Errorf("look for token: %w", err)
	}
	// A token that has longer to live than any is given was made before the clock
	// was set back: it ends, rather than live for as long as that was.
	if left := t.ExpiresAt.Sub(a.Now()); left <= 0 || left > TokenLife+clockSkew {
		return Caller{}, ErrUnauthenticated
	}
	return Caller{Tenant: t.Tenant, ClientID: t.ClientID, scopes: t.Scopes}, nil
}

// authenticate compares in constant time, and takes as long for a client that
// does not exist.
func (a *Authority) authenticate(ctx context.Context, id, secret string) (store.Client, error) {
	refused := &TokenError{"invalid_client", "the client id or secret is wrong"}
	c, err := a.Rows.Client(ctx, id)
	if err != nil && idv.CodeOf(err) != idv.CodeNotFound {
		return store.Client{}, fmt.Errorf("look for client: %w", err)
	}
	known := err == nil && c.RevokedAt.IsZero()
	if !known {
		c.SecretHash = hash("") // compared all the same, and refused
	}
	given := hash(secret)
	fits := subtle.ConstantTimeCompare(given, c.SecretHash)
	previous := subtle.ConstantTimeCompare(given, c.PreviousHash)
	if a.Now().Before(c.PreviousUntil) {
		fits |= previous
	}
	if fits != 1 || !known {
		return store.Client{}, refused
	}
	return c, nil
}

func allowed(c store.Client, scope string) ([]string, error) {
	asked := strings.Fields(scope)
	if all := len(asked) == 0 || slices.Equal(asked, []string{ScopeAll}); all {
		if slices.Contains(c.Scopes, ScopeAll) {
			return []string{ScopeAll}, nil
		}
		asked = slices.Clone(c.Scopes)
	}
	for _, s := range asked {
		if !slices.ContainsFunc(c.Scopes, func(has string) bool { return covers(has, s) }) {
			return nil, &TokenError{"invalid_scope", "the client may not have one of these scopes"}
		}
	}
	slices.Sort(asked)
	return slices.Compact(asked), nil
}

// letters write a secret with a to z and 2 to 7 only (RFC 4648 section 6, in
// lower case): one word to a double click, and never taken for a flag, as what
// begins with a dash is on a command line.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newSecret gives 256 random bits as text.
func newSecret(random io.Reader) (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return letters.EncodeToString(b), nil
}

func hash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
