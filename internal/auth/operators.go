package auth

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// How long an operator stays logged in, and how long a link to log in is good.
const (
	// SessionLife ends a session whatever is done in it.
	SessionLife = 12 * time.Hour
	// SessionIdle ends a session in which nothing is done.
	SessionIdle = 30 * time.Minute
	// LinkLife is how long a one-time link is good.
	LinkLife = time.Hour
	// touchEvery is how exactly it is known when a session was last used.
	touchEvery = time.Minute
)

// Damping: the first tries are free, then each waits twice as long as the last.
const (
	freeTries   = 5
	firstWait   = 2 * time.Second
	longestWait = 15 * time.Minute
)

// OperatorRows is where operators and their sessions are kept.
type OperatorRows interface {
	CreateOperator(ctx context.Context, o store.Operator) error
	Operator(ctx context.Context, tenant, id string) (store.Operator, error)
	OperatorByName(ctx context.Context, name string) (store.Operator, error)
	OperatorBySubject(ctx context.Context, subject string) (store.Operator, error)
	Operators(ctx context.Context, tenant string) ([]store.Operator, error)
	ChangeOperator(ctx context.Context, tenant, id string, a idv.Action, now time.Time, end bool, change func(*store.Operator) error) error
	SaveSession(ctx context.Context, s store.Session) error
	Session(ctx context.Context, hash []byte) (store.Session, store.Operator, error)
	TouchSession(ctx context.Context, hash []byte, now time.Time) error
	TakeLink(ctx context.Context, hash []byte, now time.Time) (tenant, operator string, err error)
	EndSession(ctx context.Context, hash []byte, o store.Operator, now time.Time) error
}

// Operators logs the people in who use the console.
type Operators struct {
	rows   OperatorRows
	now    func() time.Time
	random io.Reader
	newID  func() string
	// hashing bounds how many passwords are hashed at once: each takes 19 MiB.
	hashing chan struct{}
}

// NewOperators makes an Operators; newID gives a fresh id.
func NewOperators(rows OperatorRows, now func() time.Time, random io.Reader, newID func() string) *Operators {
	return &Operators{rows: rows, now: now, random: random, newID: newID, hashing: make(chan struct{}, 2)}
}

// Enrolment is what a person needs to log in. It is shown once.
type Enrolment struct {
	Name, Password string
	// Secret is typed into an authenticator app, or read from a QR code of URI.
	Secret, URI string
}

// ErrRefused is the one answer to a login that is not right: name, password,
// code, too many tries and a disabled operator are not told apart.
var ErrRefused = errors.New("the name, the password or the code is not right, or there were too many tries: wait a moment and try again with a new code")

// operatorName is what a name may look like: it stands in the audit trail and on
// command lines.
var operatorName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,63}$`)

// Create makes an operator of a tenant and gives what they log in with.
func (o *Operators) Create(ctx context.Context, tenant, name string, role idv.Role) (Enrolment, error) {
	var faults []idv.InvalidParam
	if !operatorName.MatchString(name) {
		faults = append(faults, idv.InvalidParam{Name: "name", Reason: "must have 1 to 64 letters, digits, dots, underscores, @ or hyphens, and begin with a letter or digit"})
	}
	if !slices.Contains(idv.Roles(), role) {
		faults = append(faults, idv.InvalidParam{Name: "role", Reason: "must be viewer, reviewer or administrator"})
	}
	if faults != nil {
		return Enrolment{}, idv.Refuse(idv.CodeInvalid, "the operator is not valid", faults...)
	}
	made := store.Operator{ID: o.newID(), Tenant: tenant, Name: name, Role: role, CreatedAt: o.now()}
	e, err := o.enrol(&made)
	if err != nil {
		return Enrolment{}, err
	}
	if err := o.rows.CreateOperator(ctx, made); err != nil {
		return Enrolment{}, fmt.Errorf("create operator: %w", err)
	}
	return e, nil
}

// Reset gives an operator another password and another secret, ends their
// sessions, and lets them in again if they were disabled.
func (o *Operators) Reset(ctx context.Context, tenant, id string) (e Enrolment, err error) {
	err = o.rows.ChangeOperator(ctx, tenant, id, idv.ActionOperatorReset, o.now(), true, func(op *store.Operator) error {
		if op.Subject != "" {
			return idv.Refuse(idv.CodeInvalidState, "this operator logs in at the identity provider and has no password: nothing can be reset here")
		}
		op.DisabledAt, op.Failures, op.LockedUntil = time.Time{}, 0, time.Time{}
		e, err = o.enrol(op)
		return err
	})
	return e, err
}

// Disable ends an operator and their sessions.
func (o *Operators) Disable(ctx context.Context, tenant, id string) error {
	return o.rows.ChangeOperator(ctx, tenant, id, idv.ActionOperatorDisabled, o.now(), true, func(op *store.Operator) error {
		op.DisabledAt = o.now()
		return nil
	})
}

// enrol draws password and secret of an operator.
func (o *Operators) enrol(op *store.Operator) (Enrolment, error) {
	drawn := make([]byte, 15)
	op.TOTP, op.Code = make([]byte, totpSecret), 0
	for _, b := range [][]byte{drawn, op.TOTP} {
		if _, err := io.ReadFull(o.random, b); err != nil {
			return Enrolment{}, fmt.Errorf("read random bytes: %w", err)
		}
	}
	password := letters.WithPadding(base32.NoPadding).EncodeToString(drawn)
	var err error
	if op.Password, err = hashPassword(o.random, password); err != nil {
		return Enrolment{}, err
	}
	secret := secretText(op.TOTP)
	return Enrolment{Name: op.Name, Password: password, Secret: secret, URI: enrolment("Dossier", op.Name, secret)}, nil
}

// Login gives the secret of a new session, or ErrRefused.
func (o *Operators) Login(ctx context.Context, name, password, code string) (string, error) {
	found, err := o.rows.OperatorByName(ctx, name)
	known := err == nil
	if err != nil && idv.CodeOf(err) != idv.CodeNotFound {
		return "", err
	}
	select {
	case o.hashing <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	right := isPassword(password, found.Password)
	<-o.hashing
	if !known {
		return "", ErrRefused
	}
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorOperator, ID: found.Name})
	_, rightCode := takeCode(found.TOTP, code, o.now(), found.Code)
	if !right || !rightCode || !found.DisabledAt.IsZero() || o.locked(found) {
		return "", o.refuse(ctx, found)
	}
	err = o.rows.ChangeOperator(ctx, found.Tenant, found.ID, idv.ActionOperatorLogin, o.now(), false, func(op *store.Operator) error {
		return o.admit(op, code)
	})
	if err != nil {
		return "", err
	}
	return o.open(ctx, found.ID, false, SessionLife)
}

// refuse notes a login that was not right.
func (o *Operators) refuse(ctx context.Context, op store.Operator) error {
	err := o.rows.ChangeOperator(ctx, op.Tenant, op.ID, idv.ActionOperatorRefused, o.now(), false, func(op *store.Operator) error {
		o.damp(op)
		return nil
	})
	if err != nil {
		return err
	}
	return ErrRefused
}

// admit takes the code once more, of the operator as stored: another login may
// have taken it meanwhile.
func (o *Operators) admit(op *store.Operator, code string) error {
	counter, ok := takeCode(op.TOTP, code, o.now(), op.Code)
	if !ok || !op.DisabledAt.IsZero() {
		return ErrRefused
	}
	op.Code, op.Failures, op.LockedUntil, op.LoginAt = counter, 0, time.Time{}, o.now()
	return nil
}

// locked says whether an operator has to wait. Nobody waits because the clock was
// ahead once.
func (o *Operators) locked(op store.Operator) bool {
	left := op.LockedUntil.Sub(o.now())
	return left > 0 && left <= longestWait
}

// damp lets each further try wait longer. What is tried while an operator is
// locked does not count: nobody can keep them out for good.
func (o *Operators) damp(op *store.Operator) {
	if o.locked(*op) {
		return
	}
	op.Failures++
	if op.Failures >= freeTries {
		wait := longestWait
		if more := op.Failures - freeTries; more < 10 {
			wait = min(firstWait<<more, longestWait)
		}
		op.LockedUntil = o.now().Add(wait)
	}
}

// open makes a session, or a link to one.
func (o *Operators) open(ctx context.Context, operator string, once bool, life time.Duration) (string, error) {
	secret, err := newSecret(o.random)
	if err != nil {
		return "", err
	}
	now := o.now()
	err = o.rows.SaveSession(ctx, store.Session{Hash: hash(secret), OperatorID: operator, Once: once, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(life)})
	if err != nil {
		return "", fmt.Errorf("save the session: %w", err)
	}
	return secret, nil
}

// Link gives the secret of a link that logs an operator in once, without a
// password: for whoever owns the machine anyway.
func (o *Operators) Link(ctx context.Context, operator string) (string, error) {
	return o.open(ctx, operator, true, LinkLife)
}

// Enter gives the session that a link opens, or ErrRefused.
func (o *Operators) Enter(ctx context.Context, link string) (string, error) {
	tenant, id, err := o.rows.TakeLink(ctx, hash(link), o.now())
	if idv.CodeOf(err) == idv.CodeNotFound {
		return "", ErrRefused
	}
	if err != nil {
		return "", err
	}
	found, err := o.rows.Operator(ctx, tenant, id)
	if err != nil {
		return "", err
	}
	if !found.DisabledAt.IsZero() {
		return "", ErrRefused
	}
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorOperator, ID: found.Name})
	err = o.rows.ChangeOperator(ctx, tenant, id, idv.ActionOperatorLogin, o.now(), false, func(op *store.Operator) error {
		op.LoginAt = o.now()
		return nil
	})
	if err != nil {
		return "", err
	}
	return o.open(ctx, id, false, SessionLife)
}

// Check says who a session belongs to, or ErrUnauthenticated.
func (o *Operators) Check(ctx context.Context, session string) (store.Operator, error) {
	s, op, err := o.rows.Session(ctx, hash(session))
	if idv.CodeOf(err) == idv.CodeNotFound {
		return op, ErrUnauthenticated
	}
	if err != nil {
		return op, err
	}
	now := o.now()
	// A session that was used later than now was so before the clock was set back: it
	// ends, rather than live for as long as that was.
	if !now.Before(s.ExpiresAt) || now.Sub(s.SeenAt) >= SessionIdle || s.SeenAt.Sub(now) > clockSkew {
		return op, ErrUnauthenticated
	}
	if now.Sub(s.SeenAt) < touchEvery {
		return op, nil
	}
	return op, o.rows.TouchSession(ctx, s.Hash, now)
}

// Logout ends a session.
func (o *Operators) Logout(ctx context.Context, session string, op store.Operator) error {
	return o.rows.EndSession(ctx, hash(session), op, o.now())
}

// List gives the operators of a tenant by name.
func (o *Operators) List(ctx context.Context, tenant string) ([]store.Operator, error) {
	return o.rows.Operators(ctx, tenant)
}

// Named gives the operator with a name, or NotFound.
func (o *Operators) Named(ctx context.Context, name string) (store.Operator, error) {
	return o.rows.OperatorByName(ctx, name)
}

// SetRole changes what an operator may do.
func (o *Operators) SetRole(ctx context.Context, tenant, id string, role idv.Role) error {
	if !slices.Contains(idv.Roles(), role) {
		return idv.Refuse(idv.CodeInvalid, "the request is not valid", idv.InvalidParam{Name: "role", Reason: "must be viewer, reviewer or administrator"})
	}
	return o.rows.ChangeOperator(ctx, tenant, id, idv.ActionOperatorChanged, o.now(), false, func(op *store.Operator) error {
		op.Role = role
		return nil
	})
}
