package evidence

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/vision"
)

// readersAtOnce bounds memory: one reading takes up to 130 MB.
const readersAtOnce = 2

// Eye reads pictures, a bounded number at a time and each within a bounded time. It is safe for concurrent use. The
// reader behind it is made when the first picture comes, so that a sandbox that only gives canned answers does not
// pay for it.
type Eye struct {
	within time.Duration
	slots  chan struct{}
	reader func() (*vision.Reader, error)
}

// NewEye makes an eye that gives up on a picture after the time.
func NewEye(within time.Duration) *Eye {
	return &Eye{within: within, slots: make(chan struct{}, readersAtOnce), reader: sync.OnceValues(vision.New)}
}

// Look reads a picture as of today. A file that holds no readable picture gives a view that says so; the error is
// that of the context, which also ends the wait for a turn, or that of a reading that took too long.
func (e *Eye) Look(ctx context.Context, file []byte, today time.Time) (*View, error) {
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to read a picture: %w", ctx.Err())
	}
	defer func() { <-e.slots }()
	reader, err := e.reader()
	if err != nil {
		return nil, fmt.Errorf("prepare to read pictures: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, e.within)
	defer cancel()
	reading, err := reader.Read(ctx, file, vision.Options{Today: today})
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("read a picture: %w", ctx.Err())
	case err != nil:
		return &View{Unreadable: true}, nil
	}
	return newView(reading), nil
}
