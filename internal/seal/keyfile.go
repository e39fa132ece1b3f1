package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

const (
	keyFormat = "dossier-keys/1"
	// maxKeyFile bounds what is read: a keyset of a hundred keys is smaller.
	maxKeyFile = 64 << 10
)

// keyFile is the JSON of a key file.
type keyFile struct {
	Format        string          `json:"format"`
	KeyEncryption json.RawMessage `json:"keyEncryption"`
	Index         json.RawMessage `json:"index"`
}

// keysets are what a key file holds.
type keysets struct{ keyEncryption, index *keyset.Handle }

// treeOf is where the tree that belongs to a key file lies.
func treeOf(keyFile string) string { return keyFile + ".tree" }

// CreateKeyFile makes new keys and stores them at path, readable by the owner
// only, durable before it returns, and the tree of keys beside it unless there
// is one. A key file that is already there is never replaced: the error then is
// fs.ErrExist.
func CreateKeyFile(path string) (*Sealer, error) {
	keys, err := newKeysets()
	if err != nil {
		return nil, fmt.Errorf("make new keys: %w", err)
	}
	text, err := keys.marshal()
	if err != nil {
		return nil, fmt.Errorf("encode new keys: %w", err)
	}
	t, made, err := ensureTree(treeOf(path))
	if err != nil {
		return nil, err
	}
	if err := createDurably(path, text); err != nil {
		return nil, fmt.Errorf("create the key file: %w", err)
	}
	s, err := newSealer(keys, t)
	if err != nil {
		return nil, err
	}
	s.path, s.made = path, []string{path}
	if made {
		s.made = append(s.made, t.path)
	}
	return s, nil
}

// Discard removes the files that were made for the Sealer: over data that was
// sealed with other keys, new ones only stand in the way of the right ones.
func (s *Sealer) Discard() error {
	var errs []error
	for _, path := range s.made {
		errs = append(errs, os.Remove(path))
	}
	return errors.Join(errs...)
}

// OpenKeyFile reads the keys at path and the tree beside them. A file that its
// group or the world may read or write is refused; a missing key file is
// fs.ErrNotExist, a missing tree is ErrNoTree.
func OpenKeyFile(path string) (*Sealer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the key file: %w", err)
	}
	defer func() { _ = f.Close() }() // Nothing was written.
	if err := private(f); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	keys, err := parse(text)
	if err != nil {
		return nil, err
	}
	t, err := openTree(treeOf(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoTree, treeOf(path))
	}
	if err != nil {
		return nil, err
	}
	s, err := newSealer(keys, t)
	if err == nil {
		s.path = path
	}
	return s, err
}

// ErrNoTree says that the tree which belongs to a key file is not there.
var ErrNoTree = errors.New("the file that belongs to the key file is missing, and nothing opens without it: restore it from its backup")

// private makes sure that only its owner can read a file of keys.
func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", f.Name(), err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return fmt.Errorf("%s must be a plain file that only its owner can read (mode 0600), not %v", f.Name(), mode)
	}
	return nil
}

// ParseKeys takes the content of a key file in base64 (standard alphabet), the
// form in which an environment variable holds it. The tree lies where it would
// lie beside the key file; it is made when it is missing.
func ParseKeys(encoded, keyFile string) (*Sealer, error) {
	keys, err := decodeKeys(encoded)
	if err != nil {
		return nil, err
	}
	t, made, err := ensureTree(treeOf(keyFile))
	if err != nil {
		return nil, err
	}
	s, err := newSealer(keys, t)
	if err == nil && made {
		s.made = []string{t.path}
	}
	return s, err
}

// CheckKeys says what is wrong with the content of a key file in base64.
func CheckKeys(encoded string) error {
	_, err := decodeKeys(encoded)
	return err
}

func decodeKeys(encoded string) (keysets, error) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return keysets{}, errors.New("the keys are not base64") // The cause would point into them.
	}
	return parse(text)
}

// parse reads keys. Its errors do not wrap those of JSON and Tink, which could
// quote what they choked on.
func parse(text []byte) (keysets, error) {
	if len(text) > maxKeyFile {
		return keysets{}, errors.New("the keys are longer than 64 KiB")
	}
	var file keyFile
	if json.Unmarshal(text, &file) != nil || file.Format != keyFormat {
		return keysets{}, fmt.Errorf("the keys are not in the format %s", keyFormat)
	}
	keyEncryption, err := readKeyset(file.KeyEncryption)
	if err != nil {
		return keysets{}, errors.New("the key-encryption keyset is not a Tink keyset in JSON")
	}
	index, err := readKeyset(file.Index)
	if err != nil {
		return keysets{}, errors.New("the index keyset is not a Tink keyset in JSON")
	}
	return keysets{keyEncryption: keyEncryption, index: index}, nil
}

func newKeysets() (keysets, error) {
	keyEncryption, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return keysets{}, err
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	return keysets{keyEncryption: keyEncryption, index: index}, err
}

func (k keysets) marshal() ([]byte, error) {
	keyEncryption, err := writeKeyset(k.keyEncryption)
	if err != nil {
		return nil, err
	}
	index, err := writeKeyset(k.index)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(keyFile{Format: keyFormat, KeyEncryption: keyEncryption, Index: index}, "", "  ")
}

func readKeyset(text json.RawMessage) (*keyset.Handle, error) {
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
}

func writeKeyset(h *keyset.Handle) (json.RawMessage, error) {
	var b bytes.Buffer
	err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b))
	return b.Bytes(), err
}

// createDurably writes a file that did not exist. It appears whole or not at
// all, whenever the machine stops: a link to a finished file is made in one
// step, and fails where a file is.
func createDurably(path string, content []byte) error {
	whole := path + "." + rand.Text() + ".new"
	if err := writeSynced(whole, content); err != nil {
		return errors.Join(err, os.Remove(whole))
	}
	if err := os.Link(whole, path); err != nil {
		return errors.Join(err, os.Remove(whole))
	}
	if err := os.Remove(whole); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
