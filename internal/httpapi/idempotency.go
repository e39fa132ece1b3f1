package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/wire"
)

const (
	idempotencyHeader = "Idempotency-Key"
	maxIdempotencyKey = 255
	// keepAnswers is how long a key is remembered.
	keepAnswers = 24 * time.Hour
	// renewals is how often a claim is renewed in the time that it holds.
	renewals = 3
)

// Answers remembers what requests with an Idempotency-Key were answered.
type Answers interface {
	Claim(ctx context.Context, k store.IdempotencyKey, now time.Time, lease time.Duration) (*store.Claim, error)
	Renew(ctx context.Context, c *store.Claim, until time.Time) error
	Finish(ctx context.Context, c *store.Claim, requestHash []byte, dossier string, a store.Answer, keepUntil time.Time) error
	Abandon(ctx context.Context, c *store.Claim) error
}

// idempotent makes a POST with an Idempotency-Key safe to repeat: the same
// request gets the same answer and does nothing twice, another request under
// the same key gets 422 (Assure contract section 3). Only success is
// remembered, because a refusal changed nothing.
func (a *api) idempotent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys := r.Header.Values(idempotencyHeader)
		if r.Method != http.MethodPost || len(keys) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if len(keys) > 1 || keys[0] == "" || len(keys[0]) > maxIdempotencyKey {
			p := problem(r.Context(), r.Method, r.URL.Path, http.StatusBadRequest, "the request is not valid")
			p.InvalidParams = []InvalidParam{{Name: idempotencyHeader, Reason: "must be one header of 1 to 255 characters"}}
			p.write(w)
			return
		}
		caller := callerOf(r.Context())
		claim, err := a.Answers.Claim(r.Context(), store.IdempotencyKey{Tenant: caller.Tenant, Client: caller.ClientID, Key: keys[0]}, a.Now(), a.ClaimFor)
		if err != nil {
			problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
			return
		}
		switch claim.State {
		case store.ClaimFresh:
			a.answerOnce(w, r, claim, next)
		case store.ClaimInProgress:
			w.Header().Set("Retry-After", "1")
			fail(w, r, http.StatusConflict, "the first request with this Idempotency-Key is still being answered")
		case store.ClaimAnswered:
			a.answerAgain(w, r, claim)
		}
	})
}

// hold renews a claim until release is called. It may be called twice.
func (a *api) hold(ctx context.Context, claim *store.Claim) (release func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(a.ClaimFor / renewals)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := a.Answers.Renew(ctx, claim, a.Now().Add(a.ClaimFor)); err != nil && ctx.Err() == nil {
					a.Log.WarnContext(ctx, "the claim of an Idempotency-Key is not renewed", "trace", traceID(ctx), "error", err)
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}

// answerOnce does the request and keeps its answer. A claim that is left
// behind by a panic or a crash runs out by itself.
func (a *api) answerOnce(w http.ResponseWriter, r *http.Request, claim *store.Claim, next http.Handler) {
	requestOf(r.Context()).object = claim.Object
	sum := newRequestSum(r)
	rest := r.Body
	r.Body = &restOfBody{io.TeeReader(rest, sum), rest}
	kept := &keptAnswer{Status: wire.Status{ResponseWriter: w}}
	release := a.hold(r.Context(), claim)
	defer release()
	next.ServeHTTP(kept, r)
	release() // the claim must stand still from here on

	ctx := context.WithoutCancel(r.Context())
	if kept.Code < 200 || kept.Code > 299 {
		a.note(ctx, a.Answers.Abandon(ctx, claim))
		return
	}
	_, _ = io.Copy(sum, io.LimitReader(rest, maxImagesRequest)) // what the handler did not need
	a.note(ctx, a.Answers.Finish(ctx, claim, sum.Sum(nil), requestOf(ctx).dossier, store.Answer{
		Status: kept.Code, Location: w.Header().Get("Location"), ContentType: w.Header().Get("Content-Type"), Body: kept.body.Bytes(),
	}, a.Now().Add(keepAnswers)))
}

// note logs what the client need not hear: its request is done.
func (a *api) note(ctx context.Context, err error) {
	if err != nil {
		a.Log.ErrorContext(ctx, "an answer is not kept for its Idempotency-Key", "trace", traceID(ctx), "error", err)
	}
}

func (a *api) answerAgain(w http.ResponseWriter, r *http.Request, claim *store.Claim) {
	sum := newRequestSum(r)
	if _, err := io.Copy(sum, http.MaxBytesReader(w, r.Body, maxImagesRequest)); err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	if !claim.Matches(sum.Sum(nil)) {
		fail(w, r, http.StatusUnprocessableEntity, "this Idempotency-Key was used for another request")
		return
	}
	setUnlessEmpty(w.Header(), "Location", claim.Answer.Location)
	setUnlessEmpty(w.Header(), "Content-Type", claim.Answer.ContentType)
	w.Header().Set("Idempotent-Replayed", "true")
	w.WriteHeader(claim.Answer.Status)
	_, _ = w.Write(claim.Answer.Body)
}

func setUnlessEmpty(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// newRequestSum begins the hash that tells requests apart: method, path, media
// type, and then the body, which the caller writes.
func newRequestSum(r *http.Request) hash.Hash {
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path, r.Header.Get("Content-Type")} {
		_, _ = io.WriteString(sum, part+"\x00")
	}
	return sum
}

// objectOf gives the id for what a request makes, "" when any will do.
func objectOf(ctx context.Context) string { return requestOf(ctx).object }

// belongsTo notes the dossier of a request, under whose key its answer is kept.
func belongsTo(ctx context.Context, dossier string) { requestOf(ctx).dossier = dossier }

// restOfBody is a body that is read through something else: a hash, a buffer.
type restOfBody struct {
	io.Reader
	io.Closer
}

// keptAnswer remembers an answer while it is sent.
type keptAnswer struct {
	wire.Status
	body bytes.Buffer
}

// Write notes the body.
func (k *keptAnswer) Write(p []byte) (int, error) {
	k.body.Write(p)
	return k.Status.Write(p)
}
