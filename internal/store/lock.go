package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// fileLock is a lock that this process holds for itself.
type fileLock struct{ file *os.File }

// lockFile takes the lock that the file stands for, until it is closed or the
// process ends. The file itself stays: removing it could take away the lock of
// somebody who has just opened it.
func lockFile(path string) (fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fileLock{}, fmt.Errorf("open the lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errors.New("another Dossier has this SQLite file open: stop it first, or use PostgreSQL for several at once")
	}
	if err != nil {
		return fileLock{}, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return fileLock{f}, nil
}

// Close gives the lock back. Closing the file would not do: a process that is being
// started has a copy of every open file until it becomes another program, and the
// lock lasts until the last copy is closed or one of them is unlocked (flock(2)).
func (l fileLock) Close() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}
