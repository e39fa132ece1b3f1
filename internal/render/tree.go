package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// grade orders the results of breakdowns by how much they deserve a look.
type grade int

const (
	notRun grade = iota
	passed
	unidentified
	flagged
)

// gradeOf takes a result word. A word that is not known deserves a look.
func gradeOf(result string) grade {
	switch result {
	case "":
		return notRun
	case "clear":
		return passed
	case "unidentified":
		return unidentified
	default:
		return flagged
	}
}

func (g grade) color() color { return [...]color{faint, green, yellow, red}[g] }

// mark gives the sign of a grade.
func (s Style) mark(g grade) string {
	if s.ASCII {
		return [...]string{"-", "v", "?", "x"}[g]
	}
	return [...]string{"–", "✓", "?", "✗"}[g]
}

// node is a breakdown, a sub-breakdown, or a property that holds a result.
type node struct {
	name, result string
	// notes are its other properties: scores and whatever else it holds.
	notes    object
	children []node
}

// worst is the highest grade of a node and all below it.
func (n node) worst() grade {
	g := gradeOf(n.result)
	for _, c := range n.children {
		g = max(g, c.worst())
	}
	return g
}

// children makes the nodes of a breakdown object.
func children(o object, depth int) []node {
	var nodes []node
	for name, v := range o {
		nodes = append(nodes, parse(name, v, depth))
	}
	return sorted(nodes)
}

// sorted puts what deserves a look first, otherwise by name.
func sorted(nodes []node) []node {
	slices.SortStableFunc(nodes, func(a, b node) int {
		return cmp.Or(cmp.Compare(b.worst(), a.worst()), cmp.Compare(a.name, b.name))
	})
	return nodes
}

// parse makes a node of {result?, breakdown?, properties?} (Assure contract
// section 8). Anything else in it becomes a note.
func parse(name string, v any, depth int) node {
	n := node{name: name, notes: object{}}
	o, ok := v.(object)
	if !ok || depth > maxDepth {
		n.notes["value"] = v
		return n
	}
	var below, reasons object
	for key, v := range o {
		inner, isObject := v.(object)
		switch {
		case key == "result" && text(v) != "":
			n.result = text(v)
		case key == "breakdown" && isObject:
			below = inner
		case key == "properties" && isObject:
			reasons = apart(inner, n.notes)
		default:
			n.notes[key] = v
		}
	}
	n.children = sorted(append(children(below, depth+1), children(reasons, depth+1)...))
	return n
}

// apart splits the properties of a breakdown: a reason, such as blurredPhoto,
// has a result and becomes a node; the rest are notes, without the ids of the
// images, which say nothing to a person.
func apart(properties, notes object) (reasons object) {
	reasons = object{}
	for name, v := range properties {
		switch {
		case isResult(v):
			reasons[name] = object{"result": v}
		case name != "documentId" && name != "livePhotoId":
			notes[name] = v
		}
	}
	return reasons
}

func isResult(v any) bool {
	s := text(v)
	return s == "clear" || s == "consider" || s == "unidentified"
}

// tree prints nodes. One that holds nothing but clear results stays closed.
func (p *printer) tree(indent string, nodes []node) {
	b := p.branches()
	for i, n := range nodes {
		here, below := b.node, b.below
		if i == len(nodes)-1 {
			here, below = b.last, b.belowLast
		}
		g := gradeOf(n.result)
		open := n.worst() > passed
		line := p.paint(g.color(), p.mark(g)) + " " + p.words(n.name) + "  " + p.summary(n, open)
		fmt.Fprintf(&p.out, "%s%s%s\n", indent, here, strings.TrimRight(line, " "))
		if open {
			p.tree(indent+below, n.children)
		}
	}
}

// summary says what a node's line says behind its name: the result unless it is
// clear, the notes, and for a closed node what is in it.
func (p *printer) summary(n node, open bool) string {
	var parts []string
	switch {
	case n.worst() == notRun && len(n.notes) == 0:
		parts = append(parts, "not run")
	case n.result != "clear" && n.result != "":
		parts = append(parts, p.clean(n.result))
	}
	if len(n.notes) > 0 {
		parts = append(parts, p.inline(n.notes, 0))
	}
	if !open && n.worst() == passed && len(n.children) > 0 {
		parts = append(parts, p.closed(n)...)
	}
	return strings.Join(parts, ", ")
}

// closed counts what is in a closed node and gives the notes in it.
func (p *printer) closed(n node) []string {
	var count [passed + 1]int
	var notes []string
	var walk func([]node)
	walk = func(nodes []node) {
		for _, c := range nodes {
			count[gradeOf(c.result)]++
			if len(c.notes) > 0 {
				notes = append(notes, p.words(c.name)+": "+p.inline(c.notes, 0))
			}
			walk(c.children)
		}
	}
	walk(n.children)
	parts := []string{fmt.Sprintf("%d clear", count[passed])}
	if count[notRun] > 0 {
		parts = append(parts, fmt.Sprintf("%d not run", count[notRun]))
	}
	return append(parts, notes...)
}
