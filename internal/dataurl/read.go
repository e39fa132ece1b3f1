package dataurl

import (
	"io"
	"slices"
)

// The bounds of what Read takes; the size of the whole is the caller's to bound.
const (
	// MaxToken is the length in bytes of the longest key, number and data URL
	// header (what stands before the comma).
	MaxToken = 256
	// MaxDepth is how deep objects and arrays may nest, the outermost included.
	MaxDepth = 32
	// MaxSkipped is how many values of other keys are passed over, those inside
	// them included: small ones cost a hundred times more than they weigh.
	MaxSkipped = 10_000
)

// Part takes one decoded value: its key, its declared media type in lower case
// and without parameters, and its bytes. body ends with io.EOF after the last
// byte of a sound value, and fails with a *ValueError, a *SyntaxError or the
// error of the underlying reader; it is of no use once Part has returned. What
// Part leaves unread is still read and checked.
type Part func(key, mediaType string, body io.Reader) error

// Read parses one JSON object from r and calls part for each member whose key
// is among keys, in the order of the input.
//
// Such a value must be a string of the form data:<type>;base64,<data>. The
// scheme, the type and the word base64 may be in either case, the type may have
// parameters or be absent (then it is text/plain, RFC 2397), the data is of the
// standard alphabet, padded or not, without white space; JSON escapes such as
// \/ are resolved. null counts as an absent member. Other keys are skipped,
// whatever their value, so long as it is JSON.
//
// Read fails with a *SyntaxError when the input is not one object and nothing
// else, or passes a bound; with a *ValueError when a wanted key has another
// value or stands there twice; with the error of r or of part as it is. It stops
// at the first fault; parts before it have been delivered by then.
func Read(r io.Reader, keys []string, part Part) error {
	d := &reader{scanner: newScanner(r), keys: keys, part: part}
	if err := d.object(d.member); err != nil {
		return err
	}
	return d.end()
}

// reader is one call of Read.
type reader struct {
	*scanner
	keys, seen []string
	part       Part
	chunk      chunk
}

func (d *reader) member(key string) error {
	if !slices.Contains(d.keys, key) {
		return d.skip(2)
	}
	if slices.Contains(d.seen, key) {
		return &ValueError{key, "is given twice"}
	}
	d.seen = append(d.seen, key)
	c, err := d.peek()
	if err != nil {
		return err
	}
	if c == '"' {
		d.take(1)
		return d.value(key)
	}
	if err := d.skip(2); err != nil || c == 'n' { // null is the one value that begins so
		return err
	}
	return &ValueError{key, "must be a string"}
}

// value hands a data URL to part and sees to it that all of it is read.
func (d *reader) value(key string) error {
	text := d.text()
	mediaType, err := header(key, text)
	if err != nil {
		return err
	}
	body := &body{key: key, text: text, chunk: &d.chunk}
	if err := d.part(key, mediaType, body); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	return err
}
