package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile takes the lock that the file stands for, until it is closed or the
// process ends. The file itself stays: removing it could take away the lock of
// somebody who has just opened it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errors.New("another Dossier has this SQLite file open: stop it first, or use PostgreSQL for several at once")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}
