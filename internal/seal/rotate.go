package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

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
	s.refresh()
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

// RotateKeyFile adds a new key to the key file at path and makes it the primary
// one. Servers that have the file open notice by themselves, and the keys before
// go on opening what they wrapped.
func RotateKeyFile(path string) (KeyID, error) {
	var made KeyID
	err := changeKeyFile(path, func(text []byte) (_ []byte, err error) {
		text, made, err = rotate(text)
		return text, err
	})
	return made, err
}

// RotateKeys is RotateKeyFile for the content of a key file in base64.
func RotateKeys(encoded string) (string, KeyID, error) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", 0, errors.New("the keys are not base64")
	}
	text, made, err := rotate(text)
	return base64.StdEncoding.EncodeToString(text), made, err
}

func rotate(text []byte) ([]byte, KeyID, error) {
	var id uint32
	text, err := change(text, func(m *keyset.Manager) (err error) {
		if id, err = m.Add(aead.AES256GCMKeyTemplate()); err == nil {
			err = m.SetPrimary(id)
		}
		return err
	})
	return text, KeyID(id), err
}

// DropKey takes a key out of the key file at path for good: what it wrapped does
// not open any more. The primary key cannot be dropped.
func DropKey(path string, id KeyID) error {
	return changeKeyFile(path, func(text []byte) ([]byte, error) {
		return change(text, func(m *keyset.Manager) error {
			if err := m.Delete(uint32(id)); err != nil {
				return fmt.Errorf("drop the key %v: it is the primary one, or not there", id)
			}
			return nil
		})
	})
}

// change gives the content of a key file with other key-encryption keys.
func change(text []byte, do func(*keyset.Manager) error) ([]byte, error) {
	keys, err := parse(text)
	if err != nil {
		return nil, err
	}
	m := keyset.NewManagerFromHandle(keys.keyEncryption)
	if err := do(m); err != nil {
		return nil, err
	}
	if keys.keyEncryption, err = m.Handle(); err != nil {
		return nil, fmt.Errorf("change the keys: %w", err)
	}
	return keys.marshal()
}

func changeKeyFile(path string, do func([]byte) ([]byte, error)) error {
	lock, err := lockTree(path + ".lock")
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // Nothing was written to it.
	before, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the key file: %w", err)
	}
	after, err := do(before)
	if err != nil {
		return err
	}
	if err := replaceDurably(path, after, len(before)); err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	return nil
}

// encrypt wraps with the primary key.
func (s *Sealer) encrypt(plain, at []byte) ([]byte, error) {
	s.refresh()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.wrapping.Encrypt(plain, at)
}

// decrypt opens with whatever key it was wrapped by, also one that was added to
// the key file since.
func (s *Sealer) decrypt(sealed, at []byte) ([]byte, error) {
	s.mu.RLock()
	wrapping := s.wrapping
	s.mu.RUnlock()
	plain, err := wrapping.Decrypt(sealed, at)
	if err == nil || !s.refresh() {
		return plain, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.wrapping.Decrypt(sealed, at)
}

// refresh reads the key file anew when it is another one, and says whether it
// was. A file that cannot be read leaves the keys as they are: those at hand are
// good for what they wrapped.
func (s *Sealer) refresh() bool {
	if s.path == "" {
		return false
	}
	info, err := os.Stat(s.path) // #nosec G703 -- the operator names the file
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen != nil && os.SameFile(s.seen, info) && s.seen.ModTime().Equal(info.ModTime()) {
		return false
	}
	text, err := os.ReadFile(s.path) // #nosec G703 -- as above
	if err != nil {
		return false
	}
	keys, err := parse(text)
	if err != nil {
		return false // It is being overwritten, and another is in its place.
	}
	wrapping, err := aead.New(keys.keyEncryption)
	if err != nil {
		return false
	}
	s.wrapping, s.infos, s.seen = wrapping, infosOf(keys.keyEncryption), info
	return true
}

// Rewrap gives a wrapped key anew, under the primary key. again says whether it
// was under another one.
func (s *Sealer) Rewrap(wrapped []byte, at Context) (rewrapped []byte, again bool, err error) {
	if len(wrapped) > leafSize && s.current(wrapped[leafSize:]) {
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
	if s.current(sealed) {
		return sealed, false, nil
	}
	plain, err := s.OpenSystem(sealed, at)
	if err != nil {
		return nil, false, err
	}
	resealed, err = s.SealSystem(plain, at)
	return resealed, true, err
}

func (s *Sealer) current(sealed []byte) bool {
	for _, k := range s.Keys() {
		if k.Primary {
			return bytes.HasPrefix(sealed, k.ID.Prefix())
		}
	}
	return false
}
