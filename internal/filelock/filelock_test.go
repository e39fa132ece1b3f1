package filelock

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// TestALockThatIsGivenBackIsFree though a process that is being started still has a copy
// of the file.
func TestALockThatIsGivenBackIsFree(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	held, err := Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Try(path); !errors.Is(err, ErrHeld) {
		t.Errorf("taken twice: %v", err)
	}
	child, err := syscall.Dup(int(held.file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(child) }()
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Try(path) // Wait would wait for ever
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
