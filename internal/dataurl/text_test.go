package dataurl

import (
	"bytes"
	"testing"
)

// TestPlainFindsEverySpecial puts each byte at each place of a word, and two of
// them, and compares with a look at one byte after the other.
func TestPlainFindsEverySpecial(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for at := range 19 {
			w := bytes.Repeat([]byte{'A'}, 20)
			w[at] = byte(c)
			w[19] = '"'
			if got, want := plain(w), plainOneByOne(w); got != want {
				t.Fatalf("plain(%q) is %d, want %d", w, got, want)
			}
			w[at+1] = byte(c + 1)
			if got, want := plain(w), plainOneByOne(w); got != want {
				t.Fatalf("plain(%q) is %d, want %d", w, got, want)
			}
		}
	}
}

func plainOneByOne(w []byte) int {
	return len(w) - len(bytes.TrimLeftFunc(w, func(r rune) bool { return r != '"' && r != '\\' && r >= ' ' }))
}
