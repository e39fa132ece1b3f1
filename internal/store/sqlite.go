package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/dossier-id/dossier/internal/filelock"
)

// readers is how many connections read an SQLite file at once.
const readers = 8

// toWrite is what the connection that writes is set to. What undoes one writer of
// a group is kept in memory: SQLite would write it to a file in the system's folder
// for such things, and it is a few pages of one savepoint.
func toWrite() []string {
	return []string{"_txlock=immediate", "_pragma=secure_delete(1)", "_pragma=temp_store(memory)"}
}

// openSQLite opens the file at path, for this process alone unless Beside.
func (db *DB) openSQLite(path string) error {
	if path == "" || path == ":memory:" {
		return errors.New("SQLite needs the path of a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if !db.Beside {
		lock, err := filelock.Try(path + ".lock")
		if errors.Is(err, filelock.ErrHeld) {
			return fmt.Errorf("lock %s.lock: another Dossier has this SQLite file open: stop it first, or use PostgreSQL for several at once", path)
		}
		if err != nil {
			return err
		}
		db.closeLater(lock)
	}
	if err := createPrivate(path); err != nil {
		return err
	}
	db.engine = SQLite
	db.viewing = sql.TxOptions{ReadOnly: true}
	db.writer, err = db.connectSQLite(path, 1, toWrite()...)
	if err != nil {
		return err
	}
	db.group = newGroup(db)
	db.reader, err = db.connectSQLite(path, readers, "_pragma=query_only(1)")
	return err
}

// connectSQLite opens a pool of so many connections.
func (db *DB) connectSQLite(path string, connections int, parameters ...string) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(sourceName(path, parameters...))
	if err != nil {
		return nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	pool := sql.OpenDB(preparing{connector})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db.closeLater(pool)
	return pool, nil
}

// sourceName says what each connection must be set to, so that none is without.
func sourceName(path string, parameters ...string) string {
	name := "file://" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	for _, p := range parameters {
		name += "&" + p
	}
	return name
}

// createPrivate makes the file readable by its owner only, if it is not there
// yet. SQLite gives the files it puts beside it the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("create the SQLite file: %w", err)
	}
	return f.Close()
}
