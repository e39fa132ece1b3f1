package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

type operatorCommand struct {
	Create  operatorCreate  `cmd:"" help:"Make an operator of the console and show what they log in with, once."`
	List    operatorList    `cmd:"" help:"List the operators."`
	Disable operatorDisable `cmd:"" help:"End an operator and their sessions."`
	Reset   operatorReset   `cmd:"" help:"Give an operator another password and code secret, and end their sessions."`
}

type operatorCreate struct {
	administered
	Name string   `arg:"" help:"What the operator logs in with and is called in the audit trail."`
	Role idv.Role `help:"viewer (looks), reviewer (also decides) or administrator (also sets up)." default:"viewer" enum:"viewer,reviewer,administrator"`
}

// Run makes an operator.
func (c operatorCreate) Run(w world) error {
	return c.with(w, func(b *base) error {
		made, err := b.operators().Create(w.ctx, c.Tenant, c.Name, c.Role)
		if err != nil {
			return explained(err)
		}
		return showEnrolment(w, made)
	})
}

// explained says of a refusal which field is at fault and why.
func explained(err error) error {
	if refusal, refused := errors.AsType[*idv.Error](err); refused && len(refusal.Params) > 0 {
		return fmt.Errorf("%s %s", refusal.Params[0].Name, refusal.Params[0].Reason)
	}
	return err
}

func showEnrolment(w world, e auth.Enrolment) error {
	_, err := fmt.Fprintf(w.out, "name      %s\npassword  %s\nsecret    %s\naddress   %s\n", e.Name, e.Password, e.Secret, e.URI)
	fmt.Fprintln(w.err, "Shown this once. Put the secret into an authenticator app (SHA-1, 6 digits, 30 s); the console is at /console.")
	return err
}

type operatorList struct{ administered }

// Run lists the operators.
func (c operatorList) Run(w world) error {
	return c.with(w, func(b *base) error {
		found, err := b.operators().List(w.ctx, c.Tenant)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tROLE\tCREATED\tLAST LOGIN\tDISABLED")
		for _, o := range found {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", o.Name, o.Role, shown(o.CreatedAt), shown(o.LoginAt), shown(o.DisabledAt))
		}
		return table.Flush()
	})
}

// namedOperator is what the commands about one operator share.
type namedOperator struct {
	administered
	Name string `arg:"" help:"The operator's name."`
}

// find gives the operator of the tenant.
func (c namedOperator) find(w world, b *base) (store.Operator, error) {
	o, err := b.operators().Named(w.ctx, c.Name)
	if err == nil && o.Tenant != c.Tenant {
		err = idv.NotFound("operator")
	}
	return o, err
}

type operatorDisable struct{ namedOperator }

// Run disables an operator.
func (c operatorDisable) Run(w world) error {
	return c.with(w, func(b *base) error {
		o, err := c.find(w, b)
		if err != nil {
			return err
		}
		if err := b.operators().Disable(w.ctx, o.Tenant, o.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintln(w.out, "disabled", o.Name)
		return err
	})
}

type operatorReset struct{ namedOperator }

// Run resets an operator.
func (c operatorReset) Run(w world) error {
	return c.with(w, func(b *base) error {
		o, err := c.find(w, b)
		if err != nil {
			return err
		}
		made, err := b.operators().Reset(w.ctx, o.Tenant, o.ID)
		if err != nil {
			return err
		}
		return showEnrolment(w, made)
	})
}
