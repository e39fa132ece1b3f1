package panel

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/site"
)

// Root is where the page lives; everything else of it is below Below.
const (
	Root  = "/sandbox/"
	Below = "/sandbox/page/"
)

// Source is what the page shows and works on.
type Source struct {
	// Control serves the control API to requests with the API token.
	Control http.Handler
	// Token is the API token: whoever has it may log in.
	Token string
	// Key signs the logins, so that they end with the sandbox; random, 32 bytes.
	Key []byte
	// Now tells when a login ends.
	Now func() time.Time
	// People are the applicants from the newest on: n of them after the first from, and how many there are.
	People func(from, n int) ([]Person, int)
	// Person is one applicant with everything that is shown of them; false when there is no such one.
	Person func(id string) (Person, bool)
	// Reports are the names of all reports, and Paths the breakdowns of one.
	Reports []string
	Paths   func(report string) []string
	// Specimens draws, if it is there.
	Specimens Specimens
}

// Person is an applicant.
type Person struct {
	ID, Name, Created, Deleted string // Deleted is when it is to be forgotten, empty if it is not
	Uploads                    []Upload
	Checks                     []Check // newest first
}

// Upload is a file of an applicant.
type Upload struct{ ID, Kind, Created string }

// Check is a check with its reports.
type Check struct {
	ID, Created, Status, Result string
	Reports                     []Report
}

// Report is a report, its breakdowns in reading order and its properties as indented JSON.
type Report struct {
	ID, Name, Status, Result, SubResult, Properties string
	Lines                                           []Line
}

// Line is one breakdown of a report and what it rests on, as far as that is known.
type Line struct {
	Path, Result, Basis, How string
	Nested                   bool
}

// Specimens makes pictures of documents and people that do not exist. The zero value makes none.
type Specimens struct {
	Kinds []Kind
	// Draw writes a JPEG file; its error says to a person what of the wish cannot be had.
	Draw func(io.Writer, Wish) error
}

// Kind is a type of specimen with its sides and the flaws that it can have.
type Kind struct {
	Name         string
	Sides, Flaws []string
}

// Wish is a specimen that somebody wants: how badly it was photographed is Level, from 0 to 3, who is on it follows from Seed.
type Wish struct {
	Type, Side, Flaw string
	Level            int
	Seed             uint64
}

// panel serves the page.
type panel struct {
	Source
	pages site.Pages
	files *site.Assets
}

// New makes the handler of Root and of everything below Below. It fails only when its own files are broken.
func New(s Source) (http.Handler, error) {
	p := &panel{Source: s}
	var err error
	if p.files, err = site.NewAssets(embedded, "assets", Below+"files/"); err != nil {
		return nil, err
	}
	if p.pages, err = site.NewPages(embedded, "pages", p.functions(), "frame.html"); err != nil {
		return nil, err
	}
	return http.NewCrossOriginProtection().Handler(secured(p.routes())), nil
}

func (p *panel) routes() http.Handler {
	all, inside := http.NewServeMux(), http.NewServeMux()
	all.Handle(p.files.Pattern(), p.files)
	all.HandleFunc("GET "+Below+"login", p.loginPage)
	all.HandleFunc("POST "+Below+"login", p.login)
	all.Handle("/", p.admit(inside))

	inside.HandleFunc("GET "+Root+"{$}", p.people)
	inside.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { p.fail(w, r, notFound("page")) })
	for path, look := range map[string]http.HandlerFunc{
		"applicants/{id}": p.person, "requests": p.requests, "deliveries": p.deliveries, "scenarios": p.scenarios,
		"faults": p.faults, "clock": p.clockPage, "specimens": p.specimens, "specimens/file": p.specimen,
	} {
		inside.HandleFunc("GET "+Below+path, look)
	}
	for path, deed := range map[string]deed{
		"clock": p.advance, "scenarios": p.addScenario, "scenarios/drop": p.dropScenarios, "scenarios/{id}/drop": p.dropScenario,
		"faults": p.addFault, "faults/drop": p.dropFaults, "checks/{id}/{action}": p.steer, "requests/drop": p.dropRequests,
		"deliveries/drop": p.dropDeliveries, "reset": p.reset, "logout": p.logout,
	} {
		inside.HandleFunc("POST "+Below+path, p.do(deed))
	}
	return all
}

// secured lets pages run nothing and fetch nothing but what is ours, and be framed by nobody.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// clock is the answer of the control API.
type clock struct {
	Now     time.Time `json:"now"`
	Pending int       `json:"pending"`
}

func (p *panel) clock(ctx context.Context) (c clock, err error) {
	return c, p.ask(ctx, "GET", "/sandbox/clock", nil, &c)
}
