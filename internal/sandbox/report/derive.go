package report

import (
	"slices"
	"strings"
)

// severity orders the sub-results from mild to grave (Onfido contract section 2d; the order is an inference).
var severity = []string{Clear, "caution", "suspected", "rejected"}

// OtherPath is consider if and only if one of its siblings is (Onfido contract section 2c).
const OtherPath = "visual_authenticity.other"

// rule says which sub-result a finding leads to. A path matches itself and everything below it; the first
// matching rule counts.
type rule struct {
	Path  string `json:"path"`
	Gives string `json:"gives"`
}

// KnownSubResult tells whether s is one of the four sub-results.
func KnownSubResult(s string) bool { return slices.Contains(severity, s) }

// Derive is the result and sub-result that follow from a tree (Onfido contract section 2d): clear when every
// group is clear or was not run, otherwise the gravest sub-result that a finding leads to.
func (b *Book) Derive(tree Tree) (result, subResult string) {
	result, subResult = Clear, Clear
	for group, g := range tree {
		if found(g.Result) {
			result = Consider
			subResult = graver(subResult, b.groupSubResult(group, g))
		}
	}
	return result, subResult
}

// groupSubResult looks at the findings inside a group, and at the group itself when none of its parts explains it.
func (b *Book) groupSubResult(group string, g Group) string {
	worst := Clear
	for sub, s := range g.Breakdown {
		if found(s.Result) {
			worst = graver(worst, b.gives(group+"."+sub))
		}
	}
	if worst == Clear {
		return b.gives(group)
	}
	return worst
}

func (b *Book) gives(path string) string {
	for _, r := range b.rules {
		if r.Path == "" || r.Path == path || strings.HasPrefix(path, r.Path+".") {
			return r.Gives
		}
	}
	return Clear
}

func graver(a, b string) string {
	if slices.Index(severity, b) > slices.Index(severity, a) {
		return b
	}
	return a
}

// found tells whether a result points to something: consider or unidentified.
func found(result *string) bool {
	return result != nil && (*result == Consider || *result == Unidentified)
}
