package dataurl

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
)

// bufferBytes is large enough for a read to be worth its call and small enough
// for a thousand uploads at once.
const bufferBytes = 64 << 10

// scanner walks JSON through a fixed buffer.
type scanner struct {
	buf *bufio.Reader
	off int64
	// err is the first failure of the underlying reader, io.EOF included. It
	// stays, so that a reader which failed is not asked again.
	err error
	// skipped counts the calls of skip.
	skipped int
}

func newScanner(r io.Reader) *scanner {
	return &scanner{buf: bufio.NewReaderSize(r, bufferBytes)}
}

// ahead gives what lies in the buffer: at least n bytes, fewer only where the
// input ends. The slice is good until the next call.
func (s *scanner) ahead(n int) ([]byte, error) {
	if s.buf.Buffered() < n && s.err == nil {
		_, s.err = s.buf.Peek(n)
	}
	w, _ := s.buf.Peek(s.buf.Buffered())
	if len(w) < n && !errors.Is(s.err, io.EOF) {
		return nil, s.err
	}
	return w, nil
}

// take passes over n bytes that ahead has shown.
func (s *scanner) take(n int) {
	_, _ = s.buf.Discard(n)
	s.off += int64(n)
}

func (s *scanner) syntax(reason string) error {
	return &SyntaxError{Offset: s.off, Reason: reason}
}

// space passes over white space and gives what lies behind it, nothing at the
// end of the input.
func (s *scanner) space() ([]byte, error) {
	for {
		w, err := s.ahead(1)
		if err != nil || len(w) == 0 {
			return nil, err
		}
		n := 0
		for n < len(w) && (w[n] == ' ' || w[n] == '\t' || w[n] == '\r' || w[n] == '\n') {
			n++
		}
		s.take(n)
		if n < len(w) {
			return w[n:], nil
		}
	}
}

// peek gives the next byte that is not white space, without taking it.
func (s *scanner) peek() (byte, error) {
	w, err := s.space()
	if err != nil {
		return 0, err
	}
	if len(w) == 0 {
		return 0, s.syntax("it ends too early")
	}
	return w[0], nil
}

func (s *scanner) expect(c byte) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c {
		return s.syntax("expected " + string(c))
	}
	s.take(1)
	return nil
}

// end makes sure that nothing follows.
func (s *scanner) end() error {
	w, err := s.space()
	if err == nil && len(w) > 0 {
		return s.syntax("something follows the object")
	}
	return err
}

// object calls member before each value of an object; member must take it.
func (s *scanner) object(member func(key string) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	return s.list('}', func() error {
		key, err := s.key()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return member(key)
	})
}

// list calls element for each of the things between commas, up to end.
func (s *scanner) list(end byte, element func() error) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == end {
		s.take(1)
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch c, err := s.peek(); {
		case err != nil:
			return err
		case c != ',' && c != end:
			return s.syntax("expected , or " + string(end))
		default:
			s.take(1)
			if c == end {
				return nil
			}
		}
	}
}

func (s *scanner) key() (string, error) {
	if err := s.expect('"'); err != nil {
		return "", err
	}
	var key [MaxToken + 1]byte
	n, err := fill(s.text(), key[:])
	switch {
	case errors.Is(err, io.EOF):
		return string(key[:n]), nil
	case err != nil:
		return "", err
	default:
		return "", s.syntax("a key is too long")
	}
}

// skip passes over a value that stands at a depth.
func (s *scanner) skip(depth int) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if (c == '{' || c == '[') && depth > MaxDepth {
		return s.syntax("it is nested too deeply")
	}
	if s.skipped++; s.skipped > MaxSkipped {
		return s.syntax("it holds too many other values")
	}
	switch c {
	case '{':
		return s.object(func(string) error { return s.skip(depth + 1) })
	case '[':
		s.take(1)
		return s.list(']', func() error { return s.skip(depth + 1) })
	case '"':
		s.take(1)
		_, err := io.Copy(io.Discard, s.text())
		return err
	default:
		return s.scalar()
	}
}

// scalar passes over a number, true, false or null.
func (s *scanner) scalar() error {
	w, err := s.ahead(MaxToken + 1)
	if err != nil {
		return err
	}
	n := 0
	for n < len(w) && n <= MaxToken && inScalar(w[n]) {
		n++
	}
	if n > MaxToken {
		return s.syntax("a number is too long")
	}
	if !json.Valid(w[:n]) {
		return s.syntax("expected a value")
	}
	s.take(n)
	return nil
}

func inScalar(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == 'E' || c == '+' || c == '-' || c == '.'
}
