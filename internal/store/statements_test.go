package store

import (
	"database/sql"
	"fmt"
	"testing"
)

// TestStatementsAreUsedAgain reads with one statement while it is being read,
// with more than are kept, and after one has failed.
func TestStatementsAreUsedAgain(t *testing.T) {
	t.Parallel()
	db := openGroup(t)
	const insert = `INSERT INTO written (place, name) VALUES ($1, $2)`
	for i := range 3 {
		if _, err := db.writer.ExecContext(t.Context(), insert, i, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.writer.ExecContext(t.Context(), insert, 0, "twice"); err == nil {
		t.Error("a place was taken twice")
	}
	if _, err := db.writer.ExecContext(t.Context(), insert, 3, "3"); err != nil {
		t.Errorf("a statement that failed once fails again: %v", err)
	}
	if pairs := nested(t, db); pairs != 6 {
		t.Errorf("%d pairs of places were read, want 6", pairs)
	}
	for i := range 2 * maxStatements {
		var n int
		if err := db.writer.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT count(*) + %d FROM written`, i)).Scan(&n); err != nil || n != 4+i {
			t.Fatalf("statement %d gives %d: %v", i, n, err)
		}
	}
	if n := kept(t, db); n > maxStatements {
		t.Errorf("%d statements are kept, more than %d", n, maxStatements)
	}
}

// nested counts the pairs of places, the second of which is greater, by a query
// that is asked again while it is being read.
func nested(t *testing.T, db *DB) (pairs int) {
	t.Helper()
	tx, err := db.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	above(t, tx, -1, func(place int) {
		above(t, tx, place, func(int) { pairs++ })
	})
	return pairs
}

// above gives the places above one to found.
func above(t *testing.T, tx *sql.Tx, place int, found func(int)) {
	t.Helper()
	rows, err := tx.QueryContext(t.Context(), `SELECT place FROM written WHERE place > $1 ORDER BY place`, place)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&place); err != nil {
			t.Fatal(err)
		}
		found(place)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func kept(t *testing.T, db *DB) (n int) {
	t.Helper()
	conn, err := db.writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(driver any) error {
		n = len(driver.(*preparedConn).kept)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
