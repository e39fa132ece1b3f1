package console

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// dryRun is what the page of the retention shows.
type dryRun struct {
	Rules []rule
	Due   []service.Due
	// Days is how far from now the dry run is, Spans what can be chosen.
	Days  int
	Spans []int
	More  bool
}

// rule is how long something is kept.
type rule struct{ What, Long string }

// mostDue is how many of each kind a dry run lists.
const mostDue = 100

func (c *console) retention(q *request) error {
	page := dryRun{Spans: []int{0, 7, 30}}
	if days, err := strconv.Atoi(q.URL.Query().Get("days")); err == nil && slices.Contains(page.Spans, days) {
		page.Days = days
	}
	policy := c.Service.Policies.Of(q.op.Tenant)
	for _, a := range idv.Agings() {
		page.Rules = append(page.Rules, rule{string(a), long(policy[a])})
	}
	var err error
	if page.Due, err = c.Service.PlanOf(q.Context(), q.op.Tenant, c.Now().AddDate(0, 0, page.Days), mostDue); err != nil {
		return err
	}
	page.More = len(page.Due) >= mostDue
	return c.show(q, "retention", frame{Title: "Retention", Here: "retention", Body: page})
}

// long says how long a period is.
func long(p service.Period) string {
	var parts []string
	for _, unit := range []struct {
		n    int
		word string
	}{{p.Years, "year"}, {p.Months, "month"}, {p.Days, "day"}} {
		switch {
		case unit.n == 1:
			parts = append(parts, "1 "+unit.word)
		case unit.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", unit.n, unit.word))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "for ever")
}

// hold puts a dossier under a legal hold, or ends it.
func (c *console) hold(q *request) error {
	reason := strings.TrimSpace(q.PostFormValue("reason"))
	if reason == "" || len(reason) > idv.MaxReviewReason {
		return idv.Refuse(idv.CodeInvalid, "the request is not valid", idv.InvalidParam{Name: "reason", Reason: "must say why, in at most 2000 bytes"})
	}
	do, done := c.Service.Hold, "held"
	if q.PathValue("deed") == "release" {
		do, done = c.Service.Release, "released"
	} else if q.PathValue("deed") != "hold" {
		return idv.NotFound("page")
	}
	id := q.PathValue("dossier")
	if err := do(q.Context(), q.op.Tenant, id, idv.Personal(reason)); err != nil {
		return err
	}
	return q.seeOther("/dossiers/"+id, done)
}
