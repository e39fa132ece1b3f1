package console

import (
	"strconv"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// endpoints is what the page of the subscriptions shows.
type endpoints struct {
	Subscriptions []*idv.Subscription
	Made          *idv.Subscription
}

func (c *console) webhooks(q *request) error { return c.showWebhooks(q, nil) }

func (c *console) showWebhooks(q *request, made *idv.Subscription) error {
	found, err := c.Service.Subscriptions(q.Context(), q.op.Tenant)
	if err != nil {
		return err
	}
	return c.show(q, "webhooks", frame{Title: "Webhooks", Here: "webhooks", Body: endpoints{found, made}})
}

func (c *console) createWebhook(q *request) error {
	made, err := c.Service.CreateSubscription(q.Context(), q.op.Tenant, endpointOf(q))
	if err != nil {
		return err
	}
	return c.showWebhooks(q, made)
}

// endpoint is what the page of one subscription shows.
type endpoint struct {
	*idv.Subscription
	Deliveries []sent
	Status     idv.DeliveryStatus
	Next       string
	// Secret is set only when it was just made.
	Secret string
	// Address is the URL without what may be a credential in it.
	Address string
}

func (c *console) webhook(q *request) error { return c.showWebhook(q, "") }

func (c *console) showWebhook(q *request, secret string) error {
	ctx, id := q.Context(), q.PathValue("id")
	s, err := c.Service.Subscription(ctx, q.op.Tenant, id)
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(q.URL.Query().Get("before"), 10, 64)
	if err != nil {
		before = 0
	}
	status := idv.DeliveryStatus(q.URL.Query().Get("status"))
	page, err := c.Service.Deliveries(ctx, q.op.Tenant, id, idv.DeliveryQuery{Before: before, Limit: pageSize + 1, Status: status})
	if err != nil {
		return err
	}
	e := endpoint{Subscription: s, Status: status, Secret: secret, Address: host(s.URL)}
	if q.may(idv.RoleAdministrator) {
		e.Address = s.URL.Reveal()
	}
	if len(page) > pageSize {
		page = page[:pageSize]
		e.Next = Root + "/webhooks/" + id + "?status=" + string(status) + "&before=" + strconv.FormatInt(page[pageSize-1].Event.Position, 10)
	}
	for _, d := range page {
		e.Deliveries = append(e.Deliveries, sent{d, e.Address})
	}
	return c.show(q, "webhook", frame{Title: "Webhook " + host(s.URL), Here: "webhooks", Body: e})
}

// changeWebhook does what the address says to a subscription.
func (c *console) changeWebhook(q *request) (err error) {
	ctx, tenant, id := q.Context(), q.op.Tenant, q.PathValue("id")
	var done string
	switch q.PathValue("deed") {
	case "pause":
		done = "paused"
		_, err = c.Service.PauseSubscription(ctx, tenant, id)
	case "resume":
		done = "resumed"
		_, err = c.Service.ResumeSubscription(ctx, tenant, id)
	case "test":
		done = "tested"
		err = c.Service.TestSubscription(ctx, tenant, id)
	case "replay":
		done = "replay"
		_, err = c.Service.Replay(ctx, tenant, id, idv.ReplayQuery{Since: c.Now().Add(-idv.EventLife), Failed: true})
	case "rotate":
		s, err := c.Service.RotateSecret(ctx, tenant, id)
		if err != nil {
			return err
		}
		return c.showWebhook(q, s.Secret.Reveal())
	case "delete":
		if err := c.Service.DeleteSubscription(ctx, tenant, id); err != nil {
			return err
		}
		return q.seeOther("/webhooks", "deleted")
	default:
		return idv.NotFound("page")
	}
	if err != nil {
		return err
	}
	return q.seeOther("/webhooks/"+id, done)
}

// endpointOf reads the form of a subscription.
func endpointOf(q *request) service.Endpoint {
	e := service.Endpoint{URL: idv.Personal(q.PostFormValue("url"))}
	for _, name := range q.PostForm["event"] {
		e.Events = append(e.Events, idv.EventName(name))
	}
	return e
}
