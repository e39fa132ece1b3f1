package limit

import "sync"

// Slots bounds how many of something happen at once, for all keys together and
// for each: one key never has them all. It is safe for concurrent use.
type Slots struct {
	all, each int

	mu    sync.Mutex
	taken int
	of    map[string]int
}

// NewSlots gives a Slots of all in all and each for a key.
func NewSlots(all, each int) *Slots {
	return &Slots{all: all, each: each, of: map[string]int{}}
}

// Refusal says why there is no slot.
type Refusal int

// The reasons: there is a slot, the key has its share already, all are taken.
const (
	Free Refusal = iota
	KeyFull
	AllFull
)

// Enter takes a slot for the key when it gives Free; Leave gives it back.
func (s *Slots) Enter(key string) Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.of[key] >= s.each:
		return KeyFull
	case s.taken >= s.all:
		return AllFull
	}
	s.taken++
	s.of[key]++
	return Free
}

// Leave gives the slot of an Enter back.
func (s *Slots) Leave(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.of[key]--; s.of[key] == 0 {
		delete(s.of, key)
	}
}
