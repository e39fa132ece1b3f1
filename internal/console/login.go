package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/dossier-id/dossier/internal/auth"
)

// cookieName binds the cookie to https and to this host where that can be.
func (c *console) cookieName() string {
	if c.Secure {
		return "__Host-dossier"
	}
	return "dossier_console"
}

// loginForm is what the page of the login shows.
type loginForm struct {
	Name, Next, Problem string
	// SSO says that there is an identity provider to log in at.
	SSO bool
}

// askLogin sends whoever is not logged in to the login, and from there back to
// the page they wanted. Parts of pages and deeds are refused.
func (c *console) askLogin(q *request) error {
	to := Root + "/login"
	if q.Method == http.MethodGet && q.Header.Get("HX-Request") == "" {
		to += "?" + url.Values{"next": {q.URL.RequestURI()}}.Encode()
	}
	if q.Header.Get("HX-Request") != "" {
		q.w.Header().Set("HX-Redirect", to)
		q.w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	http.Redirect(q.w, q.Request, to, http.StatusSeeOther)
	return nil
}

func (c *console) loginPage(q *request) error {
	return c.show(q, "login", frame{Title: "Log in", Body: loginForm{Next: q.URL.Query().Get("next"), SSO: c.SSO != nil}})
}

func (c *console) login(q *request) error {
	if err := q.readForm(); err != nil {
		return err
	}
	form := loginForm{Name: q.PostFormValue("name"), Next: q.PostFormValue("next"), SSO: c.SSO != nil}
	session, err := c.Operators.Login(q.Context(), form.Name, q.PostFormValue("password"), q.PostFormValue("code"))
	if errors.Is(err, auth.ErrRefused) {
		form.Problem = sentence(err.Error())
		return c.showAs(q, http.StatusUnauthorized, "login", frame{Title: "Log in", Body: form})
	}
	if err != nil {
		return err
	}
	c.letIn(q, session, form.Next)
	return nil
}

// enter takes a one-time link.
func (c *console) enter(q *request) error {
	session, err := c.Operators.Enter(q.Context(), q.URL.Query().Get("link"))
	if errors.Is(err, auth.ErrRefused) {
		form := loginForm{Problem: "This link was used already or is too old. Log in, or start the server again for another one.", SSO: c.SSO != nil}
		return c.showAs(q, http.StatusUnauthorized, "login", frame{Title: "Log in", Body: form})
	}
	if err != nil {
		return err
	}
	c.letIn(q, session, "")
	return nil
}

// letIn gives the browser its session and goes on to a page of the console.
func (c *console) letIn(q *request, session, next string) {
	http.SetCookie(q.w, c.cookie(session, int(auth.SessionLife.Seconds())))
	to, err := url.Parse(next)
	if err != nil || to.IsAbs() || to.Host != "" || !strings.HasPrefix(to.Path, Root+"/") || strings.ContainsAny(next, "\\\r\n") {
		next = Root + "/"
	}
	http.Redirect(q.w, q.Request, next, http.StatusSeeOther)
}

func (c *console) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{ // #nosec G124 -- Secure wherever browsers come over https
		Name: c.cookieName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}
}

func (c *console) logout(q *request) error {
	cookie, err := q.Cookie(c.cookieName())
	if err != nil {
		return err
	}
	if err := c.Operators.Logout(q.Context(), cookie.Value, q.op); err != nil {
		return err
	}
	http.SetCookie(q.w, c.cookie("", -1))
	return q.seeOther("/login", "")
}
