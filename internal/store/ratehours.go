package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// keptBookings is how long it can be seen how much of the provider's limit was
// used: as long as the overview of the console reaches back, and a day before it.
const keptBookings = 92 * 24 * time.Hour

// NoteBooked notes how many places of the provider's schedule were booked by now,
// so that BookedHours can tell how many in which hour. It is called every minute.
func (db *DB) NoteBooked(ctx context.Context, now time.Time) error {
	return db.update(ctx, func(tx *transaction) error {
		_, err := exec(ctx, tx.q, `INSERT INTO rate_hours (name, hour, booked) SELECT name, $2, booked FROM rates WHERE name = $1
			ON CONFLICT (name, hour) DO UPDATE SET booked = excluded.booked`, providerRate, micros(now.Truncate(time.Hour)))
		if err == nil {
			_, err = exec(ctx, tx.q, `DELETE FROM rate_hours WHERE name = $1 AND hour < $2`, providerRate, micros(now.Add(-keptBookings)))
		}
		if err != nil {
			return fmt.Errorf("note how much of the provider's limit was used: %w", err)
		}
		return nil
	})
}

// BookedHours gives how many requests to the provider were given a place under its
// limit in each hour since, at most 91 days ago, those without any left out, and
// until when the schedule is full: a time that has passed when nothing waits.
func (r *reader) BookedHours(ctx context.Context, since time.Time) (hours []idv.HourCount, full time.Time, err error) {
	type total struct {
		at     time.Time
		booked int
	}
	totals, err := all(ctx, r.q, func(r row) (t total, err error) {
		err = r.Scan(timeOf(&t.at), &t.booked)
		return t, err
	}, `SELECT hour, booked FROM rate_hours WHERE name = $1 AND hour >= $2 ORDER BY hour`, providerRate, micros(since.Add(-keptBookings)))
	if err != nil {
		return nil, full, fmt.Errorf("read how much of the provider's limit was used: %w", err)
	}
	before := 0
	for _, t := range totals {
		if n := t.booked - before; n > 0 && !t.at.Before(since) {
			hours = append(hours, idv.HourCount{Hour: t.at, Count: n})
		}
		before = t.booked
	}
	free, err := all(ctx, r.q, value[int64], `SELECT free_at FROM rates WHERE name = $1`, providerRate)
	if err != nil {
		return nil, full, fmt.Errorf("read the provider's schedule: %w", err)
	}
	if len(free) > 0 {
		full = unmicros(free[0])
	}
	return hours, full, nil
}
