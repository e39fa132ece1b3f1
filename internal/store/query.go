package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-id/dossier/internal/idv"
)

// querier is a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// row is what a query found.
type row interface{ Scan(dest ...any) error }

// one gives what scan makes of the first row, or sql.ErrNoRows.
func one[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (T, error) {
	if !storable(args) {
		var none T
		return none, sql.ErrNoRows
	}
	return scan(ask(ctx, q, query, args...))
}

// ask sends a query for one row.
func ask(ctx context.Context, q querier, query string, args ...any) row {
	if p, ok := q.(*pipeline); ok {
		return p.row(ctx, query, args...)
	}
	rows, err := q.QueryContext(ctx, query, args...) //nolint:rowserrcheck // first does
	return &first{rows, err}
}

// first is the first of some rows.
type first struct {
	rows *sql.Rows
	err  error
}

// Scan reads it and ends the query, or gives sql.ErrNoRows. It is called once.
func (f *first) Scan(dest ...any) error {
	if f.err != nil {
		return f.err
	}
	defer f.rows.Close()
	if !f.rows.Next() {
		return cmp.Or(f.rows.Err(), sql.ErrNoRows)
	}
	if err := f.rows.Scan(dest...); err != nil {
		return err
	}
	return f.rows.Close()
}

// all gives what scan makes of each row.
func all[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	if !storable(args) {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

// exec gives how many rows a statement changed.
func exec(ctx context.Context, q querier, statement string, args ...any) (int64, error) {
	if !storable(args) {
		return 0, unstorable()
	}
	result, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// unstorable refuses what storable does not pass.
func unstorable() error { return idv.Refuse(idv.CodeInvalid, "a text holds a NUL or is not UTF-8") }

// storable says whether both databases can hold every text: PostgreSQL takes
// no NUL and nothing but UTF-8.
func storable(args []any) bool {
	for _, arg := range args {
		if v := reflect.ValueOf(arg); v.Kind() == reflect.String {
			if s := v.String(); strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
				return false
			}
		}
	}
	return true
}

// explain gives NotFound for a row that is not there, and otherwise what was
// being tried.
func explain(err error, doing, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return idv.NotFound(what)
	}
	return fmt.Errorf("%s the %s: %w", doing, what, err)
}

// changed is explain for a statement that must change one row.
func changed(rows int64, err error, doing, what string) error {
	if err == nil && rows == 0 {
		err = sql.ErrNoRows
	}
	return explain(err, doing, what)
}

// value scans a row of one column.
func value[T any](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// micros is how a time is stored; 0 is no time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// unmicros is the time that micros stored.
func unmicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// timeOf scans a stored time into t.
func timeOf(t *time.Time) sql.Scanner { return (*moment)(t) }

// moment reads a time from its microseconds.
type moment time.Time

// Scan takes what the drivers give for a BIGINT.
func (m *moment) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a stored time is a %T, not an integer", v)
	}
	*m = moment(unmicros(n))
	return nil
}
