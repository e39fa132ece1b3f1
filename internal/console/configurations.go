package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

// configurationList is what the page of the capture configurations shows.
type configurationList struct{ Configurations []*idv.CaptureConfiguration }

func (c *console) configurations(q *request) error {
	found, err := c.Service.CaptureConfigurations(q.Context(), q.op.Tenant)
	if err != nil {
		return err
	}
	return c.show(q, "configurations", frame{Title: "End-user pages", Here: "configurations", Body: configurationList{found}})
}

// configuration is what the page of one configuration shows.
type configuration struct {
	// ID is empty while it is not stored; Wanted is what it is to be then.
	ID, Wanted string
	Form       profileForm
	// Problem and Params say why it was not stored.
	Problem string
	Params  []idv.InvalidParam
	Screens []string
}

// Address is where it is stored.
func (f configuration) Address() string {
	if f.ID == "" {
		return Root + "/configurations"
	}
	return Root + "/configurations/" + f.ID
}

// Preview is where it is shown as it was opened.
func (f configuration) Preview() string {
	if f.ID == "" {
		return Root + "/configuration-preview"
	}
	return f.Address() + "/preview"
}

// Fault gives what is wrong with a field.
func (f configuration) Fault(name string) string {
	at := slices.IndexFunc(f.Params, func(p idv.InvalidParam) bool { return p.Name == name })
	if at < 0 {
		return ""
	}
	return f.Params[at].Reason
}

// Elsewhere are the faults of fields that the form has no field of its own for.
func (f configuration) Elsewhere() (faults []idv.InvalidParam) {
	for _, p := range f.Params {
		if p.Name != "configurationId" && !slices.Contains(f.Form.names(), p.Name) {
			faults = append(faults, p)
		}
	}
	return faults
}

func (c *console) newConfiguration(q *request) error {
	return c.showConfiguration(q, http.StatusOK, configuration{Form: c.formOf(&idv.CaptureProfile{})})
}

func (c *console) configuration(q *request) error {
	found, err := c.Service.CaptureConfiguration(q.Context(), q.op.Tenant, q.PathValue("id"))
	if err != nil {
		return err
	}
	return c.showConfiguration(q, http.StatusOK, configuration{ID: found.ID, Form: c.formOf(&found.CaptureProfile)})
}

func (c *console) showConfiguration(q *request, status int, f configuration) error {
	f.Screens = c.Preview.Screens
	title := "New end-user pages"
	if f.ID != "" {
		title = "End-user pages"
	}
	frameOwn(q.w.Header())
	return c.showAs(q, status, "configuration", frame{Title: title, Here: "configurations", Body: f})
}

// frameOwn lets a page frame pages of ours.
func frameOwn(h http.Header) {
	h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; frame-src 'self'")
}

func (c *console) createConfiguration(q *request) error {
	wanted := strings.TrimSpace(q.PostFormValue("configurationId"))
	return c.storeConfiguration(q, configuration{Wanted: wanted}, func(p idv.CaptureProfile) error {
		_, err := c.Service.CreateCaptureConfiguration(q.Context(), q.op.Tenant, wanted, p, false)
		return err
	})
}

func (c *console) replaceConfiguration(q *request) error {
	id := q.PathValue("id")
	return c.storeConfiguration(q, configuration{ID: id}, func(p idv.CaptureProfile) error {
		_, err := c.Service.ReplaceCaptureConfiguration(q.Context(), q.op.Tenant, id, p)
		return err
	})
}

// storeConfiguration stores what the form says. What cannot work is said beside
// its field, and the form keeps what was written.
func (c *console) storeConfiguration(q *request, f configuration, store func(idv.CaptureProfile) error) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	f.Form = c.formIn(q.PostForm)
	profile, err := f.Form.profile()
	if err == nil {
		err = store(profile)
	}
	switch code := idv.CodeOf(err); {
	case code == idv.CodeInvalid:
		f.Problem, f.Params = refusalOf(err)
		return c.showConfiguration(q, http.StatusBadRequest, f)
	case code == idv.CodeInvalidState:
		f.Problem, f.Params = refusalOf(err)
		return c.showConfiguration(q, http.StatusConflict, f)
	}
	if err != nil {
		return err
	}
	return q.seeOther("/configurations", "configured")
}

func (c *console) deleteConfiguration(q *request) error {
	if err := c.Service.DeleteCaptureConfiguration(q.Context(), q.op.Tenant, q.PathValue("id")); err != nil {
		return err
	}
	return q.seeOther("/configurations", "deleted")
}

// Previewer shows the end-user's pages as a configuration makes them.
type Previewer struct {
	// Screens are those that it can begin with, in their order.
	Screens []string
	// Languages are those that there are texts in.
	Languages []string
	// Page gives a page that begins with a screen, in a language that the browser
	// likes, and the Content-Security-Policy that it needs. script is the address of
	// what answers in the server's place, base of what that does not answer.
	Page func(p idv.CaptureProfile, screen, accept, script, base string) (page, policy string, err error)
}

// previewStored shows a stored configuration.
func (c *console) previewStored(q *request) error {
	found, err := c.Service.CaptureConfiguration(q.Context(), q.op.Tenant, q.PathValue("id"))
	if err != nil {
		return err
	}
	return c.preview(q, found.CaptureProfile)
}

// previewForm shows what a form says that is not stored, or what is wrong with it.
func (c *console) previewForm(q *request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	profile, err := c.formIn(q.PostForm).profile()
	if err == nil {
		err = profile.Validate(c.Service.Texts)
	}
	if idv.CodeOf(err) == idv.CodeInvalid {
		var f configuration
		f.Problem, f.Params = refusalOf(err)
		frameable(q.w.Header())
		return c.write(q, http.StatusBadRequest, "configuration", "faults", f)
	}
	if err != nil {
		return err
	}
	return c.preview(q, profile)
}

// previewDefaults shows the pages of who sets nothing.
func (c *console) previewDefaults(q *request) error { return c.preview(q, idv.CaptureProfile{}) }

func (c *console) preview(q *request, profile idv.CaptureProfile) error {
	script := c.assets.At("preview.js")
	page, policy, err := c.Preview.Page(profile, q.FormValue("screen"), q.Header.Get("Accept-Language"), script, script[:len(script)-len("/preview.js")])
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = q.w.Write([]byte(page)) // The browser is gone otherwise.
	return nil
}

// frameable lets a page of ours be framed by pages of ours.
func frameable(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
}
