package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Undurable names the settings of PostgreSQL by which it forgets what it has
// acknowledged when it, or its machine, is killed: those of fsync,
// full_page_writes and synchronous_commit that are off for the connection. It gives
// none on SQLite, where the store sets what is needed.
func (db *DB) Undurable(ctx context.Context) ([]string, error) {
	if db.engine != Postgres {
		return nil, nil
	}
	off, err := all(ctx, db.writer, value[string], undurableQuery)
	if err != nil {
		return nil, fmt.Errorf("read the settings of PostgreSQL: %w", err)
	}
	return off, nil
}

// UndurableAt is Undurable for a database that is not open. It changes nothing there.
func UndurableAt(ctx context.Context, url string) (off []string, err error) {
	if !isPostgres(url) {
		return nil, nil
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // Nothing was written.
	rows, err := conn.Query(ctx, undurableQuery)
	if err == nil {
		off, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings of PostgreSQL: %w", err)
	}
	return off, nil
}

const undurableQuery = `SELECT name FROM pg_settings
	WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name`

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}
