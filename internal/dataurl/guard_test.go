//go:build unix

package dataurl

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// The decoder is written in assembly and fed by strangers. What it reads and what
// it writes lies here between pages that nobody may touch.
func TestDecoderKeepsToItsBuffers(t *testing.T) {
	t.Parallel()
	in, out := guarded(t, len(chunk{}.in)), guarded(t, len(chunk{}.out))
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		text := in(1+random.IntN(300), random.IntN(2) == 0)
		picture := make([]byte, len(text)*3/4)
		for i := range picture {
			picture[i] = byte(random.Uint32())
		}
		base64.RawStdEncoding.Encode(text, picture)
		if random.IntN(2) == 0 {
			text[random.IntN(len(text))] = byte(random.Uint32())
		}
		agree(t, text, out((len(text)+3)/4*3, random.IntN(2) == 0))
	}
}

// agree holds the decoder to the one of the standard library.
func agree(t *testing.T, text, room []byte) {
	t.Helper()
	reference := base64.StdEncoding
	if len(text)%4 != 0 {
		reference = base64.RawStdEncoding
	}
	want := make([]byte, len(room))
	n, err := reference.Decode(want, text)
	got, ok := decode(room, text)
	if sound := err == nil && !bytes.ContainsAny(text, "\r\n"); ok != sound || ok && !bytes.Equal(got, want[:n]) {
		t.Fatalf("%q is %q, %t and by the reference %q, %v", text, got, ok, want[:n], err)
	}
}

// guarded gives pieces of a buffer, from its begin or to its end; whoever reads or
// writes before or behind it ends the test.
func guarded(t *testing.T, size int) func(n int, end bool) []byte {
	t.Helper()
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(all) })
	for _, edge := range [][]byte{all[:page], all[page+size:]} {
		if err := unix.Mprotect(edge, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return func(n int, end bool) []byte {
		if end {
			return all[page+size-n : page+size : page+size]
		}
		return all[page : page+n : page+n]
	}
}
