package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPerPage = 20
	maxPerPage     = 500 // Onfido's own limit is not known to us
)

// page is a window of a list.
type page struct{ number, size int }

func readPage(q url.Values, size int) (page, error) {
	p := page{number: 1, size: size}
	wrong := problems{}
	for key, to := range map[string]*int{"page": &p.number, "per_page": &p.size} {
		if !q.Has(key) {
			continue
		}
		n, err := strconv.Atoi(q.Get(key))
		if err != nil || n < 1 {
			wrong.add(key, textInvalid)
			continue
		}
		*to = n
	}
	p.size = min(p.size, maxPerPage)
	return p, wrong.err()
}

// window is the part of rows that the page shows.
func window[T any](rows []T, p page) []T {
	if p.number-1 > len(rows)/p.size {
		return []T{}
	}
	from := min((p.number-1)*p.size, len(rows))
	return rows[from:min(from+p.size, len(rows))]
}

// header is X-Total-Count and Link for a list of total rows (Onfido contract section 0, "Pagination").
func (p page) header(r *http.Request, total int) map[string]string {
	last := max(1, (total+p.size-1)/p.size)
	links := []string{p.link(r, 1, "first"), p.link(r, last, "last")}
	if p.number > 1 {
		links = append(links, p.link(r, p.number-1, "prev"))
	}
	if p.number < last {
		links = append(links, p.link(r, p.number+1, "next"))
	}
	return map[string]string{"X-Total-Count": strconv.Itoa(total), "Link": strings.Join(links, ", ")}
}

func (p page) link(r *http.Request, number int, rel string) string {
	q := r.URL.Query()
	q.Set("page", strconv.Itoa(number))
	q.Set("per_page", strconv.Itoa(p.size))
	return fmt.Sprintf("<%s%s?%s>; rel=%q", baseURL(r), r.URL.Path, q.Encode(), rel)
}

// listApplicants answers a page of applicants, newest first.
func (s *Sandbox) listApplicants(_ http.ResponseWriter, r *http.Request) (reply, error) {
	q := r.URL.Query()
	p, err := readPage(q, defaultPerPage)
	if err != nil {
		return reply{}, err
	}
	deleted := q.Get("include_deleted")
	if !slices.Contains([]string{"", "true", "false"}, deleted) {
		return reply{}, invalid("include_deleted", textBoolean)
	}
	s.mu.RLock()
	rows := s.state.applicants.all()
	s.mu.RUnlock()
	if deleted != "true" {
		rows = slices.DeleteFunc(rows, func(a applicant) bool { return a.DeleteAt != nil })
	}
	slices.Reverse(rows)
	body := map[string][]applicant{"applicants": window(rows, p)}
	return reply{status: http.StatusOK, json: body, header: p.header(r, len(rows))}, nil
}
