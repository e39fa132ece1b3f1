package blob

import "os"

// earlySize is how much of a file is brought to the disk at a time.
const earlySize = 512 << 10

// early is a file whose bytes are on their way to the disk while more of them
// come, so that the sync at the end has little to wait for.
type early struct {
	file           *os.File
	written, begun int64
}

// Write writes, and begins to bring to the disk what has gathered.
func (e *early) Write(p []byte) (int, error) {
	n, err := e.file.Write(p)
	e.written += int64(n)
	if size := e.written - e.begun; size >= earlySize {
		writeEarly(e.file, e.begun, size)
		e.begun = e.written
	}
	return n, err
}
