package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// Period is a time by the calendar; zero is for ever.
type Period struct{ Years, Months, Days int }

// maxPeriod bounds the number of a period: nothing is kept for a thousand years.
const maxPeriod = 36_500

var periodForm = regexp.MustCompile(`^([1-9][0-9]{0,4})([ymd])$`)

// ParsePeriod reads a number and y, m or d, such as 5y, or the word forever.
func ParsePeriod(text string) (Period, error) {
	if text == "forever" {
		return Period{}, nil
	}
	m := periodForm.FindStringSubmatch(text)
	if m == nil {
		return Period{}, errors.New("a period is a number and y, m or d, such as 5y, or forever")
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > maxPeriod {
		return Period{}, fmt.Errorf("a period has a number of at most %d", maxPeriod)
	}
	return map[string]Period{"y": {Years: n}, "m": {Months: n}, "d": {Days: n}}[m[2]], nil
}

// before gives the time from which a period ends now: what began then, or
// earlier, has had its time.
func (p Period) before(now time.Time) time.Time { return now.AddDate(-p.Years, -p.Months, -p.Days) }

// UnmarshalText reads a period.
func (p *Period) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePeriod(string(text))
	return err
}

// Policy says how long a tenant keeps what. What it does not name is kept for
// ever.
type Policy map[idv.Aging]Period

// Policies are those of all tenants.
type Policies struct {
	// Default is for the tenants that have none of their own.
	Default Policy            `json:"default"`
	Tenants map[string]Policy `json:"tenants"`
}

// Of gives the policy of a tenant.
func (p Policies) Of(tenant string) Policy {
	if own, has := p.Tenants[tenant]; has {
		return own
	}
	return p.Default
}

// ParsePolicies reads a policy file. Whatever it does not know it refuses: a
// word that is misspelt must not keep anything for ever, or delete it.
func ParsePolicies(text []byte) (p Policies, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("read the retention policies: %w", err)
	}
	if d.More() {
		return p, errors.New("read the retention policies: there is something behind them")
	}
	known := map[idv.Aging]bool{}
	for _, a := range idv.Agings() {
		known[a] = true
	}
	for tenant, policy := range p.all() {
		for a := range policy {
			if !known[a] {
				return p, fmt.Errorf("the retention policy of %s names %.40q, which is none of %v", tenant, a, idv.Agings())
			}
		}
	}
	return p, nil
}

func (p Policies) all() map[string]Policy {
	policies := map[string]Policy{"default": p.Default}
	for tenant, policy := range p.Tenants {
		policies["tenant "+tenant] = policy
	}
	return policies
}
