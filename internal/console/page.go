package console

import (
	"cmp"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

//go:embed pages assets
var embedded embed.FS

// request is one request of an operator; op is zero where nobody is logged in.
type request struct {
	*http.Request
	w  http.ResponseWriter
	op store.Operator
	// session is the secret that the browser holds.
	session string
}

// key names the process of the path, in the tenant of the operator.
func (q *request) key() idv.ProcessKey {
	return idv.ProcessKey{Tenant: q.op.Tenant, Dossier: q.PathValue("dossier"), Process: q.PathValue("process")}
}

// may says whether the operator has a role.
func (q *request) may(role idv.Role) bool { return q.op.Role.Includes(role) }

// seeOther goes to a path below Root, which then says what was done.
func (q *request) seeOther(path, done string) error {
	if done != "" {
		path += "?" + url.Values{"done": {done}}.Encode()
	}
	http.Redirect(q.w, q.Request, Root+path, http.StatusSeeOther)
	return nil
}

// frame is what every page is filled with.
type frame struct {
	Title string
	// Here is the name of the page in the navigation.
	Here     string
	Operator store.Operator
	// Done says what the last deed did.
	Done string
	// Plots says that the page draws.
	Plots bool
	Body  any
}

// Reviewer and Administrator say what the operator may do.
func (f frame) Reviewer() bool { return f.Operator.Role.Includes(idv.RoleReviewer) }

// Administrator says so of the highest role.
func (f frame) Administrator() bool { return f.Operator.Role.Includes(idv.RoleAdministrator) }

// LoggedIn says whether there is an operator.
func (f frame) LoggedIn() bool { return f.Operator.ID != "" }

func (c *console) asset(q *request) error {
	c.assets.ServeHTTP(q.w, q.Request)
	return nil
}

// show answers with a page.
func (c *console) show(q *request, name string, f frame) error {
	return c.showAs(q, http.StatusOK, name, f)
}

func (c *console) showAs(q *request, status int, name string, f frame) error {
	f.Operator, f.Done = q.op, deeds()[q.URL.Query().Get("done")]
	return c.write(q, status, name, "frame", f)
}

// part answers with a part of a page.
func (c *console) part(q *request, name, part string, data any) error {
	return c.write(q, http.StatusOK, name, part, data)
}

// write answers with a block of a page.
func (c *console) write(q *request, status int, name, block string, data any) error {
	text, err := c.pages.Render(name, block, data)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(status)
	_, _ = q.w.Write(text) // The browser is gone otherwise.
	return nil
}

// readForm reads the form that was sent, and refuses what is none.
func (q *request) readForm() error {
	err := q.ParseForm()
	if tooLarge := new(http.MaxBytesError); err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return idv.Refuse(idv.CodeInvalid, "the form cannot be read")
}

// failure is what the page of an error says.
type failure struct {
	Title, Text string
	Params      []idv.InvalidParam
	Back        string
}

// fail answers with a page that says what went wrong and what to do.
func (c *console) fail(q *request, err error) {
	status, f := http.StatusInternalServerError, failure{Title: "That did not work", Text: "The server could not do it. Its log says why."}
	role, forbidden := errors.AsType[errForbidden](err)
	refusal, refused := errors.AsType[*idv.Error](err)
	tooLarge := new(http.MaxBytesError)
	switch {
	case forbidden:
		status = http.StatusForbidden
		f = failure{Title: "Not for your role", Text: "This takes the role " + string(role) + ". An administrator can give it to you."}
	case refused && refusal.Code == idv.CodeNotFound:
		status = http.StatusNotFound
		f = failure{Title: "Not found", Text: sentence(refusal.Detail) + " It may have been deleted, or belong to another tenant."}
	case refused:
		status = http.StatusBadRequest
		if refusal.Code == idv.CodeInvalidState {
			status = http.StatusConflict
		}
		f.Text, f.Params = sentence(refusal.Detail), refusal.Params
	case errors.As(err, &tooLarge):
		status, f.Text = http.StatusRequestEntityTooLarge, "The form holds more than it may."
	default:
		c.Log.ErrorContext(q.Context(), "a page of the console failed", "pattern", q.Pattern, "error", err)
	}
	f.Back = Root + "/"
	if from, err := url.Parse(q.Referer()); err == nil && strings.HasPrefix(from.Path, Root+"/") {
		f.Back = cmp.Or(from.RequestURI(), f.Back)
	}
	if err := c.showAs(q, status, "error", frame{Title: f.Title, Body: f}); err != nil {
		c.Log.ErrorContext(q.Context(), "the page of an error failed", "error", err)
	}
}

// refusalOf gives what is wrong, and with which fields.
func refusalOf(err error) (string, []idv.InvalidParam) {
	refusal, refused := errors.AsType[*idv.Error](err)
	if !refused {
		return "", nil
	}
	return sentence(refusal.Detail), refusal.Params
}

// deeds are the words that a page shows once something is done.
func deeds() map[string]string {
	return map[string]string{
		"proposed": "Your decision waits for a second operator.", "decided": "The decision is stored beside the provider's verdict.",
		"returned": "The proposal was sent back.", "replayed": "The event is on its way again.",
		"paused": "Paused: events wait until you resume.", "resumed": "Resumed: events flow again.",
		"tested": "A test event is on its way.", "replay": "What the endpoint had not taken in the last seven days is on its way again.",
		"deleted": "Deleted.", "revoked": "The client and its tokens are ended.", "disabled": "The operator and their sessions are ended.",
		"role": "The role was changed.", "four-eyes": "The rule was changed.",
		"configured": "Stored. Flows that are started from now on look like this; those that run stay as they are.",
		"held":       "Under a legal hold: nothing of it is deleted until you release it.", "released": "The hold is released.",
	}
}

func cut(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, path
}

// sentence makes a detail a sentence.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
