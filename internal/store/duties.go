package store

import (
	"context"
	"fmt"
	"time"
)

// TakeDuty gives a recurring duty to one of all replicas that ask: true says
// that it is the caller's until the given time, when it is free again.
func (db *DB) TakeDuty(ctx context.Context, name string, now, until time.Time) (bool, error) {
	n, err := exec(ctx, db.writer, `INSERT INTO duties (name, until) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE duties.until <= $3 OR duties.until > $4`,
		name, micros(until), micros(now), micros(now.Add(longestLease)))
	if err != nil {
		return false, fmt.Errorf("take a duty: %w", err)
	}
	return n == 1, nil
}
