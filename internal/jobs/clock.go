package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/store"
)

// longestSleep is longer than any job waits: the queue tries a last time after
// some four days.
const longestSleep = 5 * 24 * time.Hour

// BringBack makes due the jobs that a clock that was ahead has put off: those that
// were stored or tried later than now, or wait for longer than any does. Periodic work
// never waits, since River stores it when it is time. A lead that was taken then ends as well, or nobody would do the periodic work.
func (r *Runner) BringBack(ctx context.Context, now time.Time) error {
	at, made, slept := any(now.UTC()), any(now.UTC().Add(store.MostApart)), any(now.UTC().Add(longestSleep))
	if r.db.Engine() == store.SQLite {
		at, made, slept = inSQLite(now), inSQLite(now.Add(store.MostApart)), inSQLite(now.Add(longestSleep))
	}
	for _, s := range []struct {
		text string
		args []any
	}{
		{`UPDATE river_job SET scheduled_at = $1, created_at = CASE WHEN created_at > $1 THEN $1 ELSE created_at END,
				attempted_at = CASE WHEN attempted_at > $1 THEN $1 ELSE attempted_at END
			WHERE state IN ('available', 'retryable', 'scheduled') AND (created_at > $2 OR attempted_at > $2 OR scheduled_at > $3 OR kind = 'periodic' AND scheduled_at > $2)`, []any{at, made, slept}},
		{`UPDATE river_job SET attempted_at = $1 WHERE state = 'running' AND attempted_at > $2`, []any{at, made}},
		{`DELETE FROM river_leader WHERE expires_at > $1`, []any{made}},
	} {
		if _, err := r.db.Writer().ExecContext(ctx, s.text, s.args...); err != nil {
			return fmt.Errorf("bring back the jobs that were put off: %w", err)
		}
	}
	return nil
}

// inSQLite writes a time as River does there.
func inSQLite(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }
