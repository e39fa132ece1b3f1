package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// clockSetting is the name under which what is known of the clock is kept.
const clockSetting = "clock"

// Clock gives what is known of the clock; zero before the first look at it.
func (r *reader) Clock(ctx context.Context) (c idv.Clock, err error) {
	stored, err := r.setting(ctx, clockSetting)
	if idv.CodeOf(err) == idv.CodeNotFound {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(stored, &c)
	}
	if err != nil {
		return c, fmt.Errorf("read what is known of the clock: %w", err)
	}
	r.db.seen.Store(micros(c.Trusted))
	return c, nil
}

// ErrClockBehind says that nothing is stored, because it would bear a time that is
// long over: it would soon be deleted as old, and proves nothing.
var ErrClockBehind = errors.New("the clock is more than a day behind the time that was seen before: set it right, or confirm it with `dossier retention resume`")

// OnTime gives ErrClockBehind while the clock is far behind the latest time that
// was trusted when Clock was last read. A command beside the server is not asked.
func (db *DB) OnTime() error {
	if seen := db.seen.Load(); !db.Beside && seen > micros(db.Now().Add(idv.ClockLeap)) {
		return ErrClockBehind
	}
	return nil
}

// SaveClock stores what is known of the clock.
func (t *transaction) SaveClock(ctx context.Context, c idv.Clock) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode what is known of the clock: %w", err)
	}
	return t.db.saveSetting(ctx, t.q, clockSetting, plain)
}

const (
	// MostApart is how far the clocks of an installation are ever apart. What
	// was made later than that was made by a clock that was ahead.
	MostApart = 5 * time.Minute
	// longestLease is longer than any lease, claim or duty is given for. One that ends
	// later was given by a clock that was ahead, and has ended.
	longestLease = time.Hour
	// longestWait is longer than any delivery waits for its next try.
	longestWait = 30 * time.Hour
)

// BringBack makes due the deliveries that a clock that was ahead has put off:
// those that were made later than now, or wait for longer than any does.
func (db *DB) BringBack(ctx context.Context, now time.Time) error {
	_, err := exec(ctx, db.writer, `UPDATE deliveries SET due_at = $1, created_at = CASE WHEN created_at > $1 THEN $1 ELSE created_at END
		WHERE status = 'pending' AND (created_at > $2 OR due_at > $3)`, micros(now), micros(now.Add(MostApart)), micros(now.Add(longestWait)))
	if err != nil {
		return fmt.Errorf("bring back the deliveries that were put off: %w", err)
	}
	return nil
}
