package console

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/idv"
)

// mostKnown is of how many results it is remembered what was not clear in them.
const mostKnown = 5000

// reason is a path in the breakdown that was not clear, and how often.
type reason struct {
	Path  []string
	Count int
}

// reasons remembers what was not clear in results: opening two hundred of them takes
// longer than all the rest of the overview, and a verdict never changes. The paths
// are words of the provider for what it checks, and nothing about a person.
type reasons struct {
	// open gives what the provider found in processes, without those that it cannot open.
	open  func(context.Context, []idv.ProcessKey) (map[idv.ProcessKey]idv.PersonalJSON, error)
	mu    sync.Mutex
	known map[idv.ProcessKey][]string
}

// in counts the paths that were not clear in processes, the most frequent first,
// and says how many of these could be opened.
func (r *reasons) in(ctx context.Context, keys []idv.ProcessKey) (counted []reason, looked int, err error) {
	if err := r.learn(ctx, keys); err != nil {
		return nil, 0, err
	}
	counts := map[string]int{}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range keys {
		paths, known := r.known[k]
		if known {
			looked++
		}
		for _, path := range paths {
			counts[path]++
		}
	}
	return mostFrequent(counts), looked, nil
}

// learn opens those that are not known. Two who learn the same do no harm.
func (r *reasons) learn(ctx context.Context, keys []idv.ProcessKey) error {
	r.mu.Lock()
	missing := slices.DeleteFunc(slices.Clone(keys), func(k idv.ProcessKey) bool { _, known := r.known[k]; return known })
	r.mu.Unlock()
	if len(missing) == 0 {
		return nil
	}
	found, err := r.open(ctx, missing)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known = map[idv.ProcessKey][]string{}
	}
	if len(r.known)+len(found) > mostKnown {
		maps.DeleteFunc(r.known, func(k idv.ProcessKey, _ []string) bool { return !slices.Contains(keys, k) })
	}
	for k, specific := range found {
		if paths, err := archive.Findings(specific); err == nil { // Otherwise whoever opens that process hears of it.
			r.known[k] = paths
		}
	}
	return nil
}

func mostFrequent(counts map[string]int) (found []reason) {
	for path, n := range counts {
		found = append(found, reason{strings.Split(path, " › "), n})
	}
	slices.SortFunc(found, func(a, b reason) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return slices.Compare(a.Path, b.Path)
	})
	return found
}
