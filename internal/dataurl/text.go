package dataurl

import (
	"bytes"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/segmentio/asm/ascii"
)

// text reads what stands between the quotes of a JSON string, its escapes
// resolved. It gives io.EOF at the closing quote and only there.
type text struct {
	s *scanner
	// resolved is what the last escape stands for, as far as it is unread.
	resolved []byte
	small    [utf8.UTFMax]byte
	ended    bool
}

// text reads the string whose opening quote has just been taken.
func (s *scanner) text() *text { return &text{s: s} }

// Read implements io.Reader.
func (t *text) Read(p []byte) (int, error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case len(t.resolved) > 0:
		n := copy(p, t.resolved)
		t.resolved = t.resolved[n:]
		return n, nil
	case t.ended:
		return 0, io.EOF
	}
	w, err := t.ahead(1)
	if err != nil {
		return 0, err
	}
	if n := plain(w[:min(len(w), len(p))]); n > 0 {
		copy(p, w[:n])
		t.s.take(n)
		return n, nil
	}
	return t.special(w[0], p)
}

// special reads what is not plain: the end, an escape, a fault.
func (t *text) special(c byte, p []byte) (int, error) {
	switch c {
	case '"':
		t.s.take(1)
		t.ended = true
		return 0, io.EOF
	case '\\':
		if err := t.escape(); err != nil {
			return 0, err
		}
		return t.Read(p)
	default:
		return 0, t.s.syntax("a string holds a control character")
	}
}

// ahead is the scanner's, for use where the input must not end.
func (t *text) ahead(n int) ([]byte, error) {
	w, err := t.s.ahead(n)
	if err == nil && len(w) < n {
		err = t.s.syntax("it ends inside a string")
	}
	return w, err
}

// window bounds how far plain looks ahead, so that a text full of escapes is not
// searched again and again to its end.
const window = 4 << 10

// plain counts leading bytes that stand for themselves: all of them, or as many as
// a window has. Bytes that are not UTF-8 pass: no sound key, type or base64 holds
// any.
func plain(w []byte) int {
	w = w[:min(len(w), window)]
	for _, special := range []byte{'\\', '"'} {
		if at := bytes.IndexByte(w, special); at >= 0 {
			w = w[:at]
		}
	}
	if ascii.ValidPrint(w) {
		return len(w)
	}
	for n, c := range w {
		if c < ' ' {
			return n
		}
	}
	return len(w)
}

// escape takes one escape and leaves in resolved what it stands for.
func (t *text) escape() error {
	w, err := t.ahead(2)
	if err != nil {
		return err
	}
	var c byte
	switch w[1] {
	case '"', '\\', '/':
		c = w[1]
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return t.unicode()
	default:
		return t.s.syntax("a string holds an unknown escape")
	}
	t.s.take(2)
	t.resolved = append(t.small[:0], c)
	return nil
}

// unicode takes \uXXXX, or two of them that form a surrogate pair. A surrogate
// without its other half becomes U+FFFD, as in encoding/json.
func (t *text) unicode() error {
	r, err := t.hex()
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) {
		if r, err = t.pair(r); err != nil {
			return err
		}
	}
	t.resolved = utf8.AppendRune(t.small[:0], r)
	return nil
}

// pair completes the surrogate first with the escape that follows, if it fits.
func (t *text) pair(first rune) (rune, error) {
	const length = len(`\uXXXX`)
	w, err := t.s.ahead(length)
	if err != nil || len(w) < length {
		return utf8.RuneError, err
	}
	second, _ := hex(w) // what is no escape is no surrogate either
	r := utf16.DecodeRune(first, second)
	if r != utf8.RuneError {
		t.s.take(length)
	}
	return r, nil
}

// hex takes one \uXXXX.
func (t *text) hex() (rune, error) {
	w, err := t.ahead(len(`\uXXXX`))
	if err != nil {
		return 0, err
	}
	r, ok := hex(w)
	if !ok {
		return 0, t.s.syntax("a string holds an unknown escape")
	}
	t.s.take(len(`\uXXXX`))
	return r, nil
}

// hex reads the \uXXXX with which w begins.
func hex(w []byte) (rune, bool) {
	if w[0] != '\\' || w[1] != 'u' {
		return 0, false
	}
	r, err := strconv.ParseUint(string(w[2:6]), 16, 16)
	return rune(r), err == nil
}
