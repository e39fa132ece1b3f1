package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/dossier-id/dossier/internal/store"
)

func open(db *store.DB, c Config) (queue, error) {
	w, err := workers(c)
	if err != nil {
		return nil, err
	}
	if db.Engine() == store.SQLite {
		driver := riversqlite.New(db.Writer())
		client, err := river.NewClient(driver, c.river(w, 100*time.Millisecond))
		return &sqliteQueue{client, driver}, err
	}
	driver := riverpgxv5.New(db.Pool())
	client, err := river.NewClient(driver, c.river(w, time.Second))
	return &postgresQueue{client, driver, db.Pool()}, err
}

type sqliteQueue struct {
	client *river.Client[*sql.Tx]
	driver *riversqlite.Driver
}

func (q *sqliteQueue) migrate(ctx context.Context) error {
	m, err := rivermigrate.New(q.driver, nil)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (q *sqliteQueue) insert(ctx context.Context, tx store.Handle, jobs []river.InsertManyParams) error {
	_, err := q.client.InsertManyTx(ctx, tx.Tx, jobs)
	return err
}

func (q *sqliteQueue) start(ctx context.Context) error { return q.client.Start(ctx) }
func (q *sqliteQueue) stop(ctx context.Context) error  { return q.client.Stop(ctx) }
func (q *sqliteQueue) stopped() <-chan struct{}        { return q.client.Stopped() }
func (q *sqliteQueue) abort(ctx context.Context) error { return q.client.StopAndCancel(ctx) }

type postgresQueue struct {
	client *river.Client[pgx.Tx]
	driver *riverpgxv5.Driver
	pool   *pgxpool.Pool
}

// migrationLock keeps replicas that start together from migrating together. It
// is any number that nothing else in the database locks.
const migrationLock = 0x646f7373

func (q *postgresQueue) migrate(ctx context.Context) error {
	m, err := rivermigrate.New(q.driver, nil)
	if err != nil {
		return err
	}
	conn, err := q.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		return fmt.Errorf("wait for another replica's migration: %w", err)
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	_, unlock := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationLock)
	return errors.Join(err, unlock)
}

func (q *postgresQueue) insert(ctx context.Context, tx store.Handle, jobs []river.InsertManyParams) error {
	_, err := q.client.InsertManyTx(ctx, openTx{tx.Conn}, jobs)
	return err
}

func (q *postgresQueue) start(ctx context.Context) error { return q.client.Start(ctx) }
func (q *postgresQueue) stop(ctx context.Context) error  { return q.client.Stop(ctx) }
func (q *postgresQueue) stopped() <-chan struct{}        { return q.client.Stopped() }
func (q *postgresQueue) abort(ctx context.Context) error { return q.client.StopAndCancel(ctx) }

// openTx shows River a transaction that database/sql began on the connection.
// River inserts through it; beginning and ending it is the store's business.
type openTx struct{ *connection }

// connection lets openTx have both the methods of the connection and one that
// is named Conn.
type connection = pgx.Conn

var errNotOurs = errors.New("the transaction is the store's to begin and end")

// Begin refuses: River does not nest transactions when it inserts.
func (openTx) Begin(context.Context) (pgx.Tx, error) { return nil, errNotOurs }

// Commit refuses.
func (openTx) Commit(context.Context) error { return errNotOurs }

// Rollback refuses.
func (openTx) Rollback(context.Context) error { return errNotOurs }

// LargeObjects gives none: River uses none.
func (openTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn gives the connection.
func (t openTx) Conn() *pgx.Conn { return t.connection }
