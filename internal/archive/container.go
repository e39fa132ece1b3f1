package archive

import (
	"archive/zip"
	"bufio"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// The sizes of the parts of a zip around its contents (APPNOTE 4.3.7, 4.3.12 and
// 4.3.16), without names.
const (
	localHeader     = 30
	directoryHeader = 46
	directoryEnd    = 22
)

// member is a file of the zip of which everything is known before it is written.
type member struct {
	name string
	size int64
	crc  uint32
	// write gives the bytes.
	write func(io.Writer) error
}

// header is that of a member: stored as it is, of one time, readable by all.
func (m member) header(at time.Time) *zip.FileHeader {
	date, clock := dosTime(at)
	h := &zip.FileHeader{
		Name: m.name, Method: zip.Store, CRC32: m.crc,
		CreatorVersion: 3<<8 | 20, ReaderVersion: 10, // by Unix, for APPNOTE 2.0 and 1.0
		CompressedSize64: uint64(m.size), UncompressedSize64: uint64(m.size), // #nosec G115 -- counted, never negative
		ExternalAttrs: 0o100644 << 16,
	}
	h.ModifiedDate, h.ModifiedTime = date, clock //nolint:staticcheck // The newer field would be written in an extra as well.
	return h
}

// dosTime gives a time as a zip has it: UTC here, in steps of two seconds.
func dosTime(t time.Time) (date, clock uint16) {
	t = t.UTC()
	// #nosec G115 -- each part fits its bits from 1980 to 2107
	return uint16(t.Day() | int(t.Month())<<5 | (t.Year()-1980)<<9), uint16(t.Second()/2 | t.Minute()<<5 | t.Hour()<<11)
}

// writeSize is how much is sent at a time. What is opened comes in segments of
// 4 KiB, each of which would be a write to the connection.
const writeSize = 64 << 10

// writeZip writes the members in their order. It fails when one of them does not
// give the bytes that it was measured by.
func writeZip(w io.Writer, at time.Time, members []member) error {
	z := zip.NewWriter(bufio.NewWriterSize(w, writeSize)) // zip flushes the buffer when it closes.
	for _, m := range members {
		to, err := z.CreateRaw(m.header(at))
		if err != nil {
			return fmt.Errorf("begin %s: %w", m.name, err)
		}
		sum := &crcWriter{w: to}
		if err := m.write(sum); err != nil {
			return fmt.Errorf("write %s: %w", m.name, err)
		}
		if sum.size != m.size || sum.crc != m.crc {
			return fmt.Errorf("%s changed while it was written", m.name)
		}
	}
	return z.Close()
}

// crcWriter counts and sums what passes.
type crcWriter struct {
	w    io.Writer
	size int64
	crc  uint32
}

// Write passes the bytes on.
func (c *crcWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.size += int64(n)
	c.crc = crc32.Update(c.crc, crc32.IEEETable, p[:n])
	return n, err
}

// span is a part of a zip, for people.
type span struct {
	end  int64
	what string
}

// layout says what lies where in the zip of the members.
func layout(members []member) []span {
	var spans []span
	var end int64
	add := func(length int64, what string) {
		end += length
		spans = append(spans, span{end, what})
	}
	for _, m := range members {
		add(localHeader+int64(len(m.name)), "the zip's header of "+m.name)
		add(m.size, m.name)
	}
	for _, m := range members {
		add(directoryHeader+int64(len(m.name)), "the zip's directory, at "+m.name)
	}
	add(directoryEnd, "the end of the zip's directory")
	return spans
}

// sizeOf is how long the zip of the members is.
func sizeOf(members []member) int64 {
	spans := layout(members)
	return spans[len(spans)-1].end
}
