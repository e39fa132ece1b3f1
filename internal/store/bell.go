package store

import "sync"

// bell tells whoever listens that something was committed, without saying what:
// they look for themselves. Ringing never waits.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

func newBell() *bell { return &bell{next: make(chan struct{})} }

// listen gives a channel that is closed at the next ring.
func (b *bell) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.next)
	b.next = make(chan struct{})
}

// Due gives a channel that is closed once a transaction of this process has
// brought something that waits to be published or delivered. Listen before
// looking, and nothing is missed.
func (db *DB) Due() <-chan struct{} { return db.due.listen() }

// Published gives a channel that is closed once a transaction of this process
// has published events.
func (db *DB) Published() <-chan struct{} { return db.published.listen() }
