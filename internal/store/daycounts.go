package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

const (
	// countedDays is how far back days are counted ahead of being asked for: as far
	// as the overview of the console reaches.
	countedDays = 91
	// verdicts is what day_counts calls verdicts, beside the statuses of processes.
	verdicts = "verdicts"
	// countedMark is the setting that holds the first day that is not counted.
	countedMark = "days counted"
	dayLength   = 24 * time.Hour
)

// dayOf numbers the days since 1970, in UTC.
func dayOf(t time.Time) int64 { return t.Unix() / int64(dayLength/time.Second) }

func startOf(day int64) time.Time { return time.Unix(day*int64(dayLength/time.Second), 0).UTC() }

// dayCount is how many of something there were on a day.
type dayCount struct {
	tenant, what string
	day          int64
	count        int
}

func scanDayCount(r row) (c dayCount, err error) {
	err = r.Scan(&c.tenant, &c.what, &c.day, &c.count)
	return c, err
}

// CountDays counts the days that are over, so that nobody waits for that: counting
// a million processes takes longer than a page should. It is called
// every hour; what changes of those days meanwhile is seen after the next.
func (db *DB) CountDays(ctx context.Context, now time.Time) error {
	end := dayOf(now)
	begin := end - countedDays
	var counts []dayCount
	err := db.view(ctx, func(r *reader) error {
		for _, query := range []string{
			`SELECT tenant_id, status, created_at / $3 AS day, COUNT(*) FROM processes WHERE created_at >= $1 AND created_at < $2 GROUP BY 1, 2, 3`,
			`SELECT tenant_id, '` + verdicts + `', at / $3 AS day, COUNT(*) FROM events WHERE at >= $1 AND at < $2 AND ` + isVerdict + ` GROUP BY 1, 3`,
		} {
			found, err := all(ctx, r.q, scanDayCount, query, micros(startOf(begin)), micros(startOf(end)), dayLength.Microseconds())
			if err != nil {
				return err
			}
			counts = append(counts, found...)
		}
		return nil
	})
	if err == nil {
		err = db.update(ctx, func(tx *transaction) error { return tx.putDayCounts(ctx, counts, end) })
	}
	if err != nil {
		return fmt.Errorf("count days: %w", err)
	}
	return nil
}

// isVerdict selects the events of verdicts.
const isVerdict = `name = 'process.complete' AND status IN ('accepted', 'rejected', 'inconclusive')`

// putDayCounts replaces all counts by those of the days before end.
func (t *transaction) putDayCounts(ctx context.Context, counts []dayCount, end int64) error {
	if _, err := exec(ctx, t.q, `DELETE FROM day_counts`); err != nil {
		return err
	}
	for _, c := range counts {
		_, err := exec(ctx, t.q, `INSERT INTO day_counts (tenant_id, what, day, count) SELECT id, $2, $3, $4 FROM tenants WHERE id = $1`, c.tenant, c.what, c.day, c.count)
		if err != nil {
			return err
		}
	}
	return t.db.saveSetting(ctx, t.q, countedMark, []byte(strconv.FormatInt(end, 10)))
}

// countedUntil gives the first day that has to be counted now.
func (r *reader) countedUntil(ctx context.Context) (int64, error) {
	stored, err := r.setting(ctx, countedMark)
	if idv.CodeOf(err) == idv.CodeNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(stored), 10, 64)
}

// CountProcesses counts the processes that were created since the beginning of a
// day, by day in UTC and status. Days that are over are as CountDays has counted
// them.
func (r *reader) CountProcesses(ctx context.Context, tenant string, since time.Time) ([]idv.StatusCount, error) {
	found, err := r.countDays(ctx, tenant, since, `what <> '`+verdicts+`'`,
		`SELECT tenant_id, status, created_at / $3 AS day, COUNT(*) FROM processes WHERE tenant_id = $1 AND created_at >= $2 GROUP BY 1, 3, 2 ORDER BY 3, 2`)
	if err != nil {
		return nil, fmt.Errorf("count processes: %w", err)
	}
	var counts []idv.StatusCount
	for _, c := range found {
		counts = append(counts, idv.StatusCount{Day: startOf(c.day), Status: idv.Status(c.what), Count: c.count})
	}
	return counts, nil
}

// CountVerdicts counts the verdicts that a tenant was given since the beginning of
// a day, by day. Days that are over are as CountDays has counted them. Verdicts of
// what was deleted count as long as their events are kept.
func (r *reader) CountVerdicts(ctx context.Context, tenant string, since time.Time) ([]idv.DayCount, error) {
	found, err := r.countDays(ctx, tenant, since, `what = '`+verdicts+`'`,
		`SELECT tenant_id, '', at / $3 AS day, COUNT(*) FROM events WHERE tenant_id = $1 AND at >= $2 AND `+isVerdict+` GROUP BY 1, 3 ORDER BY 3`)
	if err != nil {
		return nil, fmt.Errorf("count verdicts: %w", err)
	}
	var counts []idv.DayCount
	for _, c := range found {
		counts = append(counts, idv.DayCount{Day: startOf(c.day), Count: c.count})
	}
	return counts, nil
}

// countDays gives what was counted, and counts the days that were not.
func (r *reader) countDays(ctx context.Context, tenant string, since time.Time, which, live string) ([]dayCount, error) {
	end, err := r.countedUntil(ctx)
	if err != nil {
		return nil, err
	}
	begin := dayOf(since)
	counted, err := all(ctx, r.q, scanDayCount, `SELECT tenant_id, what, day, count FROM day_counts
		WHERE tenant_id = $1 AND day >= $2 AND day < $3 AND `+which+` ORDER BY day, what`, tenant, begin, end)
	if err != nil {
		return nil, err
	}
	rest, err := all(ctx, r.q, scanDayCount, live, tenant, micros(startOf(max(begin, end))), dayLength.Microseconds())
	return append(counted, rest...), err
}
