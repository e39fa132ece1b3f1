package panel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const peoplePerPage = 50

// people are the applicants, newest first.
func (p *panel) people(w http.ResponseWriter, r *http.Request) {
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 {
		from = 0
	}
	rows, total := p.People(from, peoplePerPage)
	body := map[string]any{"People": rows, "Total": total, "From": from + 1, "To": from + len(rows)}
	if from > 0 {
		body["Newer"] = strconv.Itoa(max(0, from-peoplePerPage))
	}
	if from+len(rows) < total && len(rows) > 0 {
		body["Older"] = strconv.Itoa(from + len(rows))
	}
	p.show(w, r, http.StatusOK, "people", frame{Title: "Applicants", Here: "people", Body: body})
}

func (p *panel) person(w http.ResponseWriter, r *http.Request) {
	one, known := p.Person(r.PathValue("id"))
	if !known {
		p.fail(w, r, notFound("applicant"))
		return
	}
	p.show(w, r, http.StatusOK, "person", frame{Title: "Applicant", Here: "people", Body: one})
}

// exchange is a request to the API and its answer, as the control API tells it.
type exchange struct {
	At       time.Time `json:"at"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Query    string    `json:"query"`
	Body     string    `json:"body"`
	BodySize int64     `json:"body_size"`
	Status   int       `json:"status"`
	Answer   string    `json:"answer"`
	Millis   int64     `json:"duration_ms"`
}

// ID names the exchange within the page, so that an opened one stays open when newer ones come.
func (e exchange) ID() string {
	return "r" + strconv.FormatInt(e.At.UnixNano(), 36) + "-" + strconv.Itoa(e.Status)
}

// shownRequests is how many of the newest requests and deliveries one page shows.
const shownRequests = 200

func (p *panel) requests(w http.ResponseWriter, r *http.Request) {
	var got struct {
		Requests []exchange `json:"requests"`
	}
	if err := p.ask(r.Context(), "GET", "/sandbox/requests", nil, &got); err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, "requests", frame{Title: "Requests", Here: "requests", Body: latest(got.Requests)})
}

// delivery is an attempt to deliver a webhook.
type delivery struct {
	At     time.Time `json:"at"`
	URL    string    `json:"url"`
	Event  string    `json:"event"`
	Try    int       `json:"try"`
	Status int       `json:"status"`
	Error  string    `json:"error"`
	Body   string    `json:"body"`
}

// ID names the attempt within the page.
func (d delivery) ID() string {
	return "d" + strconv.FormatInt(d.At.UnixNano(), 36) + "-" + strconv.Itoa(d.Try)
}

func (p *panel) deliveries(w http.ResponseWriter, r *http.Request) {
	var got struct {
		Deliveries []delivery `json:"deliveries"`
	}
	if err := p.ask(r.Context(), "GET", "/sandbox/deliveries", nil, &got); err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, "deliveries", frame{Title: "Webhooks", Here: "deliveries", Body: latest(got.Deliveries)})
}

// latest are the newest rows, newest first, and how many there are.
func latest[T any](rows []T) map[string]any {
	total := len(rows)
	rows = rows[max(0, total-shownRequests):]
	slices.Reverse(rows)
	return map[string]any{"Rows": rows, "Total": total}
}

func (p *panel) scenarios(w http.ResponseWriter, r *http.Request) { p.scenariosAs(w, r, nil) }

// scenariosAs shows the scenarios, and why the one in the form was refused.
func (p *panel) scenariosAs(w http.ResponseWriter, r *http.Request, problem error) {
	var got struct {
		Scenarios []json.RawMessage `json:"scenarios"`
	}
	if err := p.ask(r.Context(), "GET", "/sandbox/scenarios", nil, &got); err != nil {
		p.fail(w, r, err)
		return
	}
	var rows []map[string]string
	for _, text := range got.Scenarios {
		var named struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(text, &named); err != nil {
			p.fail(w, r, fmt.Errorf("read a scenario: %w", err))
			return
		}
		rows = append(rows, map[string]string{"ID": named.ID, "JSON": indented(text)})
	}
	p.showForm(w, r, "scenarios", frame{Title: "Scenarios", Here: "scenarios", Body: rows}, problem)
}

func (p *panel) faults(w http.ResponseWriter, r *http.Request) { p.faultsAs(w, r, nil) }

func (p *panel) faultsAs(w http.ResponseWriter, r *http.Request, problem error) {
	rows, err := p.faultsSet(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.showForm(w, r, "faults", frame{Title: "Faults", Here: "faults", Body: rows}, problem)
}

func (p *panel) clockPage(w http.ResponseWriter, r *http.Request) {
	p.showForm(w, r, "clock", frame{Title: "Clock and state", Here: "clock"}, nil)
}

func (p *panel) specimens(w http.ResponseWriter, r *http.Request) {
	_, err := wish(r)
	query := r.URL.Query()
	address := ""
	if query.Get("type") != "" && err == nil {
		address = Below + "specimens/file?" + query.Encode()
		_, err = p.drawn(r)
	}
	body := map[string]any{"Kinds": p.Specimens.Kinds, "Flaws": flaws(p.Specimens.Kinds), "Query": query, "Address": address}
	p.showForm(w, r, "specimens", frame{Title: "Specimens", Here: "specimens", Body: body}, err)
}

// specimen is the picture itself; with download it is to be kept.
func (p *panel) specimen(w http.ResponseWriter, r *http.Request) {
	picture, err := p.drawn(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	if r.URL.Query().Has("download") {
		w.Header().Set("Content-Disposition", `attachment; filename="specimen.jpg"`)
	}
	_, _ = w.Write(picture) //nolint:gosec // an image by its type, and nosniff
}

func (p *panel) drawn(r *http.Request) ([]byte, error) {
	want, err := wish(r)
	if err != nil {
		return nil, err
	}
	if p.Specimens.Draw == nil {
		return nil, notFound("specimen: this sandbox draws none")
	}
	var out bytes.Buffer
	if err := p.Specimens.Draw(&out, want); err != nil {
		return nil, invalid(err.Error())
	}
	return out.Bytes(), nil
}

// wish reads a specimen that somebody wants from the address.
func wish(r *http.Request) (Wish, error) {
	q := r.URL.Query()
	want := Wish{Type: q.Get("type"), Side: q.Get("side"), Flaw: q.Get("flaw")}
	var err error
	if s := q.Get("level"); s != "" {
		if want.Level, err = strconv.Atoi(s); err != nil {
			return want, invalid("The level must be a number from 0 to 3.")
		}
	}
	if s := q.Get("seed"); s != "" {
		if want.Seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return want, invalid("The seed must be a whole number, 0 or more.")
		}
	}
	return want, nil
}

// flaws are those of all kinds, once each.
func flaws(kinds []Kind) []string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.Flaws...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
