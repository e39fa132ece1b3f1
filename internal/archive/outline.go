package archive

import (
	"cmp"
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
	Checks        []node
	HasPictures   bool
}

// node is a part of the verdict with what it consists of.
type node struct {
	Name, Result, Meaning string
	Facts                 []Fact
	Children              []node
}

// Class is the result as a class of the page's style.
func (n node) Class() string { return cmp.Or(n.Result, "none") }

// Said is the result in plain words.
func (n node) Said() string {
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
		return words(n.Result)
	}
}

// outline reads what Get process answers.
func (p Page) outline(process map[string]any) outline {
	text := func(name string) string { s, _ := process[name].(string); return s }
	final, _ := process["finalResult"].(map[string]any)
	specific, _ := process["providerSpecific"].(map[string]any)
	o := outline{
		ProcessID: text("processId"), Status: text("status"), Meaning: meaningOf(text("status")), Title: titleOf(final),
		Final: factsOf(final), HasPictures: len(p.Pictures) > 0,
	}
	for _, name := range slices.Sorted(maps.Keys(specific)) {
		found, _ := specific[name].(map[string]any)
		check := part(name, found, "breakdowns")
		check.Facts = factsOf(without(found, check.Children, final))
		o.Checks = append(o.Checks, check)
		o.Findings = append(o.Findings, check.findings(check.Name)...)
	}
	o.Record = append(o.Record, Fact{"Begun", momentOf(text("createdAt"))}, Fact{"Ended", momentOf(text("updatedAt"))})
	if took := between(text("createdAt"), text("updatedAt")); took != "" {
		o.Record = append(o.Record, Fact{"Took", took})
	}
	o.Record = append(o.Record, Fact{"Provider", words(text("provider"))}, Fact{"What was verified", kindOf(text("processType"))}, Fact{"Process", o.ProcessID})
	o.Record = append(o.Record, p.Facts...)
	return o
}

// titleOf is the person's name, where it is known.
func titleOf(final map[string]any) string {
	first, _ := final["firstName"].(string)
	last, _ := final["lastName"].(string)
	return cmp.Or(strings.TrimSpace(first+" "+last), "Identity not established")
}

// findings are the paths of the parts that are not clear.
func (n node) findings(path string) (out []string) {
	for _, c := range n.Children {
		below := path + " › " + c.Name
		inner := c.findings(below)
		if len(inner) == 0 && c.Result != "" && c.Result != "clear" {
			inner = []string{below}
		}
		out = append(out, inner...)
	}
	return out
}

// part reads a result with the parts that lie under a key.
func part(name string, found map[string]any, under string) node {
	n := node{Name: words(name), Meaning: asks(name)}
	n.Result, _ = found["result"].(string)
	properties, _ := found["properties"].(map[string]any)
	n.Facts = factsOf(properties)
	parts, _ := found[under].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if sub, ok := parts[name].(map[string]any); ok {
			n.Children = append(n.Children, part(name, sub, "breakdown"))
		}
	}
	return n
}

// without leaves out what the page shows elsewhere.
func without(found map[string]any, shown []node, final map[string]any) map[string]any {
	rest := maps.Clone(found)
	maps.DeleteFunc(rest, func(name string, v any) bool {
		told := final[name]
		if s, isText := v.(string); isText && told == s {
			return true
		}
		return name == "breakdowns" || name == "result" || slices.ContainsFunc(shown, func(n node) bool { return n.Name == words(name) })
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
