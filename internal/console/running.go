package console

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// clientList is what the page of the API clients shows; Made is a secret that is
// shown this once.
type clientList struct {
	Clients []store.Client
	Made    *auth.Credentials
	// Rotated is set after a rotation: how long the secret before stays good.
	Rotated  *time.Duration
	Overlaps []time.Duration
}

func (c *console) clients(q *request) error { return c.showClients(q, nil, nil) }

func (c *console) showClients(q *request, made *auth.Credentials, rotated *time.Duration) error {
	found, err := c.Clients.Rows.ListClients(q.Context(), q.op.Tenant)
	if err != nil {
		return err
	}
	return c.show(q, "clients", frame{Title: "API clients", Here: "clients", Body: clientList{found, made, rotated, overlaps()}})
}

func (c *console) createClient(q *request) error {
	name := strings.TrimSpace(q.PostFormValue("name"))
	if name == "" || utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, unicode.IsControl) {
		return idv.Refuse(idv.CodeInvalid, "the client is not valid", idv.InvalidParam{Name: "name", Reason: "must be a name for people, of at most 100 characters"})
	}
	made, err := c.Clients.CreateClient(q.Context(), q.op.Tenant, name)
	if err != nil {
		return err
	}
	return c.showClients(q, &made, nil)
}

func (c *console) rotateClient(q *request) error {
	overlap, err := overlapOf(q.PostFormValue("overlap"))
	if err != nil {
		return err
	}
	made, err := c.Clients.RotateSecret(q.Context(), q.op.Tenant, q.PathValue("id"), overlap)
	if err != nil {
		return err
	}
	return c.showClients(q, &made, &overlap)
}

// overlaps are how long the secret before a rotation can stay good.
func overlaps() []time.Duration {
	return []time.Duration{24 * time.Hour, time.Hour, 7 * 24 * time.Hour, 0}
}

// overlapOf reads a choice of overlaps; none is the first of them.
func overlapOf(chosen string) (time.Duration, error) {
	if chosen == "" {
		return overlaps()[0], nil
	}
	overlap, err := time.ParseDuration(chosen)
	if err != nil || !slices.Contains(overlaps(), overlap) {
		return 0, idv.Refuse(idv.CodeInvalid, "the overlap is not one that can be chosen", idv.InvalidParam{Name: "overlap", Reason: fmt.Sprintf("must be one of %v", overlaps())})
	}
	return overlap, nil
}

func (c *console) revokeClient(q *request) error {
	if err := c.Clients.Rows.RevokeClient(q.Context(), q.op.Tenant, q.PathValue("id"), c.Now()); err != nil {
		return err
	}
	return q.seeOther("/clients", "revoked")
}

// operatorList is what the page of the operators shows.
type operatorList struct {
	Operators []store.Operator
	Made      *auth.Enrolment
	FourEyes  bool
	// Self is who looks: nobody disables or demotes themselves.
	Self string
}

func (c *console) operators(q *request) error { return c.showOperators(q, nil) }

func (c *console) showOperators(q *request, made *auth.Enrolment) error {
	found, err := c.Operators.List(q.Context(), q.op.Tenant)
	if err != nil {
		return err
	}
	fourEyes, err := c.Service.FourEyes(q.Context(), q.op.Tenant)
	if err != nil {
		return err
	}
	return c.show(q, "operators", frame{Title: "Operators", Here: "operators", Body: operatorList{found, made, fourEyes, q.op.ID}})
}

func (c *console) createOperator(q *request) error {
	made, err := c.Operators.Create(q.Context(), q.op.Tenant, strings.TrimSpace(q.PostFormValue("name")), idv.Role(q.PostFormValue("role")))
	if err != nil {
		return err
	}
	return c.showOperators(q, &made)
}

func (c *console) resetOperator(q *request) error {
	if err := notSelf(q); err != nil {
		return err
	}
	made, err := c.Operators.Reset(q.Context(), q.op.Tenant, q.PathValue("id"))
	if err != nil {
		return err
	}
	return c.showOperators(q, &made)
}

func (c *console) disableOperator(q *request) error {
	if err := notSelf(q); err != nil {
		return err
	}
	if err := c.Operators.Disable(q.Context(), q.op.Tenant, q.PathValue("id")); err != nil {
		return err
	}
	return q.seeOther("/operators", "disabled")
}

func (c *console) setRole(q *request) error {
	if err := notSelf(q); err != nil {
		return err
	}
	if err := c.Operators.SetRole(q.Context(), q.op.Tenant, q.PathValue("id"), idv.Role(q.PostFormValue("role"))); err != nil {
		return err
	}
	return q.seeOther("/operators", "role")
}

// notSelf keeps the last administrator from locking everybody out.
func notSelf(q *request) error {
	if q.PathValue("id") == q.op.ID {
		return idv.Refuse(idv.CodeInvalidState, "this cannot be done to oneself: ask another administrator, or use `dossier operator` on the server")
	}
	return nil
}

func (c *console) setFourEyes(q *request) error {
	if err := c.Service.SetFourEyes(q.Context(), q.op.Tenant, q.PostFormValue("demanded") == "yes"); err != nil {
		return err
	}
	return q.seeOther("/operators", "four-eyes")
}

// condition is a part of the server as it is.
type condition struct {
	Name, Word, Problem string
	Took                time.Duration
}

// healthTimeout bounds how long a part may take to answer.
const healthTimeout = 3 * time.Second

func (c *console) health(q *request) error {
	var parts []condition
	for _, p := range c.Health {
		begun := c.Now()
		ctx, cancel := context.WithTimeout(q.Context(), healthTimeout)
		word, err := p.Check(ctx)
		cancel()
		found := condition{Name: p.Name, Word: word, Took: c.Now().Sub(begun)}
		if err != nil {
			found.Problem = "does not answer; the log says why"
			c.Log.WarnContext(q.Context(), "a part of the server is not well", "part", p.Name, "error", err)
		}
		parts = append(parts, found)
	}
	return c.show(q, "health", frame{Title: "Health", Here: "health", Body: parts})
}
