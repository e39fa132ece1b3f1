package archive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// outline is what the page shows.
type outline struct {
	ProcessID, Title string
	Status, Meaning  string
	// Findings are what was not clear.
	Findings      []string
	Final, Record []Fact
	Checks        []Node
	HasPictures   bool
}

// Node is a part of the verdict with what it consists of, in plain words.
type Node struct {
	Name, Result, Meaning string
	Facts                 []Fact
	Children              []Node
}

// Class is the result as a class of the page's style.
func (n Node) Class() string { return cmp.Or(n.Result, "none") }

// Said is the result in plain words.
func (n Node) Said() string {
	switch n.Result {
	case "":
		return "not checked"
	case "clear":
		return "✓ clear"
	case "consider":
		return "! to be looked at"
	case "unidentified":
		return "? not recognised"
	default:
		return Words(n.Result)
	}
}

// outline reads what Get process answers.
func (p Page) outline(process map[string]any) outline {
	text := func(name string) string { s, _ := process[name].(string); return s }
	final, _ := process["finalResult"].(map[string]any)
	specific, _ := process["providerSpecific"].(map[string]any)
	o := outline{
		ProcessID: text("processId"), Status: text("status"), Meaning: MeaningOf(text("status")), Title: titleOf(final),
		Final: FactsOf(final), HasPictures: len(p.Pictures) > 0,
	}
	o.Checks, o.Findings = checksOf(specific, final), findingsOf(specific)
	o.Record = append(o.Record, Fact{"Begun", momentOf(text("createdAt"))}, Fact{"Ended", momentOf(text("updatedAt"))})
	if took := between(text("createdAt"), text("updatedAt")); took != "" {
		o.Record = append(o.Record, Fact{"Took", took})
	}
	o.Record = append(o.Record, Fact{"Provider", Words(text("provider"))}, Fact{"What was verified", KindOf(text("processType"))}, Fact{"Process", o.ProcessID})
	o.Record = append(o.Record, p.Facts...)
	return o
}

// Checks reads what the provider found, providerSpecific and finalResult of Get
// process, both JSON objects and the second one perhaps empty.
func Checks(providerSpecific, finalResult []byte) ([]Node, error) {
	specific, err := objectOf(providerSpecific)
	if err != nil {
		return nil, err
	}
	final, err := objectOf(finalResult)
	if err != nil {
		return nil, err
	}
	return checksOf(specific, final), nil
}

// Findings reads what of what the provider found was not clear, as paths in plain
// words; providerSpecific is as in Checks. It takes a third of the time.
func Findings(providerSpecific []byte) ([]string, error) {
	specific, err := objectOf(providerSpecific)
	if err != nil {
		return nil, err
	}
	return findingsOf(specific), nil
}

// objectOf reads a JSON object; of no text it gives none.
func objectOf(text []byte) (o map[string]any, err error) {
	if len(text) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // A number shows as it was written.
	if decoder.Decode(&o) != nil {
		return nil, errors.New("read the verdict: it is no JSON object") // The cause could quote it.
	}
	return o, nil
}

func checksOf(specific, final map[string]any) (checks []Node) {
	for _, name := range slices.Sorted(maps.Keys(specific)) {
		found, _ := specific[name].(map[string]any)
		check := part("", name, found, "breakdowns")
		check.Facts = FactsOf(without(found, check.Children, final))
		checks = append(checks, check)
	}
	return checks
}

// Flagged says that the part, or one in it, is not clear.
func (n Node) Flagged() bool {
	return n.Result != "" && n.Result != "clear" || slices.ContainsFunc(n.Children, Node.Flagged)
}

// titleOf is the person's name, where it is known.
func titleOf(final map[string]any) string {
	first, _ := final["firstName"].(string)
	last, _ := final["lastName"].(string)
	return cmp.Or(strings.TrimSpace(first+" "+last), "Identity not established")
}

// findingsOf gives the paths of the parts that are not clear.
func findingsOf(specific map[string]any) (paths []string) {
	for _, name := range slices.Sorted(maps.Keys(specific)) {
		check, _ := specific[name].(map[string]any)
		paths = append(paths, findingsIn(Words(name), check, "breakdowns")...)
	}
	return paths
}

// findingsIn gives those of the parts that lie under a key; a part stands for itself
// only when no part of it does.
func findingsIn(path string, found map[string]any, under string) (paths []string) {
	parts, _ := found[under].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part, ok := parts[name].(map[string]any)
		if !ok {
			continue
		}
		below := path + " › " + Words(name)
		inner := findingsIn(below, part, "breakdown")
		if result, _ := part["result"].(string); len(inner) == 0 && result != "" && result != "clear" {
			inner = []string{below}
		}
		paths = append(paths, inner...)
	}
	return paths
}

// part reads a result of a group with the parts that lie under a key.
func part(group, name string, found map[string]any, under string) Node {
	n := Node{Name: Words(name), Meaning: asks(group, name)}
	n.Result, _ = found["result"].(string)
	properties, _ := found["properties"].(map[string]any)
	n.Facts = FactsOf(properties)
	parts, _ := found[under].(map[string]any)
	for _, below := range slices.Sorted(maps.Keys(parts)) {
		if sub, ok := parts[below].(map[string]any); ok {
			n.Children = append(n.Children, part(name, below, sub, "breakdown"))
		}
	}
	return n
}

// without leaves out what the page shows elsewhere.
func without(found map[string]any, shown []Node, final map[string]any) map[string]any {
	rest := maps.Clone(found)
	maps.DeleteFunc(rest, func(name string, v any) bool {
		told := final[name]
		if s, isText := v.(string); isText && told == s {
			return true
		}
		return name == "breakdowns" || name == "result" || slices.ContainsFunc(shown, func(n Node) bool { return n.Name == Words(name) })
	})
	return rest
}

// momentOf shows a time as people write it, in UTC.
func momentOf(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.UTC().Format("2 January 2006, 15:04:05 UTC")
}

func between(from, to string) string {
	a, err1 := time.Parse(time.RFC3339, from)
	b, err2 := time.Parse(time.RFC3339, to)
	if err1 != nil || err2 != nil || b.Before(a) {
		return ""
	}
	return b.Sub(a).String()
}
