package console

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// usage is how much of the provider was used, on the overview.
type usage struct {
	Rows []usageRow
	// LastHour are the requests of the last hour that is over, PerHour is the limit.
	LastHour, PerHour int
	// Wait is how long a request that comes now would wait for the limit.
	Wait time.Duration
	// Checks are those of this month, Budget is how many are paid for, or zero.
	Month          time.Time
	Checks, Budget int
}

// usageRow is a day with the requests of all tenants and the verdicts of one.
type usageRow struct {
	Day                time.Time
	Requests, Verdicts int
}

// Used is the part of the budget that is used, in per cent.
func (u *usage) Used() int { return 100 * u.Checks / max(u.Budget, 1) }

// Scarce says that nine tenths of the budget are used.
func (u *usage) Scarce() bool { return u.Budget > 0 && 10*u.Checks >= 9*u.Budget }

// Plot gives what the plot draws: times in seconds, then the requests.
func (u *usage) Plot() (string, error) {
	data := [2][]int64{}
	for _, row := range u.Rows {
		data[0] = append(data[0], row.Day.Unix())
		data[1] = append(data[1], int64(row.Requests))
	}
	text, err := json.Marshal(data)
	return string(text), err
}

// readUsage reads so many days, and this month.
func (c *console) readUsage(q *request, since time.Time, days int) (*usage, error) {
	now := c.Now().UTC()
	u := &usage{
		Month: time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC), Budget: c.ChecksPerMonth, PerHour: 60 * c.RequestsPerMinute,
	}
	from := since
	if u.Month.Before(from) {
		from = u.Month
	}
	found, err := c.Service.ProviderUse(q.Context(), q.op.Tenant, from)
	if err != nil {
		return nil, err
	}
	u.Wait = max(found.Full.Sub(now), 0)
	for i := range days {
		u.Rows = append(u.Rows, usageRow{Day: since.AddDate(0, 0, i)})
	}
	at := func(t time.Time) *usageRow {
		if i := int(t.Sub(since) / (24 * time.Hour)); !t.Before(since) && i < len(u.Rows) {
			return &u.Rows[i]
		}
		return &usageRow{} // Of this month, and before the days that are shown.
	}
	for _, n := range found.Requests {
		at(n.Hour).Requests += n.Count
		if n.Hour.Equal(now.Truncate(time.Hour).Add(-time.Hour)) {
			u.LastHour = n.Count
		}
	}
	for _, n := range found.Verdicts {
		at(n.Day).Verdicts += n.Count
		if !n.Day.Before(u.Month) {
			u.Checks += n.Count
		}
	}
	return u, nil
}

func (c *console) providerCSV(q *request) error {
	days, since := c.span(q)
	u, err := c.readUsage(q, since, days)
	if err != nil {
		return err
	}
	rows := [][]string{{"day", "requests", "verdicts"}}
	for _, row := range u.Rows {
		rows = append(rows, []string{row.Day.Format(time.DateOnly), strconv.Itoa(row.Requests), strconv.Itoa(row.Verdicts)})
	}
	return sendCSV(q, fmt.Sprintf("provider-%d-days", days), rows)
}

// erasure is how much of a kind a rule erases within a week.
type erasure struct {
	What, Rule string
	Count      int
	// More says that there may be more of it than were counted.
	More bool
}

// erasures counts what is erased within seven days.
func (c *console) erasures(q *request) (found []erasure, err error) {
	plan, err := c.Service.PlanOf(q.Context(), q.op.Tenant, c.Now().AddDate(0, 0, 7), mostDue)
	if err != nil {
		return nil, err
	}
	for _, d := range plan {
		last := len(found) - 1
		if last < 0 || found[last].What != d.What || found[last].Rule != string(d.Aging) {
			found = append(found, erasure{What: d.What, Rule: string(d.Aging)})
			last++
		}
		found[last].Count += d.Count
		found[last].More = d.More || d.Key != (idv.ProcessKey{}) && found[last].Count >= mostDue
	}
	return found, nil
}

func (c *console) erasuresCSV(q *request) error {
	found, err := c.erasures(q)
	if err != nil {
		return err
	}
	rows := [][]string{{"what", "rule", "count", "or_more"}}
	for _, e := range found {
		rows = append(rows, []string{e.What, e.Rule, strconv.Itoa(e.Count), strconv.FormatBool(e.More)})
	}
	return sendCSV(q, "erased-within-a-week", rows)
}
