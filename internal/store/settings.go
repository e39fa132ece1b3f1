package store

import (
	"context"

	"github.com/dossier-id/dossier/internal/seal"
)

// Setting gives a value of the installation, opened, or NotFound.
func (db *DB) Setting(ctx context.Context, name string) ([]byte, error) {
	sealed, err := one(ctx, db.reader, value[[]byte], `SELECT value FROM settings WHERE name = $1`, name)
	if err != nil {
		return nil, explain(err, "read", "setting")
	}
	return db.Sealer.OpenSystem(sealed, settingAt(name))
}

// SaveSetting seals and stores a value of the installation, such as the token
// of a webhook, in place of what the name had.
func (db *DB) SaveSetting(ctx context.Context, name string, plain []byte) error {
	sealed, err := db.Sealer.SealSystem(plain, settingAt(name))
	if err != nil {
		return err
	}
	_, err = exec(ctx, db.writer, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, sealed)
	return explain(err, "save", "setting")
}

// settingAt is what a setting is bound to.
func settingAt(name string) seal.Context { return seal.Context{Field: "setting/" + name} }
