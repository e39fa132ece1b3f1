package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// Content is one file to be put in. Write gives its bytes, the same each time.
type Content struct {
	// Name is its path in the zip: lower case, ASCII, with slashes.
	Name  string
	Write func(ctx context.Context, w io.Writer) error
}

// Archive is a full result of which everything but the bytes is known.
type Archive struct {
	at      time.Time
	members []member
}

// Build reads the contents once, to measure them, and signs what it found. It
// fills in the manifest's Format and Files. Nothing is held but hashes, so what
// cannot be read is known before the first byte of an answer.
func Build(ctx context.Context, k *Key, m Manifest, contents []Content) (*Archive, error) {
	a := &Archive{at: m.CompletedAt}
	m.Format, m.Files = Format, []File{}
	for _, c := range contents {
		made, sum, err := measure(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", c.Name, err)
		}
		a.members = append(a.members, made)
		m.Files = append(m.Files, File{Name: c.Name, Size: made.size, SHA256: sum})
	}
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	a.members = append(a.members, literal(ManifestName, text), literal(SignatureName, k.sign(text)))
	return a, nil
}

func measure(ctx context.Context, c Content) (member, string, error) {
	hash := sha256.New()
	sum := &crcWriter{w: hash}
	if err := c.Write(ctx, sum); err != nil {
		return member{}, "", err
	}
	write := func(w io.Writer) error { return c.Write(ctx, w) }
	return member{c.Name, sum.size, sum.crc, write}, hex.EncodeToString(hash.Sum(nil)), nil
}

// literal is a member whose bytes are at hand.
func literal(name string, text []byte) member {
	return member{name, int64(len(text)), crc32.ChecksumIEEE(text), func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(text))
		return err
	}}
}

// Size is how many bytes Write writes.
func (a *Archive) Size() int64 { return sizeOf(a.members) }

// Write writes the zip. It reads the contents a second time and fails when they
// are not what they were; what was written is no zip then.
func (a *Archive) Write(w io.Writer) error {
	if err := writeZip(w, a.at, a.members); err != nil {
		return fmt.Errorf("write the full result: %w", err)
	}
	return nil
}
