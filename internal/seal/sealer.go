package seal

import (
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
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

// Sealer holds the keys of the installation. It is safe for concurrent use.
type Sealer struct {
	wrapping tink.AEAD
	index    *prf.Set
}

// newSealer makes a Sealer of the two keysets.
func newSealer(k keysets) (*Sealer, error) {
	wrapping, err := aead.New(k.keyEncryption)
	if err != nil {
		return nil, fmt.Errorf("use the key-encryption keyset: %w", err)
	}
	index, err := prf.NewPRFSet(k.index)
	if err != nil {
		return nil, fmt.Errorf("use the index keyset: %w", err)
	}
	return &Sealer{wrapping: wrapping, index: index}, nil
}

// NewKey makes the key of a new dossier and wraps it for the tenant and the
// dossier of at; the rest of at is ignored. A wrapped key has 66
// bytes and is safe to store.
func (s *Sealer) NewKey(at Context) (wrapped []byte, k *Key, err error) {
	secret := append([]byte{secretVersion}, random.GetRandomBytes(secretSize)...)
	wrapped, err = s.wrapping.Encrypt(secret, at.ofDossier().bind(forWrapping))
	if err != nil {
		return nil, nil, fmt.Errorf("wrap a new dossier key: %w", err)
	}
	k, err = newKey(secret[1:])
	return wrapped, k, err
}

// Unwrap opens the key of a dossier. It fails with ErrSealed when the key was
// wrapped for another tenant or dossier, or by a key that the file lacks.
func (s *Sealer) Unwrap(wrapped []byte, at Context) (*Key, error) {
	secret, err := s.wrapping.Decrypt(wrapped, at.ofDossier().bind(forWrapping))
	if err != nil {
		return nil, fmt.Errorf("unwrap a dossier key: %w", ErrSealed)
	}
	if len(secret) != 1+secretSize || secret[0] != secretVersion {
		return nil, errors.New("unwrap a dossier key: it was made by a newer version")
	}
	return newKey(secret[1:])
}

// ofDossier gives the context of the dossier itself.
func (c Context) ofDossier() Context { return Context{Tenant: c.Tenant, Dossier: c.Dossier} }

// SealSystem seals a value that belongs to no dossier, such as the token of a
// webhook.
func (s *Sealer) SealSystem(plain []byte, at Context) ([]byte, error) {
	sealed, err := s.wrapping.Encrypt(plain, at.bind(forSystem))
	if err != nil {
		return nil, fmt.Errorf("seal a value of the installation: %w", err)
	}
	return sealed, nil
}

// OpenSystem opens what SealSystem sealed for the same place.
func (s *Sealer) OpenSystem(sealed []byte, at Context) ([]byte, error) {
	plain, err := s.wrapping.Decrypt(sealed, at.bind(forSystem))
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
