package evidence

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/optional"
	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/printed"
)

// readersAtOnce bounds memory: one reading takes up to 130 MB.
const readersAtOnce = 2

// Eye reads pictures, a bounded number at a time and each within a bounded time. It is safe for concurrent use. The
// reader behind it is made when the first picture comes, so that a sandbox that only gives canned answers does not
// pay for it.
type Eye struct {
	within   time.Duration
	programs optional.Set
	log      *slog.Logger
	slots    chan struct{}
	reader   func() (*vision.Reader, error)
}

// NewEye makes an eye that gives up on a picture after the time, and asks programs for what it cannot do itself.
func NewEye(within time.Duration, programs optional.Set, log *slog.Logger) *Eye {
	return &Eye{within: within, programs: programs, log: log, slots: make(chan struct{}, readersAtOnce), reader: sync.OnceValues(vision.New)}
}

// Look reads a picture as of today. A file that holds no readable picture gives a view that says so; the error is
// that of the context, which also ends the wait for a turn, or that of a reading that took too long.
func (e *Eye) Look(ctx context.Context, file []byte, today time.Time) (*View, error) {
	v, _, err := e.look(ctx, file, today)
	return v, err
}

// LookAtDocument is Look, and lets tesseract read what is printed, if it is there.
func (e *Eye) LookAtDocument(ctx context.Context, file []byte, today time.Time) (*View, error) {
	v, reading, err := e.look(ctx, file, today)
	if reading != nil && e.programs.Reads() {
		v.Print = e.print(ctx, reading)
	}
	return v, err
}

// look gives no reading when there is no picture.
func (e *Eye) look(ctx context.Context, file []byte, today time.Time) (*View, *vision.Reading, error) {
	reading, err := e.read(ctx, file, vision.Options{Today: today})
	switch {
	case errors.Is(err, vision.ErrFormat), errors.Is(err, vision.ErrSize):
		return &View{Unreadable: true}, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return e.view(ctx, reading), reading, nil
}

// view asks the user's own program about the face, if there is one.
func (e *Eye) view(ctx context.Context, r *vision.Reading) *View {
	v := newView(r)
	if portrait := r.Portrait(); portrait != nil && e.programs.Describes() {
		embedding, err := e.programs.Embed(ctx, portrait)
		if err != nil {
			e.log.WarnContext(ctx, "FACE_CMD did not describe a face", "error", err)
		}
		v.embedding = embedding
	}
	return v
}

// print waits for its turn too: tesseract takes a core and some 100 MB.
func (e *Eye) print(ctx context.Context, r *vision.Reading) *printed.Text {
	if err := e.turn(ctx); err != nil {
		return nil
	}
	defer e.done()
	text, err := e.programs.Print(ctx, r.Page())
	if err != nil {
		e.log.WarnContext(ctx, "tesseract did not read what is printed", "error", err)
	}
	return text
}

// turn waits until fewer pictures are read than may be; done ends what it has begun.
func (e *Eye) turn(ctx context.Context) error {
	select {
	case e.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to read a picture: %w", ctx.Err())
	}
}

func (e *Eye) done() { <-e.slots }

// read waits for its turn.
func (e *Eye) read(ctx context.Context, file []byte, o vision.Options) (*vision.Reading, error) {
	if err := e.turn(ctx); err != nil {
		return nil, err
	}
	defer e.done()
	reader, err := e.reader()
	if err != nil {
		return nil, fmt.Errorf("prepare to read pictures: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, e.within)
	defer cancel()
	reading, err := reader.Read(ctx, file, o)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read a picture: %w", ctx.Err())
	}
	return reading, err
}
