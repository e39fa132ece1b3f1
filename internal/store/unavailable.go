package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Unavailable says whether an error means that a database or a disk cannot work
// now, through no fault of what was asked of it: full, read-only, out of order,
// away, with a clock that is behind. Nothing of the transaction was done, and the same may succeed later.
func Unavailable(err error) bool {
	for _, cause := range []error{ErrClockBehind, errSealedTooLong, sql.ErrConnDone, driver.ErrBadConn, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EIO, syscall.EACCES, syscall.EPERM} {
		if errors.Is(err, cause) {
			return true
		}
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		const primary = 0xff // the rest says more of the same (sqlite.org/rescode.html)
		return slices.Contains([]int{
			sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
		}, e.Code()&primary)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return unavailableState(e.Code)
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, broken := errors.AsType[*net.OpError](err)
	return refused || broken
}

// unavailableState judges an SQLSTATE (PostgreSQL appendix A): connections (08),
// resources (53), the operator's doing (57P), the system's (58), and a server
// that only reads (25006).
func unavailableState(code string) bool {
	return slices.ContainsFunc([]string{"08", "53", "57P", "58", "25006"}, func(class string) bool { return strings.HasPrefix(code, class) })
}
