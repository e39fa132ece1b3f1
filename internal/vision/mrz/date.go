package mrz

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lastExpiry is the latest expiry that is believed when nobody says what day
// it is.
const lastExpiry = "2069-12-31"

// dates writes birth and expiry with their centuries. What is not a date is
// left out.
func (z *Zone) dates(today time.Time) {
	latest := lastExpiry
	if !today.IsZero() {
		latest = today.AddDate(50, 0, 0).Format(time.DateOnly)
	}
	expiry := calendar(z.raw(ExpiryDate), latest)
	z.set(ExpiryDate, expiry)

	latest = today.Format(time.DateOnly)
	if today.IsZero() && expiry != "" {
		latest = expiry
	} else if today.IsZero() {
		latest = lastExpiry
	}
	z.set(BirthDate, calendar(z.raw(BirthDate), latest))
}

func (z *Zone) raw(f Field) string { return layoutOf(z.Format).fields[f].of(z.Lines) }

func (z *Zone) set(f Field, value string) {
	delete(z.Fields, f)
	if value != "" {
		z.Fields[f] = value
	}
}

// calendar writes YYMMDD as a date of the last hundred years before latest.
// Fillers at the end leave day or month open; what else is not a date is "".
func calendar(raw, latest string) string {
	raw = strings.TrimRight(raw, "<")
	if len(raw)%2 != 0 || raw == "" {
		return ""
	}
	century, err := strconv.Atoi(latest[:2])
	if err != nil {
		return ""
	}
	shape := time.DateOnly[:len(raw)/2*3+1]
	for _, c := range []int{century, century - 1} {
		day := fmt.Sprintf("%02d%s", c, raw[:2])
		for rest := raw[2:]; rest != ""; rest = rest[2:] {
			day += "-" + rest[:2]
		}
		if day > latest[:min(len(day), len(latest))] {
			continue
		}
		if _, err := time.Parse(shape, day); err == nil {
			return day
		}
	}
	return ""
}
