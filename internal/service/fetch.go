package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// stepFetch notes since when the images of a complete check could not be had.
const stepFetch = "fetch"

// fetchFor is how long a verdict waits for the images that the provider holds.
// They are part of the full result, which never changes once it can be had, so
// they are worth a wait; the verdict is worth more.
const fetchFor = 15 * time.Minute

// fetch keeps the images of a complete check that did not come from here (Assure
// contract section 6). again is how long to wait before another try, zero when
// there is nothing more to be had.
func (v *verification) fetch(ctx context.Context) (again time.Duration, err error) {
	holder, holds := v.service.Provider.(idv.Holder)
	if !holds || v.service.LeaveImages {
		return 0, nil
	}
	err = holder.Fetch(ctx, v.Case, v.keep)
	if err == nil || errors.Is(err, idv.ErrLeaseLost) || idv.CodeOf(err) == idv.CodeNotFound {
		return 0, err
	}
	since := v.Step(stepFetch).IntendedAt
	if since.IsZero() {
		if err := v.Intend(ctx, stepFetch); err != nil {
			return 0, err
		}
		since = v.service.now()
	}
	if v.service.now().Sub(since) < fetchFor {
		return v.wait(ctx, err), nil
	}
	v.service.Log.WarnContext(ctx, "the images stay at the provider: they could not be fetched", "process", v.key.Process, "error", err)
	return 0, nil
}

// keep stores one image or film of the provider's. What is no picture that we
// show, such as a PDF, stays there.
func (v *verification) keep(ctx context.Context, d idv.Depiction, body io.Reader) error {
	b := &batch{service: v.service, key: v.key, theirs: true}
	add := func() error { return b.add(ctx, d, body) }
	if d == idv.Video {
		add = func() error { return b.addFilm(ctx, body) }
	}
	err := add()
	if err == nil {
		err = v.hold(ctx, b)
	}
	if err != nil {
		b.discard(context.WithoutCancel(ctx))
	}
	if refused, ok := errors.AsType[*idv.Error](err); ok && refused.Code != idv.CodeNotFound {
		v.service.Log.InfoContext(ctx, "an image stays at the provider", "process", v.key.Process, "depiction", d, "code", refused.Code)
		return nil
	}
	return err
}

// hold makes what was stored that of the process, while the lease lasts.
func (v *verification) hold(ctx context.Context, b *batch) error {
	err := v.service.Store.Update(ctx, func(tx idv.Tx) error {
		if err := v.renew(ctx, tx); err != nil {
			return err
		}
		return tx.PutImages(ctx, v.Process, b.images, nil)
	})
	if err != nil {
		return fmt.Errorf("keep an image of the provider's: %w", err)
	}
	v.Images = append(v.Images, b.images...)
	return nil
}
