package blob

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeEarly asks the system to begin to bring size bytes of a file to the disk,
// and does not wait for it. It is a hint: what becomes of them, the sync says.
func writeEarly(f *os.File, from, size int64) {
	c, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = c.Control(func(fd uintptr) { _ = unix.SyncFileRange(int(fd), from, size, unix.SYNC_FILE_RANGE_WRITE) })
}
