package render

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
)

// object is a JSON object.
type object = map[string]any

// Process writes a process, the JSON object that Get process answers with
// (Assure contract section 5), to w for a person. Equal objects print equally,
// whatever the order of their keys. What it does not know it prints too, under
// the name it came with. It fails when data is no JSON object, and with w.
func Process(w io.Writer, data []byte, style Style) error {
	var o object
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a score prints as it was sent
	if err := d.Decode(&o); err != nil {
		return fmt.Errorf("reading the process: %w", err)
	}
	if o == nil {
		return errors.New("reading the process: it is null")
	}
	p := &printer{Style: style}
	p.process(o)
	_, err := w.Write(p.out.Bytes())
	return err
}

// printer prints one process.
type printer struct {
	Style
	out bytes.Buffer
}

func (p *printer) process(o object) {
	p.header(text(o["status"]))
	final, _ := o["finalResult"].(object)
	provider, _ := o["providerSpecific"].(object)
	failure, _ := o["failReason"].(object)
	top := maps.Clone(o)
	delete(top, "status")
	if _, given := top["authorization"]; given {
		top["authorization"] = "(given, not shown)" // it lets its bearer upload images
	}
	for name, v := range map[string]object{"finalResult": final, "providerSpecific": provider, "failReason": failure} {
		if v != nil {
			delete(top, name)
		}
	}
	p.fields(top)
	p.section("why it failed", failure)
	p.section("final result", final)
	for _, name := range sections(provider) {
		p.report(name, provider[name], final)
	}
}

// header prints the status and what it means.
func (p *printer) header(status string) {
	mark, c, meaning := p.mark(notRun), faint, "a status that this program does not know"
	switch status {
	case "pending":
		meaning = "the verification has not started"
	case "processing":
		meaning = "the verification is under way"
	case "accepted":
		mark, c, meaning = p.mark(passed), green, "the identity is verified"
	case "rejected":
		mark, c, meaning = p.mark(flagged), red, "the document cannot be accepted"
	case "inconclusive":
		mark, c, meaning = p.mark(unidentified), yellow, "the identity is in doubt, a person should look"
	case "canceled":
		meaning = "it was canceled before a verdict"
	case "failed":
		mark, c, meaning = p.mark(flagged), red, "the verification could not be carried out"
	}
	fmt.Fprintf(&p.out, "%s: %s\n", p.paint(c, mark+" "+p.clean(status)), meaning)
}

// section prints an object under a title, or nothing when there is none.
func (p *printer) section(name string, o object) {
	if len(o) > 0 {
		fmt.Fprintf(&p.out, "\n%s\n", p.title(name))
		p.fields(o)
	}
}

// sections gives the names of the reports, the two known ones first.
func sections(provider object) []string {
	known := []string{"documentVerification", "facialSimilarity"}
	return slices.SortedFunc(maps.Keys(provider), byRank(known))
}

// byRank compares names by their place in known, then by themselves.
func byRank(known []string) func(a, b string) int {
	rank := func(s string) int {
		if i := slices.Index(known, s); i >= 0 {
			return i
		}
		return len(known)
	}
	return func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) }
}

// report prints one report of the provider: its result, what it read, as far as
// the final result does not say the same, and its breakdowns.
func (p *printer) report(name string, v any, final object) {
	o, ok := v.(object)
	if !ok {
		p.section("provider", object{name: v})
		return
	}
	breakdowns, _ := o["breakdowns"].(object)
	result := text(o["result"])
	fmt.Fprintf(&p.out, "\n%s: %s%s\n", p.title(name), p.verdict(result), p.subResult(o))
	p.fields(news(o, breakdowns, final))
	p.tree("  ", children(breakdowns, 0))
}

func (p *printer) verdict(result string) string {
	g := gradeOf(result)
	return p.paint(g.color(), p.mark(g)+" "+cmp.Or(p.clean(result), "not run"))
}

func (p *printer) subResult(o object) string {
	if s := text(o["subResult"]); s != "" && s != text(o["result"]) {
		return ", " + p.clean(s)
	}
	return ""
}

// news gives the fields of a report that are printed nowhere else: neither in
// its heading, nor as the result of a breakdown, nor in the final result.
func news(o, breakdowns, final object) object {
	o = maps.Clone(o)
	maps.DeleteFunc(o, func(name string, v any) bool {
		if name == "result" || name == "subResult" {
			return text(v) != ""
		}
		if name == "breakdowns" {
			return breakdowns != nil
		}
		b, _ := breakdowns[name].(object)
		return b != nil && reflect.DeepEqual(b["result"], v) || final != nil && reflect.DeepEqual(final[name], v)
	})
	return o
}

// text gives a string, and "" for anything else.
func text(v any) string {
	s, _ := v.(string)
	return s
}
