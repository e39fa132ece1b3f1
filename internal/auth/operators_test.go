package auth_test

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/store"
)

// TestCodesAreThoseOfTheRFC holds Code to RFC 6238 appendix B, of which six of
// the eight digits are shown here.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := auth.Code([]byte("12345678901234567890"), time.Unix(at, 0)); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

// desk is an Operators on a real database with a clock that the test turns.
type desk struct {
	*auth.Operators
	t   *testing.T
	db  *store.DB
	now time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "keys.json"))
	must(t, err)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "dossier.db"), store.Options{Sealer: sealer, NewID: uuid.NewString})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	d := &desk{t: t, db: db, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	d.Operators = auth.NewOperators(db, func() time.Time { return d.now }, rand.Reader, uuid.NewString)
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) enrol(name string) auth.Enrolment {
	d.t.Helper()
	e, err := d.Create(d.t.Context(), store.DefaultTenant, name, idv.RoleReviewer)
	must(d.t, err)
	return e
}

func (d *desk) code(e auth.Enrolment) string {
	d.t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	must(d.t, err)
	return auth.Code(secret, d.now)
}

func (d *desk) login(e auth.Enrolment) (string, error) {
	return d.Login(d.t.Context(), e.Name, e.Password, d.code(e))
}

func (d *desk) refused(what string, err error) {
	d.t.Helper()
	if !errors.Is(err, auth.ErrRefused) {
		d.t.Errorf("%s: %v, want the one refusal", what, err)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, e := t.Context(), d.enrol("ada")
	code := d.code(e)
	_, err := d.Login(ctx, "nobody", e.Password, code)
	d.refused("an unknown name", err)
	_, err = d.Login(ctx, "ada", "wrong", code)
	d.refused("a wrong password", err)
	_, err = d.Login(ctx, "ada", e.Password, "000000")
	d.refused("a wrong code", err)
	session, err := d.login(e)
	must(t, err)
	who, err := d.Check(ctx, session)
	if err != nil || who.Name != "ada" || who.Role != idv.RoleReviewer || who.TOTP != nil || who.Password != "" {
		t.Errorf("the session is of %+v, %v", who, err)
	}
	_, err = d.login(e)
	d.refused("a code that was taken", err)
	must(t, d.Logout(ctx, session, who))
	if _, err := d.Check(ctx, session); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("after the logout: %v", err)
	}
}

// TestTriesAreDamped: after five wrong tries also a right one has to wait, each
// time longer, and never longer than a quarter of an hour.
func TestTriesAreDamped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	e := d.enrol("ada")
	for range 5 {
		_, err := d.Login(t.Context(), "ada", "wrong", "000000")
		d.refused("a wrong password", err)
	}
	_, err := d.login(e)
	d.refused("a right login while locked", err)
	d.now = d.now.Add(2 * time.Second)
	_, err = d.login(e)
	must(t, err)
	for range 40 {
		d.now = d.now.Add(15 * time.Minute)
		_, err := d.Login(t.Context(), "ada", "wrong", "000000")
		d.refused("a wrong password", err)
	}
	d.now = d.now.Add(15*time.Minute - time.Second)
	_, err = d.login(e)
	d.refused("a right login a second early", err)
	d.now = d.now.Add(time.Second)
	_, err = d.login(e)
	must(t, err)
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, e := t.Context(), d.enrol("ada")
	open := func() string {
		d.now = d.now.Add(time.Minute) // for another code
		session, err := d.login(e)
		must(t, err)
		return session
	}
	ended := func(what, session string) {
		t.Helper()
		if _, err := d.Check(ctx, session); !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("%s: %v, want that the session is over", what, err)
		}
	}
	idle := open()
	d.now = d.now.Add(auth.SessionIdle)
	ended("idle", idle)
	used := open()
	for range int(auth.SessionLife / (20 * time.Minute)) {
		_, err := d.Check(ctx, used)
		must(t, err)
		d.now = d.now.Add(20 * time.Minute)
	}
	ended("used for half a day", used)

	before, disabled := open(), open()
	who, err := d.Named(ctx, "ada")
	must(t, err)
	must(t, d.Disable(ctx, who.Tenant, who.ID))
	ended("disabled", disabled)
	d.now = d.now.Add(time.Minute)
	_, err = d.login(e)
	d.refused("a disabled operator", err)
	fresh, err := d.Reset(ctx, who.Tenant, who.ID)
	must(t, err)
	ended("reset", before)
	_, err = d.login(e)
	d.refused("what was before the reset", err)
	e = fresh
	_ = open()
}

func TestLinksWorkOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	d.enrol("ada")
	who, err := d.Named(ctx, "ada")
	must(t, err)
	link, err := d.Link(ctx, who.ID)
	must(t, err)
	if _, err := d.Check(ctx, link); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("a link is a session: %v", err)
	}
	session, err := d.Enter(ctx, link)
	must(t, err)
	_, err = d.Check(ctx, session)
	must(t, err)
	_, err = d.Enter(ctx, link)
	d.refused("a link that was used", err)
	late, err := d.Link(ctx, who.ID)
	must(t, err)
	d.now = d.now.Add(auth.LinkLife)
	_, err = d.Enter(ctx, late)
	d.refused("a link that is old", err)
}

func TestOperatorsAreChecked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.enrol("ada")
	for name, role := range map[string]idv.Role{"": idv.RoleViewer, "-x": idv.RoleViewer, "a b": idv.RoleViewer, strings.Repeat("a", 65): idv.RoleViewer, "bob": "king"} {
		if _, err := d.Create(t.Context(), store.DefaultTenant, name, role); idv.CodeOf(err) != idv.CodeInvalid {
			t.Errorf("%q as %s: %v", name, role, err)
		}
	}
	if _, err := d.Create(t.Context(), store.DefaultTenant, "ada", idv.RoleViewer); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("a name twice: %v", err)
	}
	if _, err := d.Create(t.Context(), "nowhere", "bob", idv.RoleViewer); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("an unknown tenant: %v", err)
	}
}
