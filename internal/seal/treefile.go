package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/dossier-id/dossier/internal/filelock"
)

const (
	treeFormat = "dossier-tree/1\n"
	nodeSize   = 8 + 1 + seedSize
	// maxTree bounds what is read: ten million nodes.
	maxTree = 410 << 20
)

// treeFile is the tree of an installation in its file. Several processes may
// share the file; whoever forgets something locks it.
type treeFile struct {
	path string
	mu   sync.RWMutex
	tree tree
}

// createTree makes a new tree, durable before it returns. A file that is there
// is never replaced: the error then is fs.ErrExist.
func createTree(path string) (*treeFile, error) {
	var seed [seedSize]byte
	_, _ = rand.Read(seed[:]) // It never fails.
	t := newTree(seed)
	if err := createDurably(path, t.marshal()); err != nil {
		return nil, fmt.Errorf("create the tree of keys: %w", err)
	}
	return &treeFile{path: path, tree: t}, nil
}

// openTree reads the tree at path; a missing one is fs.ErrNotExist.
func openTree(path string) (*treeFile, error) {
	t, err := readTree(path)
	if err != nil {
		return nil, fmt.Errorf("open the tree of keys %s: %w", path, err)
	}
	return &treeFile{path: path, tree: t}, nil
}

// ensureTree opens the tree at path and makes it when it is missing.
func ensureTree(path string) (t *treeFile, made bool, err error) {
	t, err = openTree(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return t, false, err
	}
	t, err = createTree(path)
	return t, err == nil, err
}

// secret gives the secret of a leaf, or none when it is forgotten.
func (f *treeFile) secret(leaf uint64) ([seedSize]byte, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.tree.secret(leaf)
}

// forget removes leaves for good: from the file, durably, and from memory. What
// the file held before is overwritten where it lay.
func (f *treeFile) forget(leaves []uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	lock, err := filelock.Wait(f.path + ".lock")
	if err != nil {
		return fmt.Errorf("lock the tree of keys: %w", err)
	}
	defer func() { _ = lock.Close() }() // Nothing was written to it.
	current, err := readTree(f.path)    // Another process may have forgotten more.
	if err != nil {
		return fmt.Errorf("read the tree of keys: %w", err)
	}
	before := len(current.marshal())
	known := slices.ContainsFunc(leaves, func(leaf uint64) bool { return current.find(leaf) >= 0 })
	for _, leaf := range leaves {
		current = current.forget(leaf)
	}
	if known {
		if err := replaceDurably(f.path, current.marshal(), before); err != nil {
			return fmt.Errorf("write the tree of keys: %w", err)
		}
	}
	f.tree = current
	return nil
}

// readTree reads the file. One that is being replaced right now may be
// overwritten already: it is opened anew then.
func readTree(path string) (t tree, err error) {
	for range 3 {
		if t, err = readTreeOnce(path); !errors.Is(err, errTree) {
			return t, err
		}
	}
	return nil, err
}

func readTreeOnce(path string) (tree, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // Nothing was written.
	if _, err := private(f); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, maxTree+1))
	if err != nil {
		return nil, err
	}
	return parseTree(content)
}

// marshal gives the format, the nodes and a SHA-256 over both, by which a cut is
// found.
func (t tree) marshal() []byte {
	b := make([]byte, 0, len(treeFormat)+len(t)*nodeSize+sha256.Size)
	b = append(b, treeFormat...)
	for _, n := range t {
		b = binary.BigEndian.AppendUint64(b, n.first)
		b = append(b, n.height)
		b = append(b, n.seed[:]...)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func parseTree(content []byte) (tree, error) {
	body, whole := bytes.CutPrefix(content, []byte(treeFormat))
	if !whole || len(content) > maxTree || len(body) < sha256.Size || (len(body)-sha256.Size)%nodeSize != 0 {
		return nil, errTree
	}
	end := len(content) - sha256.Size
	if sum := sha256.Sum256(content[:end]); !bytes.Equal(sum[:], content[end:]) {
		return nil, errTree
	}
	t := make(tree, (len(body)-sha256.Size)/nodeSize)
	for i := range t {
		b := body[i*nodeSize:]
		t[i] = node{first: binary.BigEndian.Uint64(b), height: b[8], seed: [seedSize]byte(b[9:nodeSize])}
	}
	return t, t.check()
}
