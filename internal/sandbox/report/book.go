package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

//go:embed data/*.json
var data embed.FS

// Book holds the template of every report and the rules for sub-results. It is read-only after Load.
type Book struct {
	templates map[string]*template
	rules     []rule
}

// template is what data/reports.json says about one report.
type template struct {
	Extends       string                               `json:"extends"`
	Needs         []string                             `json:"needs"`
	Media         string                               `json:"media"`
	HasSubResult  bool                                 `json:"has_sub_result"`
	ConsiderMeans string                               `json:"consider_means"`
	Without       []string                             `json:"without"`
	Breakdown     map[string]map[string]map[string]any `json:"breakdown"` // group, sub-breakdown, its properties
	Optional      map[string][]string                  `json:"optional"`  // there only when an outcome names them
	Properties    map[string]any                       `json:"properties"`
	Flags         map[string]finding                   `json:"flags"`
}

// finding is what turns from clear to consider, and why, when a report is to have a certain result.
type finding struct {
	Breakdown  map[string]map[string]any `json:"breakdown"`
	Properties map[string]any            `json:"properties"`
}

// Load reads the embedded tables. It fails only when they are broken.
func Load() (*Book, error) {
	b := &Book{}
	raw := map[string]*template{}
	if err := decode("data/reports.json", &raw); err != nil {
		return nil, err
	}
	if err := decode("data/sub_results.json", &b.rules); err != nil {
		return nil, err
	}
	b.templates = map[string]*template{}
	for name := range raw {
		t, err := inherit(raw, name, len(raw))
		if err != nil {
			return nil, fmt.Errorf("report template %s: %w", name, err)
		}
		b.templates[name] = t
	}
	return b, nil
}

// Names are the report names in alphabetical order (Onfido contract section 2b).
func (b *Book) Names() []string { return slices.Sorted(maps.Keys(b.templates)) }

// Knows tells whether there is a report of that name.
func (b *Book) Knows(name string) bool { return b.templates[name] != nil }

// Needs is what must have been uploaded for the report: document, live_photo, live_video, motion_capture.
func (b *Book) Needs(name string) []string {
	if t := b.templates[name]; t != nil {
		return t.Needs
	}
	return nil
}

// Media is the kind of face media that the report compares, empty when it compares none.
func (b *Book) Media(name string) string {
	if t := b.templates[name]; t != nil {
		return t.Media
	}
	return ""
}

// HasSubResult tells whether the report carries a sub_result: document reports do.
func (b *Book) HasSubResult(name string) bool {
	t := b.templates[name]
	return t != nil && t.HasSubResult
}

// Paths are the breakdowns of a report that have no parts, and the parts of the others, in alphabetical order: what
// carries a result of its own. Those that follow from others, and optional ones, are not among them.
func (b *Book) Paths(name string) []string {
	var out []string
	if t := b.templates[name]; t != nil {
		for group, subs := range t.Breakdown {
			if len(subs) == 0 {
				out = append(out, group)
			}
			for sub := range subs {
				if path := group + "." + sub; path != OtherPath {
					out = append(out, path)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

func decode(file string, into any) error {
	text, err := data.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read table: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("decode table %s: %w", file, err)
	}
	return nil
}

// inherit lays a template over the one it extends; depth guards against a circle in the table.
func inherit(raw map[string]*template, name string, depth int) (*template, error) {
	t := raw[name]
	if t == nil {
		return nil, fmt.Errorf("no template %q", name)
	}
	if t.Extends == "" {
		return t, nil
	}
	if depth == 0 {
		return nil, fmt.Errorf("%q extends itself", name)
	}
	base, err := inherit(raw, t.Extends, depth-1)
	if err != nil {
		return nil, err
	}
	out := *base
	out.Breakdown = mergeGroups(base.Breakdown, t.Breakdown)
	for _, group := range t.Without {
		delete(out.Breakdown, group)
	}
	out.Properties = overlay(base.Properties, t.Properties)
	out.Flags = overlay(base.Flags, t.Flags)
	if t.Needs != nil {
		out.Needs = t.Needs
	}
	if t.Media != "" {
		out.Media = t.Media
	}
	return &out, nil
}

func mergeGroups(base, over map[string]map[string]map[string]any) map[string]map[string]map[string]any {
	out := maps.Clone(base)
	for group, subs := range over {
		out[group] = overlay(base[group], subs)
	}
	return out
}

// overlay is base with over's entries laid over it; neither is changed, and two nils stay nil.
func overlay[V any](base, over map[string]V) map[string]V {
	if base == nil && over == nil {
		return nil
	}
	out := make(map[string]V, len(base)+len(over))
	maps.Copy(out, base)
	maps.Copy(out, over)
	return out
}
