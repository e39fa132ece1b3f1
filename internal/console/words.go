package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/idv"
)

// functions are what the pages are written with.
func (c *console) functions() template.FuncMap {
	return template.FuncMap{
		"asset": c.assets.At, "root": func() string { return Root }, "version": func() string { return c.Version },
		"moment": moment, "iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"took": took, "roughly": roughly, "grouped": grouped, "language": languageName, "future": func(t time.Time) bool { return t.After(c.Now()) }, "short": short, "words": words, "host": host, "meaning": archive.MeaningOf, "kind": kind,
		"ago": func(t time.Time) string { return ago(c.Now(), t) }, "event": eventWords, "dict": dict, "list": func(v ...string) []string { return v },
		"secretof": secretOf, "statuses": statuses, "types": idv.ProcessTypes, "countries": countries, "roles": idv.Roles, "eventnames": idv.EventNames,
	}
}

// dict gives a part several values by name.
func dict(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, isName := pairs[i].(string)
		if !isName {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// secretOf gives what is shown once its names: the values come last, in a list.
func secretOf(namesAndValues ...any) ([]archive.Fact, error) {
	last := len(namesAndValues) - 1
	values, isList := namesAndValues[last].([]string)
	if !isList || len(values) != last {
		return nil, errors.New("secretof: each value needs a name")
	}
	facts := make([]archive.Fact, last)
	for i, v := range values {
		facts[i] = archive.Fact{Name: fmt.Sprint(namesAndValues[i]), Value: v}
	}
	return facts, nil
}

func statuses() []idv.Status {
	return []idv.Status{
		idv.StatusPending, idv.StatusProcessing, idv.StatusAccepted, idv.StatusInconclusive, idv.StatusRejected, idv.StatusFailed, idv.StatusCanceled,
	}
}

// countries lists them by name, with Åland under A.
var countries = sync.OnceValue(func() []idv.Country {
	return slices.SortedFunc(slices.Values(idv.Countries()), func(a, b idv.Country) int {
		return cmp.Compare(norm.NFD.String(a.Name), norm.NFD.String(b.Name))
	})
})

// moment shows a time in UTC.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2 Jan 2006, 15:04:05")
}

// took shows a duration with the two units that matter.
func took(d time.Duration) string {
	switch {
	case d < 0:
		return "–"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// grouped shows a large number with a space between its thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return text
}

// languageName names the languages that the end-user's pages have.
func languageName(code string) string {
	names := map[string]string{
		"en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "no": "Norwegian", "pt": "Portuguese", "ar": "Arabic",
	}
	return cmp.Or(names[code], code)
}

// roughly shows a period of whole hours or days.
func roughly(d time.Duration) string {
	switch {
	case d == 0:
		return "nothing"
	case d <= time.Hour:
		return "an hour"
	case d <= 48*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	default:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
}

// ago shows how long ago a time is.
func ago(now, t time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return "never"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	default:
		return fmt.Sprintf("%d days ago", d/(24*time.Hour))
	}
}

// short keeps the end of an id: those made together begin alike.
func short(id string) string {
	if len(id) <= 12 {
		return id
	}
	return "…" + id[len(id)-8:]
}

// words writes a word of the contract as people do.
func words(v any) string { return strings.ReplaceAll(archive.Words(fmt.Sprint(v)), "_", " ") }

// kind says what a type of process verifies, in two words.
func kind(t idv.ProcessType) string {
	return map[idv.ProcessType]string{idv.TypeDocument: "Document", idv.TypeDocumentSelfie: "Document + selfie", idv.TypeDocumentVideo: "Document + video"}[t]
}

// host keeps of an address what names the receiver: the rest may be a credential.
func host(address idv.Personal) string {
	u, err := url.Parse(address.Reveal())
	if err != nil || u.Host == "" {
		return "an endpoint"
	}
	return u.Host
}

// eventWords says what an event means.
func eventWords(e idv.Event) string {
	switch e.Name {
	case idv.EventProcessCreated:
		return "Created"
	case idv.EventProcessProcessing:
		return "Verification started"
	case idv.EventProcessComplete:
		return "Ended: " + string(e.Status)
	case idv.EventProcessReviewed:
		return "Decided by people"
	case idv.EventProcessDeleted:
		return "Deleted"
	default:
		return string(e.Name)
	}
}

// pretty indents JSON; what is none stays as it is.
func pretty(raw []byte) string {
	var v any
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return string(raw)
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return string(raw)
	}
	return string(text)
}
