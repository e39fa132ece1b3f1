package console

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

const (
	// searchLife is how long one can come back to what was found by a reference.
	searchLife = 30 * time.Minute
	// searchBlock is what the length of an id is rounded up to, so that it does not
	// tell how long the reference is.
	searchBlock = 128
)

// remembered is what the id of a search holds.
type remembered struct {
	Reference string `json:"r"`
	Until     int64  `json:"u"`
}

// searchID gives a reference an id that can stand in an address, so that a page can
// be gone back to and loaded anew: nobody but this session can read it, and after
// searchLife not even that. Nothing is stored; the key is made of the session's
// secret, of which the server keeps only a hash.
func (c *console) searchID(session, reference string) (string, error) {
	key, err := searchKey(session)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(remembered{Reference: reference, Until: c.Now().Add(searchLife).Unix()})
	if err != nil {
		return "", fmt.Errorf("encode a search: %w", err)
	}
	plain = append(plain, bytes.Repeat([]byte(" "), searchBlock-len(plain)%searchBlock)...)
	// #nosec G407 -- the AEAD makes a random nonce itself
	return base64.RawURLEncoding.EncodeToString(key.Seal(nil, nil, plain, nil)), nil
}

// searched gives the reference of an id, or NotFound when it is of another session
// or too old.
func (c *console) searched(session, id string) (string, error) {
	key, err := searchKey(session)
	if err != nil {
		return "", err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return "", idv.NotFound("search")
	}
	var r remembered
	plain, err := key.Open(nil, nil, sealed, nil)
	if err != nil || json.Unmarshal(plain, &r) != nil || c.Now().Unix() >= r.Until {
		return "", idv.NotFound("search")
	}
	return r.Reference, nil
}

func searchKey(session string) (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, []byte(session), nil, "dossier console search", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of searches: %w", err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("make the key of searches: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
