package store

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Backup writes a copy of an SQLite file to path, where there must be none, as
// it is at one moment; others may go on writing meanwhile. PostgreSQL has tools
// of its own for it.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.engine != SQLite {
		return errors.New("only an SQLite file is backed up this way; use pg_dump for PostgreSQL")
	}
	if err := createPrivate(path); err != nil { // VACUUM INTO takes an empty file.
		return err
	}
	if _, err := db.writer.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return errors.Join(fmt.Errorf("copy the database: %w", err), os.Remove(path))
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
