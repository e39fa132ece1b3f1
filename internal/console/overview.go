package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// spans are the times that an overview can cover, in days.
func spans() []int { return []int{7, 30, 90} }

// board is what the overview shows.
type board struct {
	Days   int
	Spans  []int
	Rows   []dayRow
	Total  int
	Share  map[idv.Status]int
	Median time.Duration
	P95    time.Duration
	Timed  int
	// Reasons are all paths that were not clear, the most frequent first.
	Reasons []reason
	// Looked is how many unclear results the reasons were counted in.
	Looked  int
	Backlog idv.Backlog
	Failing []*idv.Subscription
	Usage   *usage
	Erased  []erasure
}

// dayRow is a day with how many processes of it have each status.
type dayRow struct {
	Day    time.Time
	Counts []int
	Total  int
}

// span gives how many days the address asks for, and the first of them.
func (c *console) span(q *request) (days int, since time.Time) {
	days, err := strconv.Atoi(q.URL.Query().Get("days"))
	if err != nil || !slices.Contains(spans(), days) {
		days = 30
	}
	return days, c.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-days)
}

func (c *console) readBoard(q *request) (*board, error) {
	days, since := c.span(q)
	o, err := c.Service.Overview(q.Context(), q.op.Tenant, since)
	if err != nil {
		return nil, err
	}
	b := &board{Days: days, Spans: spans(), Share: map[idv.Status]int{}, Backlog: o.Backlog, Failing: o.Failing}
	b.count(o.Counts, since)
	b.time(o.Times)
	b.Reasons, b.Looked, err = c.reasons.in(q.Context(), o.Unclear)
	return b, err
}

// count fills a row for each day, also for one without a process.
func (b *board) count(counts []idv.StatusCount, since time.Time) {
	for i := range b.Days {
		b.Rows = append(b.Rows, dayRow{Day: since.AddDate(0, 0, i), Counts: make([]int, len(statuses()))})
	}
	for _, n := range counts {
		at, column := int(n.Day.Sub(since)/(24*time.Hour)), slices.Index(statuses(), n.Status)
		if at < 0 || at >= len(b.Rows) || column < 0 {
			continue
		}
		b.Rows[at].Counts[column] += n.Count
		b.Rows[at].Total += n.Count
		b.Total += n.Count
		b.Share[n.Status] += n.Count
	}
}

func (b *board) time(times []time.Duration) {
	slices.Sort(times)
	if b.Timed = len(times); b.Timed > 0 {
		b.Median, b.P95 = times[len(times)/2], times[len(times)*95/100]
	}
}

// mostReasons is how many reasons the page shows.
const mostReasons = 8

// Frequent are the reasons that the page shows.
func (b *board) Frequent() []reason { return b.Reasons[:min(len(b.Reasons), mostReasons)] }

// Accepted is the share of accepted among all that were decided, in per cent, or
// -1 while there is none.
func (b *board) Accepted() int {
	decided := b.Share[idv.StatusAccepted] + b.Share[idv.StatusRejected] + b.Share[idv.StatusInconclusive]
	if decided == 0 {
		return -1
	}
	return (b.Share[idv.StatusAccepted]*100 + decided/2) / decided
}

func (c *console) overview(q *request) error {
	b, err := c.readBoard(q)
	if err != nil {
		return err
	}
	_, since := c.span(q)
	if b.Usage, err = c.readUsage(q, since, b.Days); err != nil {
		return err
	}
	if b.Erased, err = c.erasures(q); err != nil {
		return err
	}
	return c.show(q, "overview", frame{Title: "Overview", Here: "overview", Plots: true, Body: b})
}

// Plot gives what the plot draws: times in seconds, then a row for each status.
func (b *board) Plot() (string, error) {
	data := make([][]int64, 1+len(statuses()))
	for _, row := range b.Rows {
		data[0] = append(data[0], row.Day.Unix())
		for i, n := range row.Counts {
			data[i+1] = append(data[i+1], int64(n))
		}
	}
	text, err := json.Marshal(data)
	return string(text), err
}

func (c *console) overviewCSV(q *request) error {
	days, since := c.span(q)
	counts, err := c.Service.Counts(q.Context(), q.op.Tenant, since)
	if err != nil {
		return err
	}
	b := &board{Days: days, Share: map[idv.Status]int{}}
	b.count(counts, since)
	head := []string{"day"}
	for _, s := range statuses() {
		head = append(head, string(s))
	}
	rows := [][]string{head}
	for _, row := range b.Rows {
		line := []string{row.Day.Format(time.DateOnly)}
		for _, n := range row.Counts {
			line = append(line, strconv.Itoa(n))
		}
		rows = append(rows, line)
	}
	return sendCSV(q, fmt.Sprintf("verifications-%d-days", b.Days), rows)
}

// reasonsCSV sends all that was not clear, also what the page has no room for.
func (c *console) reasonsCSV(q *request) error {
	days, since := c.span(q)
	unclear, err := c.Service.Unclear(q.Context(), q.op.Tenant, since)
	if err != nil {
		return err
	}
	counted, looked, err := c.reasons.in(q.Context(), unclear)
	if err != nil {
		return err
	}
	rows := [][]string{{"not_clear", "count", "of_results"}}
	for _, r := range counted {
		rows = append(rows, []string{strings.Join(r.Path, " > "), strconv.Itoa(r.Count), strconv.Itoa(looked)})
	}
	return sendCSV(q, fmt.Sprintf("not-clear-%d-days", days), rows)
}

// sendCSV sends a table as a file.
func sendCSV(q *request, name string, rows [][]string) error {
	q.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	q.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	_ = csv.NewWriter(q.w).WriteAll(rows) // The browser is gone otherwise.
	return nil
}
