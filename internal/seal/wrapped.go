package seal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	aeadsubtle "github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/subtle/random"

	"github.com/dossier-id/dossier/internal/filelock"
)

// KMS encrypts a few bytes with a key that nobody can take out of it.
type KMS interface {
	Encrypt(ctx context.Context, plain []byte) ([]byte, error)
	Decrypt(ctx context.Context, sealed []byte) ([]byte, error)
}

const (
	wrappedFormat = "dossier-keys-wrapped/1"
	// kmsTimeout bounds one question to a KMS.
	kmsTimeout = 10 * time.Second
)

// ErrWrapped says that a key file is wrapped by a KMS, and none was named.
var ErrWrapped = errors.New("the key file is wrapped by a KMS: name it")

// ErrNotWrapped says that a KMS was named, and the key file is in clear.
var ErrNotWrapped = errors.New("the key file is not wrapped by the KMS yet")

// wrappedFile is the JSON of a key file whose keys are wrapped: Keys is the
// content of a plain one, sealed by AES256-GCM under Key, which the KMS sealed.
// Some of them take no more than 190 bytes at once, which keys do not fit in.
type wrappedFile struct {
	Format string `json:"format"`
	Key    []byte `json:"key"`
	Keys   []byte `json:"keys"`
}

// encode gives what the key file is to hold.
func (f KeyFile) encode(keys keysets) ([]byte, error) {
	text, err := keys.marshal()
	if err != nil || f.KMS == nil {
		return text, err
	}
	key := random.GetRandomBytes(derivedSize)
	byKey, err := aeadsubtle.NewAESGCM(key)
	if err != nil {
		return nil, fmt.Errorf("wrap the keys: %w", err)
	}
	out := wrappedFile{Format: wrappedFormat}
	if out.Keys, err = byKey.Encrypt(text, []byte(wrappedFormat)); err != nil {
		return nil, fmt.Errorf("wrap the keys: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), kmsTimeout)
	defer cancel()
	if out.Key, err = f.KMS.Encrypt(ctx, key); err != nil {
		return nil, fmt.Errorf("let the KMS wrap the keys: %w", err)
	}
	return json.MarshalIndent(out, "", "  ")
}

// decode reads what encode made.
func (f KeyFile) decode(content []byte) (keysets, error) {
	var in wrappedFile
	if len(content) > maxKeyFile || json.Unmarshal(content, &in) != nil || in.Format != wrappedFormat {
		keys, err := parse(content)
		if err == nil && f.KMS != nil {
			err = ErrNotWrapped
		}
		return keys, err
	}
	if f.KMS == nil {
		return keysets{}, ErrWrapped
	}
	ctx, cancel := context.WithTimeout(context.Background(), kmsTimeout)
	defer cancel()
	key, err := f.KMS.Decrypt(ctx, in.Key)
	if err != nil {
		return keysets{}, fmt.Errorf("let the KMS unwrap the keys: %w", err)
	}
	byKey, err := aeadsubtle.NewAESGCM(key)
	if err != nil {
		return keysets{}, errors.New("unwrap the keys: the KMS gave no key of ours")
	}
	text, err := byKey.Decrypt(in.Keys, []byte(wrappedFormat))
	if err != nil {
		return keysets{}, fmt.Errorf("unwrap the keys: %w", ErrSealed)
	}
	return parse(text)
}

// Wrap lets the KMS wrap a key file that is in clear, or that from has wrapped.
// What the file held before is overwritten where it lay.
func (f KeyFile) Wrap(from KMS) error {
	return f.replace(KeyFile{Path: f.Path, KMS: from}, func(k keysets) (keysets, error) { return k, nil })
}

// change gives the key file other keys.
func (f KeyFile) change(do func(keysets) (keysets, error)) error { return f.replace(f, do) }

// replace changes keys as before reads them, one process at a time.
func (f KeyFile) replace(before KeyFile, do func(keysets) (keysets, error)) error {
	lock, err := filelock.Wait(f.Path + ".lock")
	if err != nil {
		return fmt.Errorf("lock the key file: %w", err)
	}
	defer func() { _ = lock.Close() }() // Nothing was written to it.
	keys, info, err := before.read()
	if err != nil {
		return err
	}
	if keys, err = do(keys); err != nil {
		return err
	}
	content, err := f.encode(keys)
	if err != nil {
		return err
	}
	if err := replaceDurably(f.Path, content, int(info.Size())); err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	return nil
}
