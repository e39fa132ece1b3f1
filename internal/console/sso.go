package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/idv"
)

// SSO lets the company's own identity provider say who an operator is. Refusals
// are *idv.Error with texts for the person.
type SSO struct {
	// Begin gives the address to go to, and a ticket that the browser brings back.
	Begin func(ctx context.Context) (address, ticket string, err error)
	// Finish reads what the provider sent the browser back with.
	Finish func(ctx context.Context, ticket string, answer url.Values) (auth.Federated, error)
}

// ssoMinutes is how long a login at the provider may take.
const ssoMinutes = 10

func (c *console) ticketCookie(value string, age int) *http.Cookie {
	return &http.Cookie{ // #nosec G124 -- Secure wherever browsers come over https
		Name: "dossier_sso", Value: value, Path: Root + "/sso", MaxAge: age, HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}
}

// beginSSO sends the browser to the identity provider.
func (c *console) beginSSO(q *request) error {
	if c.SSO == nil {
		return idv.NotFound("page")
	}
	address, ticket, err := c.SSO.Begin(q.Context())
	if err != nil {
		return c.refuseSSO(q, err)
	}
	http.SetCookie(q.w, c.ticketCookie(ticket+"~"+url.QueryEscape(q.URL.Query().Get("next")), ssoMinutes*60))
	http.Redirect(q.w, q.Request, address, http.StatusSeeOther)
	return nil
}

// finishSSO lets in whom the identity provider vouches for.
func (c *console) finishSSO(q *request) error {
	if c.SSO == nil {
		return idv.NotFound("page")
	}
	ticket, next := "", ""
	if cookie, err := q.Cookie("dossier_sso"); err == nil {
		ticket, next, _ = strings.Cut(cookie.Value, "~")
		next, _ = url.QueryUnescape(next) // letIn takes only pages of ours.
	}
	http.SetCookie(q.w, c.ticketCookie("", -1))
	who, err := c.SSO.Finish(q.Context(), ticket, q.URL.Query())
	if err != nil {
		return c.refuseSSO(q, err)
	}
	session, err := c.Operators.EnterAs(q.Context(), who)
	if err != nil {
		return c.refuseSSO(q, err)
	}
	c.letIn(q, session, next)
	return nil
}

// refuseSSO shows the login with the reason.
func (c *console) refuseSSO(q *request, err error) error {
	text, _ := refusalOf(err)
	status := http.StatusForbidden
	switch {
	case errors.Is(err, auth.ErrRefused):
		text = "An administrator has ended your access."
	case text == "":
		c.Log.ErrorContext(q.Context(), "a login at the identity provider failed", "error", err)
		status, text = http.StatusBadGateway, "The identity provider does not answer. Try again in a moment, or log in with a password."
	}
	return c.showAs(q, status, "login", frame{Title: "Log in", Body: loginForm{Problem: text, SSO: true}})
}
