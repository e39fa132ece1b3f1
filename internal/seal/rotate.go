package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// KeyID names a key-encryption key.
type KeyID uint32

// String gives the id in hex.
func (id KeyID) String() string { return fmt.Sprintf("%08x", uint32(id)) }

// Prefix is how every ciphertext of the key begins (Tink's output prefix).
func (id KeyID) Prefix() []byte { return binary.BigEndian.AppendUint32([]byte{1}, uint32(id)) }

// PrefixSize is the length of a Prefix.
const PrefixSize = 5

// LeafSize is how many bytes stand before the Prefix of a wrapped key.
const LeafSize = leafSize

// KeyInfo is a key-encryption key of a key file.
type KeyInfo struct {
	ID KeyID
	// Primary says that it wraps what is wrapped from now on.
	Primary bool
}

// Keys gives the key-encryption keys, oldest first.
func (s *Sealer) Keys() []KeyInfo {
	s.refresh(true)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.infos
}

func infosOf(h *keyset.Handle) (infos []KeyInfo) {
	for _, k := range h.KeysetInfo().GetKeyInfo() {
		infos = append(infos, KeyInfo{KeyID(k.GetKeyId()), k.GetKeyId() == h.KeysetInfo().GetPrimaryKeyId()})
	}
	return infos
}

// Rotate adds a new key to the key file and makes it the primary one. Servers
// that have the file open notice by themselves, and the keys before go on opening
// what they wrapped.
func (f KeyFile) Rotate() (made KeyID, err error) {
	err = f.change(func(k keysets) (_ keysets, err error) {
		k, made, err = rotate(k)
		return k, err
	})
	return made, err
}

// RotateKeys is Rotate for the content of a key file in base64.
func RotateKeys(encoded string) (string, KeyID, error) {
	keys, err := decodeKeys(encoded)
	if err != nil {
		return "", 0, err
	}
	keys, made, err := rotate(keys)
	if err != nil {
		return "", 0, err
	}
	text, err := keys.marshal()
	return base64.StdEncoding.EncodeToString(text), made, err
}

func rotate(k keysets) (keysets, KeyID, error) {
	var id uint32
	k, err := k.change(func(m *keyset.Manager) (err error) {
		if id, err = m.Add(aead.AES256GCMKeyTemplate()); err == nil {
			err = m.SetPrimary(id)
		}
		return err
	})
	return k, KeyID(id), err
}

// Drop takes a key out of the key file for good: what it wrapped does not open
// any more. The primary key cannot be dropped.
func (f KeyFile) Drop(id KeyID) error {
	return f.change(func(k keysets) (keysets, error) {
		return k.change(func(m *keyset.Manager) error {
			if err := m.Delete(uint32(id)); err != nil {
				return fmt.Errorf("drop the key %v: it is the primary one, or not there", id)
			}
			return nil
		})
	})
}

// change gives other key-encryption keys.
func (k keysets) change(do func(*keyset.Manager) error) (keysets, error) {
	m := keyset.NewManagerFromHandle(k.keyEncryption)
	if err := do(m); err != nil {
		return keysets{}, err
	}
	keyEncryption, err := m.Handle()
	if err != nil {
		return keysets{}, fmt.Errorf("change the keys: %w", err)
	}
	return keysets{keyEncryption: keyEncryption, index: k.index}, nil
}

// Rewrap gives a wrapped key anew, under the primary key. again says whether it
// was under another one.
func (s *Sealer) Rewrap(wrapped []byte, at Context) (rewrapped []byte, again bool, err error) {
	if len(wrapped) > leafSize && s.byPrimary(wrapped[leafSize:]) {
		return wrapped, false, nil
	}
	inner, leaf, err := s.unwrapOuter(wrapped, at)
	if err != nil {
		return nil, false, err
	}
	rewrapped, err = s.wrapOuter(inner, at, leaf)
	return rewrapped, true, err
}

// RewrapSystem is Rewrap for what SealSystem sealed.
func (s *Sealer) RewrapSystem(sealed []byte, at Context) (resealed []byte, again bool, err error) {
	if s.byPrimary(sealed) {
		return sealed, false, nil
	}
	plain, err := s.OpenSystem(sealed, at)
	if err != nil {
		return nil, false, err
	}
	resealed, err = s.SealSystem(plain, at)
	return resealed, true, err
}

func (s *Sealer) byPrimary(sealed []byte) bool {
	for _, k := range s.Keys() {
		if k.Primary {
			return bytes.HasPrefix(sealed, k.ID.Prefix())
		}
	}
	return false
}
