package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// wrappings are the columns that the key-encryption key seals.
func wrappings() []wrapping {
	return []wrapping{
		{table: "dossier_keys", column: "wrapped_key", key: []string{"tenant_id", "dossier_id"}, before: seal.LeafSize, rewrap: func(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error) {
			return s.Rewrap(sealed, seal.Context{Tenant: text(key[0]), Dossier: text(key[1])})
		}},
		{
			table: "settings", column: "value", key: []string{"name"}, before: seal.LeafSize, only: "(" + ownKeySettings + ")",
			rewrap: rewrapOwnKey,
		},
		{table: "settings", column: "value", key: []string{"name"}, only: "NOT (" + ownKeySettings + ")", rewrap: func(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error) {
			return s.RewrapSystem(sealed, settingAt(text(key[0])))
		}},
		{table: "subscriptions", column: "endpoint", key: []string{"tenant_id", "id"}, rewrap: func(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error) {
			return s.RewrapSystem(sealed, endpointAt(text(key[0]), text(key[1])))
		}},
		{table: "operators", column: "totp", key: []string{"id"}, rewrap: func(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error) {
			return s.RewrapSystem(sealed, totpAt(text(key[0])))
		}},
		{
			table: "idempotency", column: "answer", key: []string{"tenant_id", "client_id", "key_hash"}, only: "dossier_id IS NULL AND answer IS NOT NULL",
			rewrap: func(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error) {
				hash, _ := key[2].([]byte)
				r := claimRow{text(key[0]), text(key[1]), hash}
				return s.RewrapSystem(sealed, seal.Context{Tenant: r.tenant, Field: r.field()})
			},
		},
	}
}

// ownKeySettings selects the settings that begin with a wrapped key of their own.
const ownKeySettings = "name = '" + keyCheck + "' OR name LIKE '" + tracePrefix + "%'"

func rewrapOwnKey(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error) {
	name := text(key[0])
	at := settingAt(name)
	if process, found := strings.CutPrefix(name, tracePrefix); found {
		at = traceAt(process)
	}
	size := min(len(sealed), seal.WrappedSize)
	wrapped, again, err := s.Rewrap(sealed[:size], at)
	if err != nil {
		return nil, false, err
	}
	return append(slices.Clone(wrapped), sealed[size:]...), again, nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// wrapping is a column that the key-encryption key seals, with the columns of
// its primary key.
type wrapping struct {
	table, column string
	key           []string
	// before is how many bytes stand before the id of the key, only selects rows.
	before int
	only   string
	rewrap func(s *seal.Sealer, sealed []byte, key []any) ([]byte, bool, error)
}

// under gives the condition that a value is sealed by a key, which is $1.
func (w wrapping) under(is string) string {
	condition := fmt.Sprintf("substr(%s, %d, %d) %s $1", w.column, w.before+1, seal.PrefixSize, is)
	if w.only != "" {
		condition += " AND " + w.only
	}
	return condition
}

// Wrapped says how many values each key-encryption key of the key file seals.
func (db *DB) Wrapped(ctx context.Context) (map[seal.KeyID]int64, error) {
	counts := map[seal.KeyID]int64{}
	for _, k := range db.Sealer.Keys() {
		n, err := wrappedBy(ctx, db.reader, k.ID)
		if err != nil {
			return nil, err
		}
		counts[k.ID] = n
	}
	return counts, nil
}

func wrappedBy(ctx context.Context, q querier, id seal.KeyID) (sum int64, err error) {
	for _, w := range wrappings() {
		n, err := one(ctx, q, value[int64], `SELECT COUNT(*) FROM `+w.table+` WHERE `+w.under("="), id.Prefix())
		if err != nil {
			return 0, fmt.Errorf("count what the key %v seals: %w", id, err)
		}
		sum += n
	}
	return sum, nil
}

// sealedFor is the most that may pass between sealing by a key-encryption key and
// storing: half of the minute after which a key that was replaced may be dropped.
const sealedFor = 30 * time.Second

// errSealedTooLong is a failure that passes: the next try seals anew.
var errSealedTooLong = errors.New("the transaction took so long that the key by which it has sealed may be gone: try again")

// seals notes that the transaction seals by the key-encryption key.
func (t *transaction) seals() {
	if t.sealedAt.IsZero() {
		t.sealedAt = t.db.Now()
	}
}

func (t *transaction) sealedInTime() error {
	if !t.sealedAt.IsZero() && t.db.Now().Sub(t.sealedAt) > sealedFor {
		return errSealedTooLong
	}
	return nil
}

// DropKey has drop take away a key-encryption key that seals nothing, or says with
// CodeInvalidState how much it seals. It first waits, ten seconds at most, until
// every transaction has ended that may have stored what the key seals, and lets none
// begin meanwhile: what is not committed cannot be counted.
func (db *DB) DropKey(ctx context.Context, id seal.KeyID, drop func() error) error {
	return db.update(ctx, func(t *transaction) error {
		if db.engine == Postgres { // SQLite has one writer, which this is.
			var tables []string
			for _, w := range wrappings() {
				tables = append(tables, w.table)
			}
			for _, statement := range []string{`SET LOCAL lock_timeout = '10s'`, `LOCK TABLE ` + strings.Join(tables, ", ") + ` IN SHARE MODE`} {
				if _, err := exec(ctx, t.q, statement); err != nil {
					return fmt.Errorf("wait for the transactions under way: %w", err)
				}
			}
		}
		n, err := wrappedBy(ctx, t.q, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return idv.Refuse(idv.CodeInvalidState, fmt.Sprintf("the key %v still seals %d values: run `dossier key rewrap` first", id, n))
		}
		return drop()
	})
}

// rewrapAtOnce is how many values share a transaction.
const rewrapAtOnce = 100

// Rewrap seals by the primary key what another key-encryption key seals, and
// says how many values there were. What is left to do is what the rows say: it
// may be interrupted, and done by several, at any time. Nobody waits for longer
// than a batch.
func (db *DB) Rewrap(ctx context.Context) (done int64, err error) {
	for _, w := range wrappings() {
		for {
			n, err := db.rewrapSome(ctx, w)
			if err != nil {
				return done, fmt.Errorf("rewrap the %s: %w", w.table, err)
			}
			if n == 0 {
				break
			}
			done += n
		}
	}
	return done, nil
}

func (db *DB) rewrapSome(ctx context.Context, w wrapping) (done int64, err error) {
	var primary []byte
	for _, k := range db.Sealer.Keys() {
		if k.Primary {
			primary = k.ID.Prefix()
		}
	}
	keys := strings.Join(w.key, ", ")
	type sealedRow struct {
		key    []any
		sealed []byte
	}
	err = db.update(ctx, func(t *transaction) error {
		rows, err := all(ctx, t.q, func(r row) (s sealedRow, err error) {
			s.key = make([]any, len(w.key))
			into := []any{&s.sealed}
			for i := range s.key {
				into = append(into, &s.key[i])
			}
			return s, r.Scan(into...)
		}, `SELECT `+w.column+`, `+keys+` FROM `+w.table+` WHERE `+w.under("<>")+` ORDER BY `+keys+fmt.Sprintf(` LIMIT %d`, rewrapAtOnce), primary)
		if err != nil {
			return err
		}
		for _, found := range rows {
			n, err := t.rewrap(ctx, w, found.sealed, found.key)
			if err != nil {
				return err
			}
			done += n
		}
		return nil
	})
	return done, err
}

// rewrap replaces one value, unless it was changed or deleted meanwhile.
func (t *transaction) rewrap(ctx context.Context, w wrapping, sealed []byte, key []any) (int64, error) {
	resealed, _, err := w.rewrap(t.db.Sealer, sealed, key)
	if err != nil {
		return 0, err
	}
	statement := `UPDATE ` + w.table + ` SET ` + w.column + ` = $1 WHERE ` + w.column + ` = $2`
	for i, column := range w.key {
		statement += fmt.Sprintf(` AND %s = $%d`, column, i+3)
	}
	return exec(ctx, t.q, statement, append([]any{resealed, sealed}, key...)...)
}
