package render

import (
	"fmt"
	"io"
	"time"
)

// Progress shows the steps of a command. On a live terminal the running step has
// a spinner; elsewhere there are plain whole lines, which other output cannot
// tear apart.
type Progress struct {
	w     io.Writer
	style Style
}

// NewProgress shows steps on w.
func NewProgress(w io.Writer, style Style) *Progress { return &Progress{w, style} }

// frame is how long one picture of the spinner stays.
const frame = 100 * time.Millisecond

// Do runs work as the step of that name and gives its error. work may report
// states on the way, from any goroutine, but only until it returns; the last one
// is how the step ends, or ok if there was none, or failed after an error, which
// is the caller's to show.
func (p *Progress) Do(name string, work func(report func(state string)) error) error {
	states, ended := make(chan string), make(chan string)
	go p.watch(name, states, ended)
	err := work(func(state string) { states <- p.style.clean(state) })
	close(states)
	last := <-ended
	switch {
	case err != nil:
		p.line(name, p.style.paint(red, "failed"))
	case last == "":
		p.line(name, p.style.paint(green, "ok"))
	case p.style.Live: // elsewhere it has its line already
		p.line(name, last)
	}
	return err
}

// watch shows a step until states is closed, and then sends its last state.
func (p *Progress) watch(name string, states <-chan string, ended chan<- string) {
	var ticks <-chan time.Time
	if p.style.Live {
		ticker := time.NewTicker(frame)
		defer ticker.Stop()
		ticks = ticker.C
	}
	last := ""
	for turn := 0; ; turn++ {
		p.draw(name, last, turn)
		select {
		case <-ticks:
		case state, more := <-states:
			if !more {
				ended <- last
				return
			}
			last = state
			if !p.style.Live {
				p.line(name, state)
			}
		}
	}
}

// draw shows the running step on a live terminal.
func (p *Progress) draw(name, state string, turn int) {
	if !p.style.Live {
		return
	}
	spinner := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	if p.style.ASCII {
		spinner = []rune(`|/-\`)
	}
	fmt.Fprintf(p.w, "\r\x1b[K%c %s %s", spinner[turn%len(spinner)], name, state)
}

// line writes a line that stays.
func (p *Progress) line(name, state string) {
	if p.style.Live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintf(p.w, "%s: %s\n", name, state)
}
