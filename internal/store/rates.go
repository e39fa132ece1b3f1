package store

import (
	"context"
	"fmt"
	"time"
)

// providerRate is the schedule of the provider's limit.
const providerRate = "provider"

const (
	// longestQueue is how far ahead the places under the limit are ever booked: each
	// replica books some seconds of them. What is booked further ahead, a clock
	// that was ahead has booked, and nobody waits for that.
	longestQueue = 5 * time.Minute
	// longestBacklog is the same for the work of a tenant, which may lie for days.
	longestBacklog = 7 * 24 * time.Hour
)

// Book gives the time of the first of n places in the schedule of a limit that
// lie apart by every. It gives each place once, and none that lies before now by
// more than ahead: what was not used meanwhile is gone.
func (db *DB) Book(ctx context.Context, now time.Time, n int, every, ahead time.Duration) (first time.Time, err error) {
	end, err := book(ctx, db.writer, providerRate, now.Add(-ahead), longestQueue, time.Duration(n)*every, n)
	if err != nil {
		return time.Time{}, fmt.Errorf("book places in the schedule: %w", err)
	}
	return end.Add(-time.Duration(n) * every), nil
}

// AddBacklog adds work to a tenant's backlog and gives how much lay there before.
func (t *transaction) AddBacklog(ctx context.Context, tenant string, now time.Time, work time.Duration) (time.Duration, error) {
	end, err := book(ctx, t.q, "backlog/"+tenant, now, longestBacklog, work, 1)
	if err != nil {
		return 0, fmt.Errorf("add to the backlog of a tenant: %w", err)
	}
	return end.Add(-work).Sub(now.Truncate(time.Microsecond)), nil
}

// book takes time for n places from a schedule, from the given moment on at the
// earliest, and gives the end of what was taken. A schedule that is full for longer
// than the longest is begun anew.
func book(ctx context.Context, q querier, name string, earliest time.Time, longest, length time.Duration, n int) (end time.Time, err error) {
	_, err = one(ctx, q, func(r row) (struct{}, error) { return struct{}{}, r.Scan(timeOf(&end)) },
		`INSERT INTO rates (name, free_at, booked) VALUES ($1, CAST($2 AS BIGINT) + $3, $4)
		ON CONFLICT (name) DO UPDATE SET free_at = $3 + CASE WHEN rates.free_at > $2 AND rates.free_at <= $5 THEN rates.free_at ELSE $2 END, booked = rates.booked + $4
		RETURNING free_at`, name, micros(earliest), length.Microseconds(), n, micros(earliest.Add(longest)))
	return end, err
}
