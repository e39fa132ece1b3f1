package mrz

import "strings"

// Place is where something stands in a zone: columns From to To, not included,
// of a line, all counted from zero.
type Place struct{ Line, From, To int }

// PlaceOf gives where a field stands in lines of a format; not found for what the
// format lacks, for an empty field, and for lines that are not of the format. A
// document number that runs on into the optional data is placed where it begins.
func PlaceOf(f Format, lines []string, field Field) (p Place, found bool) {
	l := layoutOf(f)
	if len(lines) != l.rows {
		return Place{}, false
	}
	for _, line := range lines {
		if len(line) != l.columns {
			return Place{}, false
		}
	}
	of, known := l.fields[field]
	if field == LastName || field == FirstName {
		of, known = l.fields[Names], true
	}
	if !known {
		return Place{}, false
	}
	p = Place{of.line, of.from, of.to}
	text := of.of(lines)
	// The names stand in one field, with two fillers between them.
	if last, _, both := strings.Cut(text, "<<"); field == LastName && both {
		p.To = p.From + len(last)
	} else if field == FirstName && both {
		p.From += len(last) + len("<<")
	} else if field == FirstName {
		return Place{}, false
	}
	text = lines[p.Line][p.From:p.To]
	p.To = p.From + len(strings.TrimRight(text, "<"))
	return p, p.To > p.From
}

// Shape gives how many lines and columns a format has.
func Shape(f Format) (lines, columns int) {
	l := layoutOf(f)
	return l.rows, l.columns
}
