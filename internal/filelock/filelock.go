package filelock

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrHeld says that somebody has the lock.
var ErrHeld = errors.New("somebody else has locked it")

// Lock is held until Close, or until the process ends.
type Lock struct{ file *os.File }

// Wait takes the lock of the file at path as soon as it is free. The file is made where
// it is missing, and stays: removing it could take away the lock of somebody who has
// just opened it.
func Wait(path string) (Lock, error) { return take(path, syscall.LOCK_EX) }

// Try takes the lock as Wait does, or gives ErrHeld at once.
func Try(path string) (Lock, error) { return take(path, syscall.LOCK_EX|syscall.LOCK_NB) }

func take(path string, how int) (Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return Lock{}, fmt.Errorf("open the lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), how)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrHeld
	}
	if err != nil {
		return Lock{}, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return Lock{f}, nil
}

// Close gives the lock back. Closing the file would not do: a process that is being
// started has a copy of every open file until it becomes another program, and the
// lock lasts until the last copy is closed or one of them is unlocked (flock(2)).
func (l Lock) Close() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}
