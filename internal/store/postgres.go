package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres connects to the server at url. Its parameters are those of
// pgxpool, pool_max_conns among them.
func (db *DB) openPostgres(ctx context.Context, url string) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err // It hides the password.
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "dossier"
	}
	db.pool, err = pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("make a pool of connections: %w", err)
	}
	db.closing = append(db.closing, func() error { db.pool.Close(); return nil })
	if err := db.pool.Ping(ctx); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	db.engine = Postgres
	db.viewing = sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	// Not FOR UPDATE: that would also hold up rows that only refer to the dossier.
	db.locking = " FOR NO KEY UPDATE OF d"
	db.skipping = " FOR UPDATE SKIP LOCKED"
	db.writer = stdlib.OpenDBFromPool(db.pool)
	db.reader = db.writer
	db.closeLater(db.writer)
	return nil
}
