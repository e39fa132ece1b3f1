package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// fieldsOf says, for each engine, how its tables and columns are listed.
var fieldsOf = map[string]string{
	"sqlite": `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`,
	"postgres": `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`,
}

// mappedRow is a row of docs/data-map.md: a table or place, fields, what they
// hold, how it is kept, how long.
var mappedRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ((?:`\\w+`,? ?)+) \\|")

// TestDataMapNamesEveryField holds docs/data-map.md to the schema of a server
// that runs: no column without a row, no row without a column.
func TestDataMapNamesEveryField(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/data-map.md")
	check(t, err)
	mapped := map[string]bool{}
	for _, row := range mappedRow.FindAllStringSubmatch(string(text), -1) {
		for name := range strings.FieldsFuncSeq(row[2], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			mapped[row[1]+"."+name] = true
		}
	}
	eachEngine(t, func(s *stack) {
		rows, err := s.server.db.Writer().QueryContext(s.t.Context(), fieldsOf[string(s.server.db.Engine())])
		check(s.t, err)
		defer rows.Close()
		there := map[string]bool{}
		for rows.Next() {
			var table, column string
			check(s.t, rows.Scan(&table, &column))
			field := table + "." + column
			there[field] = true
			if !mapped[field] {
				s.t.Errorf("docs/data-map.md does not name %s", field)
			}
		}
		check(s.t, rows.Err())
		for field := range mapped {
			if !there[field] {
				s.t.Errorf("docs/data-map.md names %s, which does not exist on %s", field, s.server.db.Engine())
			}
		}
	})
}
