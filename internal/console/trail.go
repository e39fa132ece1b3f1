package console

import (
	"strconv"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// trailPage is what the page of the audit trail shows.
type trailPage struct {
	Records []idv.Record
	Query   idv.TrailQuery
	Next    string
	// Reports are set once the trail was verified.
	Reports []store.TrailReport
}

// Genuine says whether nothing was found in any report.
func (t trailPage) Genuine() bool {
	for _, r := range t.Reports {
		if len(r.Findings) > 0 {
			return false
		}
	}
	return true
}

func (c *console) trail(q *request) error { return c.showTrail(q, nil) }

func (c *console) showTrail(q *request, reports []store.TrailReport) error {
	form := q.URL.Query()
	before, err := strconv.ParseInt(form.Get("before"), 10, 64)
	if err != nil {
		before = 0
	}
	query := idv.TrailQuery{Before: before, Limit: pageSize + 1, Dossier: form.Get("dossier"), Actor: form.Get("actor"), Action: idv.Action(form.Get("action"))}
	records, err := c.Service.Trail(q.Context(), q.op.Tenant, query)
	if err != nil {
		return err
	}
	page := trailPage{Records: records, Query: query, Reports: reports}
	if len(records) > pageSize {
		page.Records = records[:pageSize]
		form.Set("before", strconv.FormatInt(records[pageSize-1].Position, 10))
		page.Next = Root + "/trail?" + form.Encode()
	}
	return c.show(q, "trail", frame{Title: "Audit trail", Here: "trail", Body: page})
}

// verifyTrail checks the whole trail and shows what of the operator's tenant and
// of the installation was found.
func (c *console) verifyTrail(q *request) error {
	all, err := c.VerifyTrail(q.Context())
	if err != nil {
		return err
	}
	var own []store.TrailReport
	for _, r := range all {
		if r.Tenant == q.op.Tenant || r.Tenant == "" {
			own = append(own, r)
		}
	}
	if err := c.Service.NoteVerified(q.Context(), q.op.Tenant); err != nil {
		return err
	}
	return c.showTrail(q, own)
}
