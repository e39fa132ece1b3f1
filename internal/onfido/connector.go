package onfido

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

var (
	_ idv.Provider = (*Connector)(nil)
	_ idv.Admitter = (*Connector)(nil)
	_ idv.Holder   = (*Connector)(nil)
	_ idv.Filmer   = (*Connector)(nil)
)

// Config says how the connector works.
type Config struct {
	// API is the account. It is required.
	API *onfidoapi.Client
	// Now is the time; nil means the wall clock.
	Now func() time.Time
	// Settle is how long a request of unknown outcome is given to be done before
	// the connector looks whether it was; zero means
	// thirty seconds, as long as a request may take.
	Settle time.Duration
	// Motion asks for facial_similarity_motion instead of facial_similarity_video
	// for a documentVideo process: the app or page then captures motion.
	Motion bool
	// SDKUploads sends films to the addresses that Onfido's SDKs use, which are not
	// part of its documented API. Without it our own pages take no films.
	SDKUploads bool
	// WebhookToken is the key of a webhook that was registered by hand, or empty:
	// EnsureWebhook finds out its own.
	WebhookToken string
}

// Connector is Onfido as an idv.Provider. It keeps nothing but the keys of its
// webhooks: what was asked of Onfido is in the journal of each process. It is
// safe for concurrent use.
type Connector struct {
	api    *onfidoapi.Client
	now    func() time.Time
	settle time.Duration
	motion bool
	films  bool

	byHand []string // keys of webhooks that were registered by hand
	mu     sync.RWMutex
	tokens []string // keys of webhook signatures
}

// New makes a connector. It sends nothing.
func New(cfg Config) (*Connector, error) {
	if cfg.API == nil {
		return nil, errors.New("the connector needs an Onfido account")
	}
	c := &Connector{api: cfg.API, now: cfg.Now, settle: cfg.Settle, motion: cfg.Motion, films: cfg.SDKUploads}
	if c.now == nil {
		c.now = time.Now
	}
	if c.settle <= 0 {
		c.settle = 30 * time.Second
	}
	if cfg.WebhookToken != "" {
		c.byHand = []string{cfg.WebhookToken}
		c.tokens = c.byHand
	}
	return c, nil
}

// Prepare makes the applicant, or brings an earlier one up to date, because only
// then Onfido says whether it can tell the country and whether it demands
// consent. What an app or a page should have brought has to be there. An *idv.Error is the customer's to mend; after any other error the
// verification may start all the same.
func (c *Connector) Prepare(ctx context.Context, k idv.Case) error {
	ctx = onfidoapi.For(ctx, k.Process.TenantID)
	ref := k.Journal.Step(idv.StepApplicant).Ref
	var err error
	if ref == "" {
		ref, err = c.applicant(ctx, k)
	} else {
		_, err = c.api.UpdateApplicant(ctx, ref, details(k))
	}
	if err != nil {
		return refusal(k.Process, err)
	}
	if err := c.consented(ctx, k, ref); err != nil || k.Process.Path != idv.PathSDK {
		return err
	}
	_, err = c.brought(ctx, k, ref)
	return err
}

// Advance brings the images to Onfido and orders the check, each at most once,
// or looks at the check that was ordered.
func (c *Connector) Advance(ctx context.Context, k idv.Case) (idv.Progress, error) {
	ctx = onfidoapi.For(ctx, k.Process.TenantID)
	check, err := c.order(ctx, k)
	if err != nil {
		return idv.Progress{}, err
	}
	return c.collect(ctx, k, check)
}

// order gives the check of a process, which it makes if there is none yet.
func (c *Connector) order(ctx context.Context, k idv.Case) (check string, err error) {
	if ref := k.Journal.Step(idv.StepCheck).Ref; ref != "" {
		return ref, nil
	}
	applicant, err := c.applicant(ctx, k)
	if err != nil {
		return "", meaning(err, idv.FailProvider)
	}
	if err := c.consented(ctx, k, applicant); err != nil {
		return "", meaning(err, idv.FailProvider)
	}
	documents, err := c.documents(ctx, k, applicant)
	if err != nil {
		return "", meaning(err, idv.FailUpload)
	}
	check, err = c.check(ctx, k, applicant, documents)
	return check, meaning(err, idv.FailProvider)
}

// documents gives the ids of those to check, once they are at Onfido and so is
// the face.
func (c *Connector) documents(ctx context.Context, k idv.Case, applicant string) ([]string, error) {
	if k.Process.Path == idv.PathSDK {
		return c.settleOn(ctx, k, applicant)
	}
	return c.upload(ctx, k, applicant)
}

// Forget deletes the applicant and all that Onfido holds of the person. While a
// check runs Onfido refuses; then it says when to try again.
func (c *Connector) Forget(ctx context.Context, ref string) error {
	err := c.api.DeleteApplicant(ctx, ref)
	answer, ok := errors.AsType[*onfidoapi.Error](err)
	if !ok {
		return err
	}
	switch {
	case answer.Type == "deletion_incomplete_checks", answer.Status == http.StatusConflict:
		return &idv.Later{After: time.Minute, Err: err}
	case answer.Status == http.StatusUnauthorized, answer.Status == http.StatusForbidden, answer.Status == http.StatusTooManyRequests:
		return meaning(err, idv.FailProvider)
	default:
		return err
	}
}
