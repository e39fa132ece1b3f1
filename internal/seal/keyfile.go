package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

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

// KeyFile is a key file and what guards it.
type KeyFile struct {
	Path string
	// KMS wraps what the file holds. Without one the file holds the keys in clear.
	KMS KMS
}

// tree is where the tree that belongs to the key file lies.
func (f KeyFile) tree() string { return f.Path + ".tree" }

// CreateKeyFile is Create for a key file without a KMS.
func CreateKeyFile(path string) (*Sealer, error) { return KeyFile{Path: path}.Create() }

// OpenKeyFile is Open for a key file without a KMS.
func OpenKeyFile(path string) (*Sealer, error) { return KeyFile{Path: path}.Open() }

// Create makes new keys and stores them in the key file, readable by the owner
// only, durable before it returns, and the tree of keys beside it unless there
// is one. A key file that is already there is never replaced: the error then is
// fs.ErrExist.
func (f KeyFile) Create() (*Sealer, error) {
	keys, err := newKeysets()
	if err != nil {
		return nil, fmt.Errorf("make new keys: %w", err)
	}
	content, err := f.encode(keys)
	if err != nil {
		return nil, fmt.Errorf("encode new keys: %w", err)
	}
	t, made, err := ensureTree(f.tree())
	if err != nil {
		return nil, err
	}
	if err := createDurably(f.Path, content); err != nil {
		return nil, fmt.Errorf("create the key file: %w", err)
	}
	s, err := newSealer(keys, t)
	if err != nil {
		return nil, err
	}
	s.file, s.made = f, []string{f.Path}
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

// Open reads the keys and the tree beside them. A file that its group or the
// world may read or write is refused; a missing key file is fs.ErrNotExist, a
// missing tree is ErrNoTree. A KMS is asked once, and has ten seconds.
func (f KeyFile) Open() (*Sealer, error) {
	keys, info, err := f.read()
	if err != nil {
		return nil, err
	}
	t, err := openTree(f.tree())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoTree, f.tree())
	}
	if err != nil {
		return nil, err
	}
	s, err := newSealer(keys, t)
	if err == nil {
		s.file, s.seen = f, info
	}
	return s, err
}

// read gives the keys, and which file they were in.
func (f KeyFile) read() (keysets, fs.FileInfo, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return keysets{}, nil, fmt.Errorf("open the key file: %w", err)
	}
	defer func() { _ = file.Close() }() // Nothing was written.
	info, err := private(file)
	if err != nil {
		return keysets{}, nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return keysets{}, nil, fmt.Errorf("read the key file: %w", err)
	}
	keys, err := f.decode(content)
	return keys, info, err
}

// ErrNoTree says that the tree which belongs to a key file is not there.
var ErrNoTree = errors.New("the file that belongs to the key file is missing, and nothing opens without it: restore it from its backup")

// private makes sure that only its owner can read a file of keys.
func private(f *os.File) (fs.FileInfo, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", f.Name(), err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s must be a plain file that only its owner can read (mode 0600), not %v", f.Name(), mode)
	}
	return info, nil
}

// ParseKeys takes the content of a key file in base64 (standard alphabet), the
// form in which an environment variable holds it. The tree lies where it would
// lie beside the key file; it is made when it is missing.
func ParseKeys(encoded, keyFile string) (*Sealer, error) {
	keys, err := decodeKeys(encoded)
	if err != nil {
		return nil, err
	}
	t, made, err := ensureTree(KeyFile{Path: keyFile}.tree())
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
