package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/pgtest"
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
	there := fieldsThere(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"))
	maps.Copy(there, fieldsThere(t, pgtest.New(t)))
	for field := range there {
		if !mapped[field] {
			t.Errorf("docs/data-map.md does not name %s", field)
		}
	}
	for field := range mapped {
		if !there[field] {
			t.Errorf("docs/data-map.md names %s, which does not exist", field)
		}
	}
}

// fieldsThere lists the columns of a server's database.
func fieldsThere(t *testing.T, database string) map[string]bool {
	t.Helper()
	s := newStackAt(t, database, "http://127.0.0.1:1", "api_sandbox.none")
	rows, err := s.server.db.Writer().QueryContext(t.Context(), fieldsOf[string(s.server.db.Engine())])
	check(t, err)
	defer rows.Close()
	there := map[string]bool{}
	for rows.Next() {
		var table, column string
		check(t, rows.Scan(&table, &column))
		there[table+"."+column] = true
	}
	check(t, rows.Err())
	return there
}
