package console

import (
	"github.com/dossier-id/dossier/internal/idv"
)

// pathOf is where a process is, below Root.
func pathOf(k idv.ProcessKey) string { return "/processes/" + k.Dossier + "/" + k.Process }

func (c *console) review(q *request) error {
	k := q.key()
	err := c.Service.Review(q.Context(), k, q.op.Name, idv.Status(q.PostFormValue("decision")), idv.Personal(q.PostFormValue("reason")))
	if err != nil {
		return err
	}
	demanded, err := c.Service.FourEyes(q.Context(), k.Tenant)
	if err != nil {
		return err
	}
	if demanded {
		return q.seeOther(pathOf(k), "proposed")
	}
	return q.seeOther(pathOf(k), "decided")
}

func (c *console) confirm(q *request) error {
	if err := c.Service.ConfirmReview(q.Context(), q.key(), q.op.Name); err != nil {
		return err
	}
	return q.seeOther(pathOf(q.key()), "decided")
}

func (c *console) sendBack(q *request) error {
	if err := c.Service.ReturnReview(q.Context(), q.key()); err != nil {
		return err
	}
	return q.seeOther(pathOf(q.key()), "returned")
}

// replayOne sends an event of a process once more to an endpoint.
func (c *console) replayOne(q *request) error {
	k := q.key()
	steps, err := c.Service.Timeline(q.Context(), k)
	if err != nil {
		return err
	}
	event, subscription := q.PostFormValue("event"), q.PostFormValue("subscription")
	for _, s := range steps {
		if s.ID != event {
			continue
		}
		if _, err := c.Service.Replay(q.Context(), k.Tenant, subscription, idv.ReplayQuery{Event: event}); err != nil {
			return err
		}
		return q.seeOther(pathOf(k), "replayed")
	}
	return idv.NotFound("event of this process")
}
