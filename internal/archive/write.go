package archive

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/signing"
)

// Content is one file to be put in. Write gives its bytes, the same each time.
type Content struct {
	// Name is its path in the zip: lower case, ASCII, with slashes.
	Name  string
	Write func(ctx context.Context, w io.Writer) error
}

// Source is what an archive is made of.
type Source struct {
	// Manifest lacks Format and Files, which Build fills in.
	Manifest Manifest
	Contents []Content
	// Page is the last of the files; nil leaves it out.
	Page *Page
	// Identity is the same for the same bytes only; empty says that it is not known.
	Identity string
}

// Archive is a full result of which everything but the bytes is known.
type Archive struct {
	at      time.Time
	members []member
}

// Build reads the contents once, to measure them, and signs what it found. The
// pictures of the page are measured as it reads them, not a second time. Nothing
// is held but hashes, so what cannot be read is known before the first byte of an
// answer. The memory, unless it is nil, spares the measuring of what it knows by
// its Identity.
func Build(ctx context.Context, k *signing.Key, s Source, known *Memory) (*Archive, error) {
	sums, found := known.recall(s.Identity)
	if !found {
		var err error
		if sums, err = measureAll(ctx, s); err != nil {
			return nil, err
		}
		known.keep(s.Identity, sums)
	}
	contents := s.Contents
	if s.Page != nil {
		contents = append(slices.Clip(contents), Content{Name: PageName, Write: s.Page.Write})
	}
	a, m := &Archive{at: s.Manifest.CompletedAt}, s.Manifest
	m.Format, m.Files = Format, []File{}
	for _, c := range contents {
		sum := sums[c.Name]
		a.members = append(a.members, member{c.Name, sum.size, sum.crc, func(w io.Writer) error { return c.Write(ctx, w) }})
		m.Files = append(m.Files, File{Name: c.Name, Size: sum.size, SHA256: sum.sha256})
	}
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	a.members = append(a.members, literal(ManifestName, text), literal(SignatureName, k.Sign(manifestType, text)))
	return a, nil
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
