package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// order is how a person expects the known fields; others follow by name.
func order() []string {
	return []string{
		"processId", "provider", "processType", "documentType", "depictions", "createdAt", "updatedAt",
		"type", "message",
		"firstName", "lastName", "aliasName", "dateOfBirth", "placeOfBirth", "gender", "nationality",
		"documentNumber", "issuingCountry", "dateOfIssue", "dateOfExpiry", "personalIdentificationNumber",
		"mrzLine1", "mrzLine2", "mrzLine3", "similarityScore",
		"category", "codes", "isQualified", "obtainmentDate", "expiryDate",
	}
}

// names gives the names of o in their order.
func names(o object) []string { return slices.SortedFunc(maps.Keys(o), byRank(order())) }

// fields prints the members of o, one a line, the values below each other.
func (p *printer) fields(o object) {
	width := 0
	for name := range o {
		width = max(width, utf8.RuneCountInString(p.words(name)))
	}
	for _, name := range names(o) {
		label := p.words(name)
		label += strings.Repeat(" ", width-utf8.RuneCountInString(label))
		for _, value := range p.lines(o[name]) {
			fmt.Fprintf(&p.out, "  %s  %s\n", label, value)
			label = strings.Repeat(" ", width)
		}
	}
}

// lines gives a value as lines: an array of objects has one for each.
func (p *printer) lines(v any) []string {
	list, ok := v.([]any)
	if !ok || !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(object); return ok }) {
		return []string{p.inline(v, 0)}
	}
	lines := make([]string, len(list))
	for i, v := range list {
		lines[i] = p.inline(v, 0)
	}
	return lines
}

// maxDepth is how deep nested values and breakdowns are shown.
const maxDepth = 8

// inline gives a value in one line.
func (p *printer) inline(v any, depth int) string {
	if depth > maxDepth {
		return "..."
	}
	var parts []string
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		return p.clean(v)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case json.Number:
		return p.clean(score(v))
	case []any:
		for _, e := range v {
			parts = append(parts, p.inline(e, depth+1))
		}
	case object:
		for _, name := range names(v) {
			parts = append(parts, p.words(name)+" "+p.inline(v[name], depth+1))
		}
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

// score shortens a number that has more than four decimals.
func score(n json.Number) string {
	_, decimals, _ := strings.Cut(n.String(), ".")
	f, err := n.Float64()
	if err != nil || len(decimals) <= 4 || strings.ContainsAny(decimals, "eE") {
		return n.String()
	}
	return strconv.FormatFloat(f, 'f', 4, 64)
}
