package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

func TestWhatIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("a fault of ours"), false},
		{sql.ErrNoRows, false},
		{idv.NotFound("dossier"), false},
		{&pgconn.PgError{Code: "23505"}, false},
		{&pgconn.PgError{Code: "57014"}, false}, // a key that is there, a request that was given up
		{syscall.ENOSPC, true},
		{syscall.EROFS, true},
		{syscall.EDQUOT, true},
		{syscall.EFBIG, true}, // a limit of the process
		{syscall.EIO, true},
		{sql.ErrConnDone, true},
		{&pgconn.PgError{Code: "53100"}, true},
		{&pgconn.PgError{Code: "25006"}, true},
		{&pgconn.PgError{Code: "57P01"}, true},
		{&pgconn.PgError{Code: "08006"}, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
	} {
		if got := store.Unavailable(fmt.Errorf("store image: %w", c.err)); c.err != nil && got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}
