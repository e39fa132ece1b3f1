package console

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dossier-id/dossier/internal/idv"
)

// pageSize is how many rows a list shows.
const pageSize = 50

// found is what the list of processes shows.
type found struct {
	// Filter is the form as it was sent.
	Filter url.Values
	Lines  []idv.ProcessLine
	// Next is the address of the page behind this one; "" on the last.
	Next     string
	Filtered bool
	Problem  string
}

// Value gives a field of the form.
func (f found) Value(name string) string { return f.Filter.Get(name) }

// view is a filter that is often wanted.
type view struct {
	Name, Href string
	Current    bool
}

// Views are the filters that are often wanted.
func (f found) Views() (views []view) {
	current := f.Filter.Get("status")
	for name := range f.Filter {
		if name != "status" && name != "after" {
			current = "none of these"
		}
	}
	for _, v := range [][2]string{{"All", ""}, {"To decide", undecided}, {"Being verified", "processing"}, {"Rejected", "rejected"}, {"Failed", "failed"}} {
		filter := url.Values{}
		if v[1] != "" {
			filter.Set("status", v[1])
		}
		views = append(views, view{v[0], addressOf(filter), current == v[1]})
	}
	return views
}

const (
	// reference is the one field of the form that is about a person: it is posted,
	// and stands in no address. searchParam stands there in its place.
	reference   = "reference"
	searchParam = "search"
	// undecided is a status of the form only: inconclusive, and nobody has decided.
	undecided = "undecided"
	// maxReference is how long a reference can be, in characters.
	maxReference = 255
)

// find shows the processes that the address of the page describes.
func (c *console) find(q *request) error {
	filter := q.URL.Query()
	filter.Del(reference)
	filter.Del("done")
	if id := filter.Get(searchParam); id != "" {
		wanted, err := c.searched(q.session, id)
		if idv.CodeOf(err) == idv.CodeNotFound {
			filter.Del(searchParam)
			return c.show(q, "find", frame{Title: "Processes", Here: "find", Body: found{
				Filter: filter, Filtered: true, Problem: "This search has ended: what was searched for is kept for half an hour, and for your session only. Search again.",
			}})
		}
		if err != nil {
			return err
		}
		filter.Set(reference, wanted)
	}
	return c.showFound(q, filter)
}

// search takes the form, and gives what was searched for an address: one that can
// be kept, unless there is a reference in it.
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
	filter.Del(searchParam)
	if id := strings.TrimSpace(filter.Get("id")); strings.ContainsFunc(id, notOfID) { // It could be about a person.
		return c.show(q, "find", frame{Title: "Processes", Here: "find", Body: found{
			Filter: filter, Filtered: true, Problem: "An id has only letters, digits and hyphens. The customer's own word goes into External reference.",
		}})
	}
	if wanted := filter.Get(reference); utf8.RuneCountInString(wanted) > maxReference {
		return idv.Refuse(idv.CodeInvalid, "the search is not valid", idv.InvalidParam{Name: "External reference", Reason: "has at most 255 characters"})
	} else if wanted != "" {
		id, err := c.searchID(q.session, wanted)
		if err != nil {
			return err
		}
		filter.Set(searchParam, id)
	}
	http.Redirect(q.w, q.Request, addressOf(filter), http.StatusSeeOther)
	return nil
}

func notOfID(r rune) bool {
	return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
}

// addressOf is where the list is with a filter.
func addressOf(filter url.Values) string {
	filter = maps.Clone(filter)
	filter.Del(reference)
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

// nextPage gives the address that leads behind a line.
func nextPage(filter url.Values, last idv.ProcessLine) string {
	next := maps.Clone(filter)
	next.Set("after", strconv.FormatInt(last.CreatedAt.UnixMicro(), 10)+"."+last.Process)
	return addressOf(next)
}

// queryOf reads the form, and says what of it cannot be read.
func queryOf(form url.Values) (q idv.ProcessQuery, problem string) {
	q = idv.ProcessQuery{
		Limit: pageSize + 1, ID: strings.TrimSpace(form.Get("id")), ExternalReference: idv.Personal(form.Get(reference)),
		Type: idv.ProcessType(form.Get("type")), Country: form.Get("country"),
	}
	if q.Country != "" && !idv.IsCountry(q.Country) {
		return q, "There is no such country: its code has three capital letters, as ALB (ISO 3166-1)."
	}
	switch status := form.Get("status"); {
	case status == undecided:
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
