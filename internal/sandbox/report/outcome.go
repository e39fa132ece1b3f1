package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Results a breakdown can have. NotRun stands for the null of a step that was not reached.
const (
	Clear        = "clear"
	Consider     = "consider"
	Unidentified = "unidentified"
	NotRun       = "not_run"
)

// Outcome says how a report is to come out; the zero Outcome is clear.
type Outcome struct {
	Result     string          `json:"result,omitempty"`     // clear or consider; empty: follows from the breakdown
	SubResult  string          `json:"sub_result,omitempty"` // document reports; empty: follows from the breakdown
	Breakdown  map[string]Node `json:"breakdown,omitempty"`  // by path: "group" or "group.sub"
	Properties map[string]any  `json:"properties,omitempty"` // laid over the report's properties
}

// Node is one forced breakdown.
type Node struct {
	Result     string         `json:"result"`
	Properties map[string]any `json:"properties,omitempty"`
}

// UnmarshalJSON reads {"result":…,"properties":…}, or the result alone as a text.
func (n *Node) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &n.Result)
	}
	type plain Node
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode((*plain)(n))
}

// Merge lays over over o: what over says wins, what it leaves out stays.
func (o Outcome) Merge(over Outcome) Outcome {
	if over.Result != "" || over.SubResult != "" {
		o.Result, o.SubResult = over.Result, over.SubResult
	}
	o.Breakdown = overlay(o.Breakdown, over.Breakdown)
	o.Properties = overlay(o.Properties, over.Properties)
	return o
}

// Check tells what of the outcome does not fit the report: an unknown path, result or sub-result.
func (b *Book) Check(name string, o Outcome) error {
	t := b.templates[name]
	if t == nil {
		return fmt.Errorf("unknown report name %q", name)
	}
	if !slices.Contains([]string{"", Clear, Consider, Unidentified}, o.Result) {
		return fmt.Errorf("unknown result %q: want clear, consider or unidentified", o.Result)
	}
	if err := b.checkSubResult(name, o); err != nil {
		return err
	}
	for path, node := range o.Breakdown {
		if !t.has(path) {
			return fmt.Errorf("report %s has no breakdown %q", name, path)
		}
		if !slices.Contains([]string{Clear, Consider, Unidentified, NotRun}, node.Result) {
			return fmt.Errorf("breakdown %s: unknown result %q: want clear, consider, unidentified or not_run", path, node.Result)
		}
	}
	return nil
}

func (b *Book) checkSubResult(name string, o Outcome) error {
	if o.SubResult == "" {
		return nil
	}
	if !b.HasSubResult(name) {
		return fmt.Errorf("report %s has no sub_result", name)
	}
	if !KnownSubResult(o.SubResult) {
		return fmt.Errorf("unknown sub_result %q: want one of %s", o.SubResult, strings.Join(severity, ", "))
	}
	if o.Result != "" && (o.Result == Clear) != (o.SubResult == Clear) {
		return fmt.Errorf("result %q and sub_result %q contradict each other", o.Result, o.SubResult)
	}
	return nil
}

// has tells whether the report can have that breakdown.
func (t *template) has(path string) bool {
	group, sub, nested := strings.Cut(path, ".")
	subs, known := t.Breakdown[group]
	_, optional := t.Optional[group]
	if !nested {
		return known || optional
	}
	_, known = subs[sub]
	return known || slices.Contains(t.Optional[group], sub)
}
