package console

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// pageSize is how many rows a list shows.
const pageSize = 50

// found is what the list of processes shows.
type found struct {
	// Filter is the form as it was sent.
	Filter url.Values
	Lines  []idv.ProcessLine
	// Next is the form that leads to the page behind this one; nil on the last.
	Next     url.Values
	Filtered bool
	Problem  string
}

// Value gives a field of the form.
func (f found) Value(name string) string { return f.Filter.Get(name) }

// NextURL is the address of the page behind this one, "" where there is none, or
// only a form, because a reference is searched for.
func (f found) NextURL() string {
	if f.Next == nil || f.Next.Has(reference) {
		return ""
	}
	return addressOf(f.Next)
}

// reference is the one field of the form that is about a person: it is posted,
// and stands in no address.
const reference = "reference"

// find shows the processes that the address of the page describes.
func (c *console) find(q *request) error {
	filter := q.URL.Query()
	filter.Del(reference)
	filter.Del("done")
	return c.showFound(q, filter)
}

// search takes the form, and gives an address to what has one.
func (c *console) search(q *request) error {
	if err := q.readForm(); err != nil {
		return err
	}
	filter := q.PostForm
	for name, values := range filter {
		if strings.Join(values, "") == "" {
			filter.Del(name)
		}
	}
	if filter.Has(reference) {
		return c.showFound(q, filter)
	}
	http.Redirect(q.w, q.Request, addressOf(filter), http.StatusSeeOther)
	return nil
}

func addressOf(filter url.Values) string {
	return strings.TrimSuffix(Root+"/processes?"+filter.Encode(), "?")
}

func (c *console) showFound(q *request, filter url.Values) error {
	f := found{Filter: filter}
	query, problem := queryOf(f.Filter)
	f.Problem = problem
	f.Filtered = query != (idv.ProcessQuery{Limit: pageSize + 1})
	if problem == "" {
		var err error
		if f.Lines, err = c.Service.FindProcesses(q.Context(), q.op.Tenant, query); err != nil {
			return err
		}
	}
	if len(f.Lines) > pageSize {
		f.Lines = f.Lines[:pageSize]
		f.Next = nextPage(f.Filter, f.Lines[pageSize-1])
	}
	return c.show(q, "find", frame{Title: "Processes", Here: "find", Body: f})
}

// nextPage gives the form that leads behind a line.
func nextPage(filter url.Values, last idv.ProcessLine) url.Values {
	next := maps.Clone(filter)
	next.Set("after", strconv.FormatInt(last.CreatedAt.UnixMicro(), 10)+"."+last.Process)
	return next
}

// queryOf reads the form, and says what of it cannot be read.
func queryOf(form url.Values) (q idv.ProcessQuery, problem string) {
	q = idv.ProcessQuery{
		Limit: pageSize + 1, ID: strings.TrimSpace(form.Get("id")), ExternalReference: idv.Personal(form.Get(reference)),
		Type: idv.ProcessType(form.Get("type")),
	}
	switch status := form.Get("status"); {
	case status == "undecided":
		q.Undecided = true
	case status == "" || slices.Contains(statuses(), idv.Status(status)):
		q.Status = idv.Status(status)
	default:
		return q, "There is no such status."
	}
	var err1, err2 error
	if q.Since, err1 = day(form.Get("since")); err1 == nil {
		q.Until, err2 = day(form.Get("until"))
	}
	if err1 != nil || err2 != nil {
		return q, "A day is written as 2026-11-23."
	}
	if !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1) // The day is part of the range.
	}
	if after := form.Get("after"); after != "" {
		at, id, _ := strings.Cut(after, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return q, "The address of the page is not one that was given here."
		}
		q.After = idv.ProcessCursor{CreatedAt: time.UnixMicro(n).UTC(), ID: id}
	}
	return q, ""
}

func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}

// folder is what the page of a dossier shows.
type folder struct {
	*idv.Dossier
	Lines []idv.ProcessLine
	Files []idv.Image
}

// datum is a field of the user data.
type datum struct{ Name, Value string }

func (c *console) dossier(q *request) error {
	id := q.PathValue("dossier")
	d, err := c.Service.Dossier(q.Context(), q.op.Tenant, id)
	if err != nil {
		return err
	}
	f := folder{Dossier: d.Dossier, Files: d.Files}
	for _, p := range d.Processes {
		f.Lines = append(f.Lines, idv.ProcessLine{
			ProcessKey: idv.ProcessKey{Tenant: p.TenantID, Dossier: p.DossierID, Process: p.ID}, Type: p.Type, DocumentType: p.DocumentType,
			Status: p.Status, ReviewedAt: p.Reviewed.DecidedAt(), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
		})
	}
	slices.Reverse(f.Lines)
	return c.show(q, "dossier", frame{Title: "Dossier", Here: "find", Body: f})
}

// userData is a part of the page of a dossier: reading it is recorded.
func (c *console) userData(q *request) error {
	u, err := c.Service.UserData(q.Context(), q.op.Tenant, q.PathValue("dossier"))
	if err != nil {
		return err
	}
	return c.part(q, "dossier", "userdata", dataOf(u))
}

func dataOf(u *idv.UserData) (data []datum) {
	add := func(name string, v idv.Personal) {
		if v != "" {
			data = append(data, datum{name, v.Reveal()})
		}
	}
	add("First name", u.FirstName)
	add("Last name", u.LastName)
	add("Date of birth", u.DateOfBirth)
	add("E-mail", u.Email)
	add("Phone", u.PhoneNumber)
	add("Nationality", u.Nationality)
	add("Gender", u.Gender)
	if a := u.Address; a != nil {
		street := strings.TrimSpace(a.Street.Reveal() + " " + a.BuildingNumber.Reveal() + " " + a.FlatNumber.Reveal())
		add("Street", idv.Personal(street))
		add("Town", idv.Personal(strings.TrimSpace(a.Postcode.Reveal()+" "+a.Town.Reveal()+" "+a.State.Reveal())))
		add("Country", a.Country)
	}
	return data
}
