package pace

import "slices"

// waiter is one request that waits.
type waiter struct {
	party string
	turn  chan struct{} // closed when it may be sent
}

// line is who waits: of each party in the order they came, and the parties in
// turns.
type line struct {
	waiting map[string][]*waiter
	parties []string // those that wait, the next one first
	length  int
}

func newLine() line { return line{waiting: map[string][]*waiter{}} }

func (l *line) join(party string) *waiter {
	w := &waiter{party, make(chan struct{})}
	if len(l.waiting[party]) == 0 {
		l.parties = append(l.parties, party)
	}
	l.waiting[party] = append(l.waiting[party], w)
	l.length++
	return w
}

// call lets the next one go, and says whether there was one.
func (l *line) call() bool {
	if len(l.parties) == 0 {
		return false
	}
	party := l.parties[0]
	first := l.waiting[party][0]
	l.remove(first)
	if at := slices.Index(l.parties, party); at >= 0 { // It has more: behind the others.
		l.parties = append(slices.Delete(l.parties, at, at+1), party)
	}
	close(first.turn)
	return true
}

// remove takes one out; it may have been called already.
func (l *line) remove(w *waiter) {
	of := l.waiting[w.party]
	at := slices.Index(of, w)
	if at < 0 {
		return
	}
	l.length--
	if of = slices.Delete(of, at, at+1); len(of) > 0 {
		l.waiting[w.party] = of
		return
	}
	delete(l.waiting, w.party)
	l.parties = slices.DeleteFunc(l.parties, func(p string) bool { return p == w.party })
}
