package audit

import (
	"bytes"
	"crypto/hmac"
	"fmt"
)

// Finding is one thing that is wrong with a chain, and where.
type Finding struct {
	Tenant   string
	Position int64
	Problem  string
}

// String gives the finding as a line for people.
func (f Finding) String() string { return fmt.Sprintf("record %d: %s", f.Position, f.Problem) }

// Verifier walks along one chain. Findings are gathered, and the walk goes on
// behind each: what is right is told from what is wrong.
type Verifier struct {
	tenant   string
	mac      MAC
	last     Place
	anchors  map[int64][]Checkpoint
	Count    int
	Findings []Finding
}

// NewVerifier begins a walk behind a place: the zero Place, or where a chain
// begins whose older part was dropped. The checkpoints are those of the chain,
// of which the signatures were checked.
func NewVerifier(tenant string, begin Place, mac MAC, checkpoints []Checkpoint) *Verifier {
	v := &Verifier{tenant: tenant, mac: mac, last: begin, anchors: map[int64][]Checkpoint{}}
	for _, c := range checkpoints {
		if c.Tenant == tenant && c.Position > begin.Position {
			v.anchors[c.Position] = append(v.anchors[c.Position], c)
		}
	}
	return v
}

// Add takes the next entry, in the order of their positions.
func (v *Verifier) Add(e *Entry) error {
	v.Count++
	if e.Tenant != v.tenant {
		v.find(e.Position, "it belongs to another chain")
	}
	if e.Position != v.last.Position+1 {
		v.missing(v.last.Position+1, e.Position-1)
	}
	mac, err := v.mac(e.Hash)
	if err != nil {
		return err
	}
	ours := hmac.Equal(mac, e.MAC)
	sum := e.sum(v.last.Hash)
	chained := bytes.Equal(sum, e.Hash)
	switch gap := e.Position != v.last.Position+1; {
	case !ours:
		v.find(e.Position, "its hash was not made by this server: it was changed, moved or put in")
	case !chained && !gap:
		v.find(e.Position, "it was changed, moved or put in: its hash does not follow from it and the record before")
	}
	v.last = Place{e.Position, e.Hash}
	if !ours && !chained { // The hash itself may be what was changed: go on from what it should be.
		v.last.Hash = sum
	}
	v.meet(v.last)
	return nil
}

// meet compares the place with the checkpoints that were signed there.
func (v *Verifier) meet(p Place) {
	for _, c := range v.anchors[p.Position] {
		if !bytes.Equal(c.Hash, p.Hash) {
			v.find(p.Position, "it is not the one of the checkpoint that was signed at "+c.At.String())
		}
	}
	delete(v.anchors, p.Position)
}

// End compares the end of the walk with what is stored as the end of the chain.
func (v *Verifier) End(head Place) []Finding {
	switch {
	case head.Position > v.last.Position:
		v.missing(v.last.Position+1, head.Position)
	case head.Position < v.last.Position:
		v.find(v.last.Position, fmt.Sprintf("the chain is said to end at record %d", head.Position))
	case !bytes.Equal(head.Hash, v.last.Hash):
		v.find(head.Position, "the chain is said to end with another record")
	}
	var farthest Checkpoint
	for _, there := range v.anchors {
		if there[0].Position > max(farthest.Position, v.last.Position) {
			farthest = there[0]
		}
	}
	if farthest.Position > head.Position {
		v.missing(max(v.last.Position, head.Position)+1, farthest.Position)
	}
	return v.Findings
}

func (v *Verifier) missing(from, to int64) {
	if from >= to {
		v.find(from, "it is missing")
		return
	}
	v.find(from, fmt.Sprintf("it is missing, and all up to record %d", to))
}

func (v *Verifier) find(position int64, problem string) {
	v.Findings = append(v.Findings, Finding{v.tenant, position, problem})
}
