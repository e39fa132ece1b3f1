package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"sync"
)

// sum is what is known of the bytes of a content.
type sum struct {
	size   int64
	crc    uint32
	sha256 string
}

// meter measures what is written to it.
type meter struct {
	crcWriter
	hash hash.Hash
}

func newMeter() *meter {
	h := sha256.New()
	return &meter{crcWriter{w: h}, h}
}

func (m *meter) sum() sum { return sum{m.size, m.crc, hex.EncodeToString(m.hash.Sum(nil))} }

// measureAll reads each content once, the page first.
func measureAll(ctx context.Context, s Source) (map[string]sum, error) {
	meters := make(map[string]*meter)
	begin := func(name string) io.Writer {
		meters[name] = newMeter()
		return meters[name]
	}
	if s.Page != nil {
		if err := s.Page.write(ctx, begin(PageName), begin); err != nil {
			return nil, fmt.Errorf("read %s: %w", PageName, err)
		}
	}
	for _, c := range s.Contents {
		if meters[c.Name] != nil {
			continue
		}
		if err := c.Write(ctx, begin(c.Name)); err != nil {
			return nil, fmt.Errorf("read %s: %w", c.Name, err)
		}
	}
	sums := make(map[string]sum, len(meters))
	for name, m := range meters {
		sums[name] = m.sum()
	}
	return sums, nil
}

// Memory keeps the measures of the archives that were made last, so that one that
// is downloaded again is not read twice. It holds sizes and sums, about 2 KB for
// each archive. It is safe for concurrent use.
type Memory struct {
	room int

	mu    sync.Mutex
	known map[string]map[string]sum
	order []string // oldest first
}

// NewMemory makes a memory of so many archives.
func NewMemory(room int) *Memory {
	return &Memory{room: room, known: make(map[string]map[string]sum)}
}

func (m *Memory) recall(identity string) (map[string]sum, bool) {
	if m == nil || identity == "" {
		return nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	sums, found := m.known[identity]
	return sums, found
}

func (m *Memory) keep(identity string, sums map[string]sum) {
	if m == nil || identity == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[identity] == nil {
		m.order = append(m.order, identity)
	}
	m.known[identity] = sums
	if len(m.order) > m.room {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
}
