package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// Setting gives a value of the installation, opened, or NotFound.
func (db *DB) Setting(ctx context.Context, name string) ([]byte, error) {
	return newReader(db, db.reader, "").setting(ctx, name)
}

func (r *reader) setting(ctx context.Context, name string) ([]byte, error) {
	sealed, err := one(ctx, r.q, value[[]byte], `SELECT value FROM settings WHERE name = $1`, name)
	if err != nil {
		return nil, explain(err, "read", "setting")
	}
	return r.db.Sealer.OpenSystem(sealed, settingAt(name))
}

// Trace gives what KeepTrace stored, or NotFound.
func (r *reader) Trace(ctx context.Context, process string) (idv.PersonalJSON, error) {
	stored, err := r.traceOf(ctx, process)
	if err != nil {
		return nil, err
	}
	if len(stored) < seal.WrappedSize {
		return nil, errors.New("the trace of a deleted process is not what was stored")
	}
	key, err := r.db.Sealer.Unwrap(stored[:seal.WrappedSize], traceAt(process))
	if err != nil {
		return nil, err
	}
	return key.Open(stored[seal.WrappedSize:], traceAt(process))
}

func (r *reader) traceOf(ctx context.Context, process string) ([]byte, error) {
	stored, err := one(ctx, r.q, value[[]byte], `SELECT value FROM settings WHERE name = $1`, traceOf(process))
	return stored, explain(err, "read", "trace")
}

// traceAt is what a trace is bound to. It has a key of its own, as a dossier has.
func traceAt(process string) seal.Context {
	return seal.Context{Process: process, Dossier: traceOf(process), Field: "trace"}
}

// KeepTrace stores what finds a person at the provider after their dossier is
// gone, and its key with it.
func (t *transaction) KeepTrace(ctx context.Context, process string, trace idv.PersonalJSON) error {
	wrapped, key, err := t.newKey(ctx, traceAt(process))
	if err != nil {
		return err
	}
	sealed, err := key.Seal(trace, traceAt(process))
	if err != nil {
		return err
	}
	return putSetting(ctx, t.q, traceOf(process), append(wrapped, sealed...))
}

// DropTrace forgets it, as a dossier is forgotten.
func (t *transaction) DropTrace(ctx context.Context, process string) error {
	stored, err := t.traceOf(ctx, process)
	if idv.CodeOf(err) == idv.CodeNotFound {
		return nil
	}
	if err == nil {
		err = t.forget(ctx, traceAt(process), stored[:min(len(stored), seal.WrappedSize)])
	}
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `DELETE FROM settings WHERE name = $1`, traceOf(process))
	return explain(err, "drop", "trace")
}

func traceOf(process string) string { return tracePrefix + process }

// tracePrefix begins the names of traces.
const tracePrefix = "trace/"

// SaveSetting seals and stores a value of the installation, such as the token
// of a webhook, in place of what the name had.
func (db *DB) SaveSetting(ctx context.Context, name string, plain []byte) error {
	return db.saveSetting(ctx, db.writer, name, plain)
}

func (db *DB) saveSetting(ctx context.Context, q querier, name string, plain []byte) error {
	sealed, err := db.Sealer.SealSystem(plain, settingAt(name))
	if err != nil {
		return err
	}
	return putSetting(ctx, q, name, sealed)
}

// putSetting stores what is sealed already.
func putSetting(ctx context.Context, q querier, name string, sealed []byte) error {
	_, err := exec(ctx, q, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, sealed)
	return explain(err, "save", "setting")
}

// EnsureSetting gives a value of the installation, opened. Where there is none it
// stores what draw gives, and that in the audit trail; of several that try at
// once the first one's stays, and all get it.
func (db *DB) EnsureSetting(ctx context.Context, name string, now time.Time, draw func() ([]byte, error)) ([]byte, error) {
	found, err := db.Setting(ctx, name)
	if idv.CodeOf(err) != idv.CodeNotFound {
		return found, err
	}
	plain, err := draw()
	if err != nil {
		return nil, fmt.Errorf("make the setting %s: %w", name, err)
	}
	sealed, err := db.Sealer.SealSystem(plain, settingAt(name))
	if err != nil {
		return nil, err
	}
	err = db.update(ctx, func(t *transaction) error {
		n, err := exec(ctx, t.q, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, sealed)
		if err != nil || n == 0 {
			return explain(err, "save", "setting")
		}
		return t.Record(ctx, idv.Record{At: now, Action: idv.ActionSettingCreated, Subject: name})
	})
	if err != nil {
		return nil, err
	}
	return db.Setting(ctx, name)
}

// ChangeSetting replaces a value of the installation by what change makes of it,
// and stores that in the audit trail. It fails with CodeInvalidState when
// somebody else did so meanwhile.
func (db *DB) ChangeSetting(ctx context.Context, name string, now time.Time, change func(plain []byte) ([]byte, error)) error {
	before, err := one(ctx, db.writer, value[[]byte], `SELECT value FROM settings WHERE name = $1`, name)
	if err != nil {
		return explain(err, "read", "setting")
	}
	plain, err := db.Sealer.OpenSystem(before, settingAt(name))
	if err != nil {
		return err
	}
	if plain, err = change(plain); err != nil {
		return fmt.Errorf("change the setting %s: %w", name, err)
	}
	after, err := db.Sealer.SealSystem(plain, settingAt(name))
	if err != nil {
		return err
	}
	return db.update(ctx, func(t *transaction) error {
		changed, err := exec(ctx, t.q, `UPDATE settings SET value = $1 WHERE name = $2 AND value = $3`, after, name, before)
		if err == nil && changed == 0 {
			return idv.Refuse(idv.CodeInvalidState, "the setting was changed by somebody else: try again")
		}
		if err != nil {
			return fmt.Errorf("save the setting: %w", err)
		}
		return t.Record(ctx, idv.Record{At: now, Action: idv.ActionSettingChanged, Subject: name})
	})
}

// settingAt is what a setting is bound to.
func settingAt(name string) seal.Context { return seal.Context{Field: "setting/" + name} }
