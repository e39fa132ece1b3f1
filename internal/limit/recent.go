package limit

import (
	"container/list"
	"sync"
)

// recent remembers a value for each of the keys that were used last.
type recent[V any] struct {
	most  int
	cells map[string]*list.Element
	order *list.List // of *kept[V], the last used first
}

type kept[V any] struct {
	key   string
	value V
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{most: most, cells: map[string]*list.Element{}, order: list.New()}
}

// find gives the value of a key, or nil.
func (r *recent[V]) find(key string) *V {
	e, known := r.cells[key]
	if !known {
		return nil
	}
	r.order.MoveToFront(e)
	return &cellOf[V](e).value
}

// add remembers a new key, and forgets the one that was not used for longest
// when there are too many.
func (r *recent[V]) add(key string, v V) *V {
	if r.order.Len() >= r.most {
		oldest := r.order.Back()
		r.order.Remove(oldest)
		delete(r.cells, cellOf[V](oldest).key)
	}
	k := &kept[V]{key, v}
	r.cells[key] = r.order.PushFront(k)
	return &k.value
}

// cellOf gives what an element holds, which is always that.
func cellOf[V any](e *list.Element) *kept[V] {
	k, _ := e.Value.(*kept[V])
	return k
}

// Seen is a set of words that forgets those it was not asked about for longest.
// It is safe for concurrent use.
type Seen struct {
	mu    sync.Mutex
	words *recent[struct{}]
}

// NewSeen gives a set of at most so many words.
func NewSeen(most int) *Seen { return &Seen{words: newRecent[struct{}](most)} }

// Add remembers a word.
func (s *Seen) Add(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.words.find(word) == nil {
		s.words.add(word, struct{}{})
	}
}

// Has says whether a word is remembered.
func (s *Seen) Has(word string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.words.find(word) != nil
}
