package figures

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/quality"
)

// foreignFigures reads pictures of documents that another generator drew, in every manner: whether the zone is right,
// and whether what is found wrong with the picture is what is wrong with it. n.foreign is how many of each manner;
// none is one of each of the first few.
func (n size) foreignFigures(tb testing.TB) []*figure {
	tb.Helper()
	all := manners()
	if n.foreign == 0 {
		all = slices.Concat(all[:5], spoiled()[:1])
	} else {
		all = append(all, spoiled()...)
	}
	total := len(all) * max(n.foreign, 1)
	problems := &figure{name: "other generators, problems found as they are", of: total, target: "≥ 95 %"}
	var mu sync.Mutex
	zones := count("other generators, zone fully right where it is legible", "≥ 97 %", total, func(i int) (bool, string) {
		m := all[i%len(all)]
		lines, file := m.of(tb, i)
		got := read(tb, file)
		name := fmt.Sprintf("%d: %s: %v", i, m.name, got.Quality.Problems)
		mu.Lock()
		defer mu.Unlock()
		if m.judged(got.Quality) {
			problems.found++
		} else {
			problems.missed = append(problems.missed, name)
		}
		return m.lost || rightZone(got.MRZ, lines), name
	})
	return []*figure{zones, problems}
}

func rightZone(m *vision.MRZ, lines []string) bool { return m != nil && slices.Equal(m.Lines, lines) }

// judged says whether what is found wrong is what is wrong. Hints do not count: that nothing was photographed is true.
func (m manner) judged(r *quality.Report) bool {
	var found []quality.Problem
	for _, l := range quality.Limits() {
		if !l.Hint && slices.Contains(r.Problems, l.Problem) {
			found = append(found, l.Problem)
		}
	}
	if m.problem == "" {
		return len(found) == 0
	}
	return slices.Equal(found, []quality.Problem{m.problem})
}
