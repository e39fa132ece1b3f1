package seal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	aeadsubtle "github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrSealed says that a value does not open: it was changed or cut, was sealed
// for another place, or its key is not among ours. Which of them cannot be told.
var ErrSealed = errors.New("the sealed value does not open")

const (
	secretVersion = 1
	secretSize    = 32
	indexSize     = 32
)

// ErrForgotten says that the key of a dossier was forgotten for good.
var ErrForgotten = errors.New("the key was forgotten")

// Sealer holds the keys of the installation. It is safe for concurrent use.
type Sealer struct {
	index *prf.Set
	tree  *treeFile
	// file has no path when the keys came from elsewhere.
	file KeyFile

	mu sync.RWMutex
	// seen is the file whose keys are below, unread the last that was tried, and
	// reading is closed when it is.
	seen, unread fs.FileInfo
	reading      chan struct{}
	wrapping     tink.AEAD
	infos        []KeyInfo
	// made are the files that were made for it.
	made []string
}

// newSealer makes a Sealer of the two keysets and the tree.
func newSealer(k keysets, t *treeFile) (*Sealer, error) {
	wrapping, err := aead.New(k.keyEncryption)
	if err != nil {
		return nil, fmt.Errorf("use the key-encryption keyset: %w", err)
	}
	index, err := prf.NewPRFSet(k.index)
	if err != nil {
		return nil, fmt.Errorf("use the index keyset: %w", err)
	}
	return &Sealer{wrapping: wrapping, infos: infosOf(k.keyEncryption), index: index, tree: t}, nil
}

// WrappedSize is the length of a wrapped key.
const WrappedSize = 102

// leafSize is how many bytes before a wrapped key name its leaf.
const leafSize = 8

// NewKey makes the key of a new dossier and wraps it for the tenant and the
// dossier of at; the rest of at is ignored. It is wrapped twice: by the secret of
// a leaf of the tree, which can be forgotten, and by the key-encryption key. No
// two dossiers may have the same leaf. A wrapped key has 102 bytes and is safe to
// store. The error is ErrForgotten for a leaf that was forgotten.
func (s *Sealer) NewKey(at Context, leaf uint64) (wrapped []byte, k *Key, err error) {
	byLeaf, err := s.leafAEAD(leaf)
	if err != nil {
		return nil, nil, fmt.Errorf("wrap a new dossier key: %w", err)
	}
	secret := append([]byte{secretVersion}, random.GetRandomBytes(secretSize)...)
	inner, err := byLeaf.Encrypt(secret, wrapAt(at, leaf))
	if err != nil {
		return nil, nil, fmt.Errorf("wrap a new dossier key: %w", err)
	}
	if wrapped, err = s.wrapOuter(inner, at, leaf); err != nil {
		return nil, nil, err
	}
	k, err = newKey(secret[1:])
	return wrapped, k, err
}

func (s *Sealer) wrapOuter(inner []byte, at Context, leaf uint64) ([]byte, error) {
	outer, err := s.encrypt(inner, wrapAt(at, leaf))
	if err != nil {
		return nil, fmt.Errorf("wrap a dossier key: %w", err)
	}
	return append(binary.BigEndian.AppendUint64(nil, leaf), outer...), nil
}

// unwrapOuter gives what is wrapped by the secret of the leaf.
func (s *Sealer) unwrapOuter(wrapped []byte, at Context) (inner []byte, leaf uint64, err error) {
	if leaf, err = LeafOf(wrapped); err != nil {
		return nil, 0, err
	}
	inner, err = s.decrypt(wrapped[leafSize:], wrapAt(at, leaf))
	if err != nil {
		return nil, 0, fmt.Errorf("unwrap a dossier key: %w", ErrSealed)
	}
	return inner, leaf, nil
}

// wrapAt is what a wrapped key is bound to.
func wrapAt(at Context, leaf uint64) []byte {
	return binary.BigEndian.AppendUint64(at.ofDossier().bind(forWrapping), leaf)
}

// leafAEAD gives what wraps with the secret of a leaf.
func (s *Sealer) leafAEAD(leaf uint64) (tink.AEAD, error) {
	secret, known := s.tree.secret(leaf)
	if !known {
		return nil, ErrForgotten
	}
	return aeadsubtle.NewAESGCM(secret[:])
}

// Unwrap opens the key of a dossier. It fails with ErrSealed when the key was
// wrapped for another tenant or dossier, or by a key that the file lacks, and
// with ErrForgotten when it was forgotten.
func (s *Sealer) Unwrap(wrapped []byte, at Context) (*Key, error) {
	inner, leaf, err := s.unwrapOuter(wrapped, at)
	if err != nil {
		return nil, err
	}
	byLeaf, err := s.leafAEAD(leaf)
	if err != nil {
		return nil, fmt.Errorf("unwrap a dossier key: %w", err)
	}
	secret, err := byLeaf.Decrypt(inner, wrapAt(at, leaf))
	if err != nil {
		return nil, fmt.Errorf("unwrap a dossier key: %w", ErrSealed)
	}
	if len(secret) != 1+secretSize || secret[0] != secretVersion {
		return nil, errors.New("unwrap a dossier key: it was made by a newer version")
	}
	return newKey(secret[1:])
}

// LeafOf says under which leaf a key is wrapped.
func LeafOf(wrapped []byte) (uint64, error) {
	if len(wrapped) <= leafSize {
		return 0, fmt.Errorf("read the leaf of a wrapped key: %w", ErrSealed)
	}
	return binary.BigEndian.Uint64(wrapped), nil
}

// Forget forgets leaves for good: once it returns nil, no copy of a key that was
// wrapped under one of them opens, whoever has kept it, with the keys that there
// are from now on. It is no error when they are forgotten already.
func (s *Sealer) Forget(leaves ...uint64) error {
	if len(leaves) == 0 {
		return nil
	}
	return s.tree.forget(leaves)
}

// Remembers says whether keys can be wrapped under a leaf.
func (s *Sealer) Remembers(leaf uint64) bool {
	_, known := s.tree.secret(leaf)
	return leaf <= MaxLeaf && known
}

// ofDossier gives the context of the dossier itself.
func (c Context) ofDossier() Context { return Context{Tenant: c.Tenant, Dossier: c.Dossier} }

// SealSystem seals a value that belongs to no dossier, such as the token of a
// webhook.
func (s *Sealer) SealSystem(plain []byte, at Context) ([]byte, error) {
	sealed, err := s.encrypt(plain, at.bind(forSystem))
	if err != nil {
		return nil, fmt.Errorf("seal a value of the installation: %w", err)
	}
	return sealed, nil
}

// OpenSystem opens what SealSystem sealed for the same place.
func (s *Sealer) OpenSystem(sealed []byte, at Context) ([]byte, error) {
	plain, err := s.decrypt(sealed, at.bind(forSystem))
	if err != nil {
		return nil, fmt.Errorf("open a value of the installation: %w", ErrSealed)
	}
	return plain, nil
}

// MAC gives 32 bytes that prove that the message was made by whoever holds the
// keys, for a use that has a name of its own. It stays the same when the
// key-encryption key is replaced.
func (s *Sealer) MAC(use string, message []byte) ([]byte, error) {
	sum, err := s.index.ComputePrimaryPRF(encode(string(forMAC), use, string(message)), indexSize)
	if err != nil {
		return nil, fmt.Errorf("authenticate for the %s: %w", use, err)
	}
	return sum, nil
}

// Index gives 32 bytes by which a sealed value can be found again: the same for
// the same tenant, field and value, and meaningless without the index key. It
// tells whoever reads the database which rows hold equal values.
func (s *Sealer) Index(tenant, field, value string) ([]byte, error) {
	sum, err := s.index.ComputePrimaryPRF(encode(string(forIndex), tenant, field, value), indexSize)
	if err != nil {
		return nil, fmt.Errorf("index a value: %w", err)
	}
	return sum, nil
}
