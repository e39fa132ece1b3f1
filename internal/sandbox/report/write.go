package report

import (
	"os"
	"slices"
	"strings"
)

// Tree is the breakdown of a report by group.
type Tree map[string]Group

// Group is one breakdown with its sub-breakdowns; a nil result is the null of a step not run.
type Group struct {
	Result    *string        `json:"result"`
	Breakdown map[string]Sub `json:"breakdown,omitempty"`
}

// Sub is one sub-breakdown.
type Sub struct {
	Result     *string        `json:"result"`
	Properties map[string]any `json:"properties"`
}

// Subject is what a report is about, as far as its properties repeat it. Empty values take the template's own.
type Subject struct {
	FirstName, LastName, DOB                 string
	DocumentID, DocumentType, IssuingCountry string
	Known                                    map[string]any // more properties of its document, in the place of the template's
}

// Report is a finished report without its envelope. SubResult is empty for reports that have none.
type Report struct {
	Result     string
	SubResult  string
	Breakdown  Tree
	Properties map[string]any
}

// Write makes the report of that name about the subject come out as o says. It fails as Check does.
func (b *Book) Write(name string, about Subject, o Outcome) (Report, error) {
	if err := b.Check(name, o); err != nil {
		return Report{}, err
	}
	t := b.templates[name]
	f := t.finding(o)
	tree := grow(t, about)
	for path, properties := range f.Breakdown {
		tree.set(path, Node{Result: Consider, Properties: properties})
	}
	tree.close(nil)
	for path, node := range o.Breakdown {
		tree.set(path, node)
	}
	tree.close(o.Breakdown)
	r := Report{Breakdown: tree}
	r.Result, r.SubResult = b.Derive(tree)
	own, _ := fill(t.Properties, about).(map[string]any)
	flagged, _ := fill(f.Properties, about).(map[string]any)
	r.Properties = overlay(overlay(overlay(own, about.Known), flagged), o.Properties)
	b.force(&r, o)
	if !t.HasSubResult {
		r.SubResult = ""
	}
	return r, nil
}

// finding is what the template shows for the wanted result or sub-result.
func (t *template) finding(o Outcome) finding {
	switch {
	case o.SubResult != "":
		return t.Flags[o.SubResult]
	case o.Result != Consider && o.Result != Unidentified, len(o.Breakdown) > 0:
		return finding{} // clear, or the outcome brings its own explanation
	case t.ConsiderMeans != "":
		return t.Flags[t.ConsiderMeans]
	default:
		return t.Flags[Consider]
	}
}

// force lets an explicit result or sub-result win over the derived one; clear goes with clear.
func (b *Book) force(r *Report, o Outcome) {
	switch {
	case o.SubResult != "":
		r.SubResult, r.Result = o.SubResult, Consider
		if o.SubResult == Clear {
			r.Result = Clear
		}
	case o.Result == Clear:
		r.Result, r.SubResult = Clear, Clear
	case o.Result != "":
		r.Result = o.Result
		r.SubResult = graver(r.SubResult, "caution")
	}
}

// grow is the template's tree, all clear.
func grow(t *template, about Subject) Tree {
	tree := Tree{}
	for group, subs := range t.Breakdown {
		g := Group{Result: ptr(Clear)}
		for sub, properties := range subs {
			if g.Breakdown == nil {
				g.Breakdown = map[string]Sub{}
			}
			filled, _ := fill(properties, about).(map[string]any)
			g.Breakdown[sub] = Sub{Result: ptr(Clear), Properties: filled}
		}
		tree[group] = g
	}
	return tree
}

// set forces one node; an optional one is added.
func (tree Tree) set(path string, n Node) {
	group, sub, nested := strings.Cut(path, ".")
	result := &n.Result
	if n.Result == NotRun {
		result = nil
	}
	g := tree[group]
	if nested {
		if g.Breakdown == nil {
			g.Breakdown = map[string]Sub{}
		}
		properties := overlay(g.Breakdown[sub].Properties, n.Properties)
		if properties == nil {
			properties = map[string]any{}
		}
		g.Breakdown[sub] = Sub{Result: result, Properties: properties}
	} else {
		g.Result = result
	}
	tree[group] = g
}

// close lets every group follow its parts, except where a forced node says otherwise.
func (tree Tree) close(forced map[string]Node) {
	for group, g := range tree {
		worst := g.worst(group + ".")
		other, _ := strings.CutPrefix(OtherPath, group+".")
		if s, has := g.Breakdown[other]; has && forced[OtherPath].Result == "" {
			g.Breakdown[other] = Sub{Result: worst, Properties: s.Properties}
		}
		if _, kept := forced[group]; !kept && len(g.Breakdown) > 0 {
			g.Result = g.worst("")
		}
		tree[group] = g
	}
}

// Paths are all that has a result of its own: the parts of the groups, and groups without parts, in alphabetical order.
func (tree Tree) Paths() []string {
	var out []string
	for group, g := range tree {
		if len(g.Breakdown) == 0 {
			out = append(out, group)
		}
		for sub := range g.Breakdown {
			out = append(out, group+"."+sub)
		}
	}
	slices.Sort(out)
	return out
}

// Result is that of a path; nil where there is none.
func (tree Tree) Result(path string) *string {
	group, sub, nested := strings.Cut(path, ".")
	if !nested {
		return tree[group].Result
	}
	return tree[group].Breakdown[sub].Result
}

// worst is consider when a part of the group is consider or unidentified, and nothing when no part has a result;
// prefix leaves out the summarising part.
func (g Group) worst(prefix string) *string {
	var worst *string
	for sub, s := range g.Breakdown {
		switch {
		case prefix+sub == OtherPath || s.Result == nil:
		case found(s.Result):
			return ptr(Consider)
		default:
			worst = ptr(Clear)
		}
	}
	return worst
}

// fill replaces $placeholders in a copy of a template value. "$name|fallback" takes the fallback, "$name" null,
// when the subject has no such value.
func fill(value any, about Subject) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[k] = fill(inner, about)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = fill(inner, about)
		}
		return out
	case string:
		return fillText(v, about)
	}
	return value
}

func fillText(text string, about Subject) any {
	if !strings.Contains(text, "$") {
		return text
	}
	wanted, fallback, has := strings.Cut(text, "|")
	if got := strings.TrimSpace(os.Expand(wanted, about.value)); got != "" {
		return got
	}
	if has {
		return fallback
	}
	return nil
}

func (s Subject) value(name string) string {
	switch name {
	case "first_name":
		return s.FirstName
	case "last_name":
		return s.LastName
	case "dob":
		return s.DOB
	case "document_id":
		return s.DocumentID
	case "document_type":
		return s.DocumentType
	case "issuing_country":
		return s.IssuingCountry
	default:
		return ""
	}
}

func ptr(s string) *string { return &s }
