package auth

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// Federated is who an identity provider says has logged in.
type Federated struct {
	// Subject names them for good, at that provider.
	Subject string
	Tenant  string
	Name    string
	Role    idv.Role
}

// EnterAs gives a session to somebody whom an identity provider vouches for. The
// first time makes an operator of them, who has no password and cannot log in
// otherwise; each time gives them the role that the provider says. A name that is
// another operator's is refused with CodeInvalidState, and a disabled operator
// with ErrRefused.
func (o *Operators) EnterAs(ctx context.Context, who Federated) (string, error) {
	if !operatorName.MatchString(who.Name) {
		return "", idv.Refuse(idv.CodeInvalidState, "the name that the identity provider tells cannot be one here: it must have 1 to 64 letters, digits, dots, underscores, @ or hyphens")
	}
	found, err := o.rows.OperatorBySubject(ctx, who.Subject)
	if idv.CodeOf(err) == idv.CodeNotFound {
		found, err = o.enlist(ctx, who)
	}
	if err != nil {
		return "", err
	}
	if !found.DisabledAt.IsZero() || found.Tenant != who.Tenant {
		return "", ErrRefused
	}
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorOperator, ID: found.Name})
	err = o.rows.ChangeOperator(ctx, found.Tenant, found.ID, idv.ActionOperatorLogin, o.now(), false, func(op *store.Operator) error {
		if !op.DisabledAt.IsZero() {
			return ErrRefused
		}
		op.Role, op.LoginAt, op.Failures, op.LockedUntil = who.Role, o.now(), 0, time.Time{}
		return nil
	})
	if err != nil {
		return "", err
	}
	return o.open(ctx, found.ID, false, SessionLife)
}

// enlist makes an operator without a password.
func (o *Operators) enlist(ctx context.Context, who Federated) (store.Operator, error) {
	made := store.Operator{
		ID: o.newID(), Tenant: who.Tenant, Name: who.Name, Role: who.Role, Subject: who.Subject, TOTP: make([]byte, totpSecret), CreatedAt: o.now(),
	}
	if _, err := io.ReadFull(o.random, made.TOTP); err != nil {
		return made, fmt.Errorf("read random bytes: %w", err)
	}
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorSystem, ID: "identity provider"})
	if err := o.rows.CreateOperator(ctx, made); err != nil {
		return made, fmt.Errorf("create operator: %w", err)
	}
	return made, nil
}
