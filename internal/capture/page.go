package capture

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

//go:embed page.html
var pageHTML string

// shell is the frame that the modules fill.
var shell = template.Must(template.New("page").Parse(pageHTML))

// shellData is what the shell is filled with.
type shellData struct {
	Language, Direction string
	Title               string
	// Favicon was checked when the configuration was stored.
	Favicon       template.URL
	Texts         map[string]string
	Base, Theme   string
	Script, Style string
	// Preview is what the modules are told instead of asking the server, by Before,
	// a script that is run ahead of them; nil and empty outside a preview.
	Preview *previewData
	Before  string
	// Dead is the name of the text of a page that does nothing, because its link
	// leads nowhere or there are too many requests, and Help of what to do.
	Dead, Help string
}

// shellPattern is the address of the pages themselves.
const shellPattern = "GET /capture/go/{secret}"

// page gives the frame of the pages. A link that leads nowhere gets a page that
// says so.
func (p *pages) page(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	switch code := idv.CodeOf(err); {
	case code == idv.CodeNotFound, code == idv.CodeLinkExpired:
		return p.deadLink(w, r, code)
	case err != nil:
		return err
	case v.Status == idv.StatusPending && nativeNext(v):
		return p.native(w, r, v)
	}
	data := p.frame(v, r)
	data.Theme, data.Script = data.Base+"/theme.css", p.assets.At("app.js")
	return p.show(w, http.StatusOK, policy(v), data)
}

// frame is the shell of a flow.
func (p *pages) frame(v *service.CaptureView, r *http.Request) shellData {
	l := p.Texts.choose(v.Capture, r.Header.Get("Accept-Language"))
	texts := p.Texts.of(l, v.Profile.Translations)
	title := v.Profile.PageTitle
	if title == "" {
		title = texts["title"]
	}
	return shellData{
		Language: l, Direction: direction(l), Title: title, Texts: texts,
		Favicon: template.URL(v.Profile.Favicon), // #nosec G203 -- it was checked when it was stored
		Base:    Links + url.PathEscape(secretOf(r).Reveal()), Style: p.assets.At("style.css"),
	}
}

func (p *pages) deadLink(w http.ResponseWriter, r *http.Request, code idv.Code) error {
	dead := "linkUnknown"
	if code == idv.CodeLinkExpired {
		dead = "linkExpired"
	}
	return p.say(w, r, statuses[code], dead, "linkHelp")
}

// busy tells in words that there are too many requests.
func (p *pages) busy(w http.ResponseWriter, r *http.Request) int {
	if err := p.say(w, r, http.StatusTooManyRequests, "tooMany", ""); err != nil {
		p.Log.ErrorContext(r.Context(), "a page could not be served", "request", shellPattern, "error", err)
	}
	return http.StatusTooManyRequests
}

// say shows a text, and another that helps or none, in the language of the
// browser.
func (p *pages) say(w http.ResponseWriter, r *http.Request, status int, text, help string) error {
	l := p.Texts.choose(&idv.Capture{}, r.Header.Get("Accept-Language"))
	texts := p.Texts.of(l, nil)
	return p.show(w, status, policy(&service.CaptureView{Capture: &idv.Capture{}}), shellData{
		Language: l, Direction: direction(l), Title: texts["title"], Texts: texts, Style: p.assets.At("style.css"), Dead: text, Help: help,
	})
}

func (p *pages) show(w http.ResponseWriter, status int, csp string, data shellData) error {
	var page strings.Builder
	if err := shell.Execute(&page, data); err != nil {
		return fmt.Errorf("fill the page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", csp)
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page.String()))
	return nil
}

// policy allows our own scripts and styles and nothing inline. Pictures and a
// font come from elsewhere only where the customer's configuration says so, and
// only the domain that the customer named may frame the page.
func policy(v *service.CaptureView) string {
	pictures := []string{v.Profile.Favicon}
	for _, i := range v.Profile.DocumentInstructionsItems {
		pictures = append(pictures, i.Image)
	}
	ancestors := "'none'"
	if v.RequestDomain != "" {
		ancestors = v.RequestDomain
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "media-src 'self' blob:",
		"img-src 'self' blob: data:" + origins(pictures), "font-src 'self'" + origins([]string{v.Profile.FontURL}),
		"base-uri 'none'", "form-action 'none'", "frame-ancestors " + ancestors,
	}, "; ")
}

// origins lists the origins of addresses, each with a space before it.
func origins(addresses []string) string {
	var list []string
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err == nil && u.Scheme == "https" && !slices.Contains(list, u.Scheme+"://"+u.Host) {
			list = append(list, u.Scheme+"://"+u.Host)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " " + strings.Join(list, " ")
}
