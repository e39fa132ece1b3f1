package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-id/dossier/internal/seal"
)

// Engine is the kind of a database.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options are what a DB needs beside its URL.
type Options struct {
	// Sealer seals what is stored.
	Sealer *seal.Sealer
	// NewID gives a fresh lower-case UUID.
	NewID func() string
	// Beside opens an SQLite file that a server may have open too, for a command
	// that makes a change and ends. It works no jobs and clears no leases.
	Beside bool
	// Now gives the time at which what the store does by itself is said to be
	// done; time.Now when it is nil.
	Now func() time.Time
	// Trace gives the id of the trace that a context belongs to, or "" outside one;
	// nil knows none.
	Trace func(ctx context.Context) string
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Options
	engine Engine
	// writer begins transactions that write; on SQLite it is one connection.
	writer *sql.DB
	// reader is a pool for reading; on PostgreSQL it is the writer.
	reader *sql.DB
	// viewing makes a transaction of the reader a snapshot.
	viewing sql.TxOptions
	// locking ends the reading of a dossier that the transaction will write.
	locking string
	// skipping ends the choice of rows to claim, so that replicas do not wait for
	// one another: what one is about to claim the other leaves out.
	skipping string
	pool     *pgxpool.Pool
	jobs     Enqueuer
	// group is what writers of SQLite share; nil on PostgreSQL.
	group   *group
	closing []func() error
	// due and published ring after commits: see Due and Published.
	due, published *bell
	notes          notes
	leaves         leaves
	// seen is the latest time that was trusted, in microseconds; 0 before Clock.
	seen atomic.Int64
}

// Open opens the database at url and brings its schema up to date. url is
// postgres://… or postgresql://…, or else the path of an SQLite file, plain or
// behind sqlite:, which is created when it is missing. An SQLite file has one
// process at a time: Open fails while another has it, unless it is opened
// Beside.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Sealer == nil || o.NewID == nil {
		return nil, errors.New("open the database: Sealer and NewID are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Trace == nil {
		o.Trace = func(context.Context) string { return "" }
	}
	db := &DB{Options: o, jobs: noQueue{}, due: newBell(), published: newBell()}
	if err := db.open(ctx, url); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.Close())
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the database's schema up to date: %w", err), db.Close())
	}
	if err := db.checkKey(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.Close())
	}
	return db, nil
}

// ErrWrongKey says that the database was sealed with other keys.
var ErrWrongKey = errors.New("the data was sealed with another key: restore the key from its backup")

// keyCheck is the setting by which checkKey knows the keys.
const keyCheck = "key check"

// checkKey makes sure that the keys at hand open what is stored, by a value that
// the first start leaves behind: a key under the first leaf of the tree, which
// is never forgotten.
func (db *DB) checkKey(ctx context.Context) error {
	at := settingAt(keyCheck)
	wrapped, err := one(ctx, db.reader, value[[]byte], `SELECT value FROM settings WHERE name = $1`, keyCheck)
	if errors.Is(err, sql.ErrNoRows) {
		if wrapped, _, err = db.Sealer.NewKey(at, 0); err != nil {
			return err
		}
		return putSetting(ctx, db.writer, keyCheck, wrapped)
	}
	if err == nil {
		_, err = db.Sealer.Unwrap(wrapped, at)
	}
	if errors.Is(err, seal.ErrSealed) {
		return ErrWrongKey
	}
	return err
}

func (db *DB) open(ctx context.Context, url string) error {
	if isPostgres(url) {
		return db.openPostgres(ctx, url)
	}
	return db.openSQLite(strings.TrimPrefix(url, "sqlite:"))
}

// Close ends every connection. Whatever works on the database must have ended.
func (db *DB) Close() error {
	var errs []error
	for len(db.closing) > 0 {
		last := len(db.closing) - 1
		errs = append(errs, db.closing[last]())
		db.closing = db.closing[:last]
	}
	return errors.Join(errs...)
}

// closeLater has c closed by Close, before all that was opened earlier.
func (db *DB) closeLater(c io.Closer) { db.closing = append(db.closing, c.Close) }

// Ping says whether the database can be reached.
func (db *DB) Ping(ctx context.Context) error { return db.writer.PingContext(ctx) }

// Engine says which kind of database it is.
func (db *DB) Engine() Engine { return db.engine }

// Writer gives the connection through which SQLite is written. There is only
// one: whoever waits for it inside an Update waits forever.
func (db *DB) Writer() *sql.DB { return db.writer }

// Pool gives the connections to PostgreSQL; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }
