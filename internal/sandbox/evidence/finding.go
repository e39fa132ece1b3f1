package evidence

import (
	"github.com/dossier-id/dossier/internal/sandbox/report"
)

// Finding is what a measured fact means for a sub-breakdown.
type Finding struct {
	Result     string         // clear, consider or unidentified
	Properties map[string]any // the reasons, as the report shows them
	How        string         // the fact, for people; it repeats no personal data
	Basis      Kind           // what it rests on, where that is not what Bases says of the path
}

// Findings are those of one report by path ("group.sub"), and the report's properties as far as they were read. A
// path that is not in it was not judged.
type Findings struct {
	ByPath     map[string]Finding
	Properties map[string]any
	Read       bool // data of the document were read in a picture
}

func newFindings() *Findings {
	return &Findings{ByPath: map[string]Finding{}, Properties: map[string]any{}}
}

func (f *Findings) clear(path, how string) { f.ByPath[path] = Finding{Result: report.Clear, How: how} }

func (f *Findings) consider(path, how string) {
	f.ByPath[path] = Finding{Result: report.Consider, How: how}
}

// judge is clear when the fact is as it should be.
func (f *Findings) judge(path string, good bool, how string) {
	if good {
		f.clear(path, how)
	} else {
		f.consider(path, "not so: "+how)
	}
}

// Outcome asks a report to come out as found, and of the given paths those that were not judged without a result.
func (f *Findings) Outcome(paths []string) report.Outcome {
	out := report.Outcome{Breakdown: map[string]report.Node{}, Properties: f.Properties}
	for _, path := range paths {
		out.Breakdown[path] = report.Node{Result: report.NotRun}
	}
	for path, found := range f.ByPath {
		out.Breakdown[path] = report.Node{Result: found.Result, Properties: found.Properties}
	}
	return out
}
