package signing

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Key signs what an installation gives out.
type Key struct {
	private ed25519.PrivateKey
	public  PublicKey
}

// drawKey makes a key of 32 random bytes. Its id does not begin with a hyphen, as one in
// 64 would: a command line would take such an id for an option, and the key could not be
// revoked in a hurry.
func drawKey(random io.Reader) (*Key, error) {
	for {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(random, seed); err != nil {
			return nil, fmt.Errorf("draw a signing key: %w", err)
		}
		k, err := NewKey(seed)
		if err != nil || k.Public().ID()[0] != '-' {
			return k, err
		}
	}
}

// NewKey makes the key of a seed.
func NewKey(seed []byte) (*Key, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("a signing key has %d bytes, not %d", ed25519.SeedSize, len(seed))
	}
	private := ed25519.NewKeyFromSeed(seed)
	public, _ := private.Public().(ed25519.PublicKey)
	return &Key{private, PublicKey{public}}, nil
}

// Public gives the half that checks signatures.
func (k *Key) Public() PublicKey { return k.public }

// Sign gives the compact serialisation of a JWS (RFC 7515 section 7.1) of a text
// of a type; a signature of one type is none of another. Ed25519 is
// deterministic: the same text has the same signature.
func (k *Key) Sign(typ string, text []byte) []byte {
	signed := signingInput(k.public.Header(typ), text)
	return fmt.Appendf(signed, ".%s", encode64(ed25519.Sign(k.private, signed)))
}

// PublicKey checks signatures.
type PublicKey struct{ key ed25519.PublicKey }

// ID is the key's thumbprint (RFC 7638), by which a signature names it.
func (p PublicKey) ID() string {
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"Ed25519","kty":"OKP","x":"%s"}`, encode64(p.key)))
	return encode64(sum[:])
}

// Header is the one header that a signature of a type by the key has.
func (p PublicKey) Header(typ string) []byte {
	return fmt.Appendf(nil, `{"alg":"EdDSA","kid":"%s","typ":"%s"}`, p.ID(), typ)
}

// Made says whether the key made the signature of a header and a text.
func (p PublicKey) Made(signature, header, text []byte) bool {
	return len(signature) == ed25519.SignatureSize && ed25519.Verify(p.key, signingInput(header, text), signature)
}

func signingInput(header, text []byte) []byte {
	return fmt.Appendf(nil, "%s.%s", encode64(header), encode64(text))
}

// jwk is a key as RFC 8037 section 2 writes it.
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Kid string `json:"kid,omitempty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

// KeySet gives the JSON of a JWK set (RFC 7517 section 5) with the keys.
func KeySet(keys ...PublicKey) ([]byte, error) {
	set := jwks{Keys: []jwk{}}
	for _, k := range keys {
		set.Keys = append(set.Keys, jwk{Kty: "OKP", Crv: "Ed25519", X: encode64(k.key), Kid: k.ID(), Use: "sig", Alg: "EdDSA"})
	}
	return json.Marshal(set)
}

// ParseKeySet reads the Ed25519 keys of a JWK set and passes over others. The
// names that the set gives them do not matter: a key is known by its thumbprint.
func ParseKeySet(text []byte) ([]PublicKey, error) {
	var set jwks
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("it is not the JSON of a JWK set")
	}
	var keys []PublicKey
	for _, k := range set.Keys {
		if k.Kty != "OKP" || k.Crv != "Ed25519" {
			continue
		}
		x, err := decode64(k.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, errors.New("it holds an Ed25519 key that is none")
		}
		keys = append(keys, PublicKey{x})
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no Ed25519 key")
	}
	return keys, nil
}

// Signature is a JWS in its parts, decoded.
type Signature struct{ Header, Payload, Value []byte }

// Parse takes the three parts only in the one spelling that they can have, so
// that no byte of them can be changed unseen.
func Parse(text []byte) (s Signature, err error) {
	parts := bytes.Split(text, []byte("."))
	if len(parts) != 3 {
		return s, errors.New("it does not have the three parts of a signature")
	}
	for i, to := range []*[]byte{&s.Header, &s.Payload, &s.Value} {
		if *to, err = decode64(string(parts[i])); err != nil {
			return s, errors.New("it is not base64url without padding")
		}
	}
	return s, nil
}

// ErrNotSigned says that none of the keys has signed a text of the type.
var ErrNotSigned = errors.New("no known key has signed it")

// Open gives the text of a JWS of the type that one of the keys has signed. The
// error is ErrNotSigned for whatever is none.
func Open(typ string, text []byte, keys []PublicKey) ([]byte, error) {
	s, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSigned, err)
	}
	for _, k := range keys {
		if bytes.Equal(s.Header, k.Header(typ)) && k.Made(s.Value, s.Header, s.Payload) {
			return s.Payload, nil
		}
	}
	return nil, ErrNotSigned
}

func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// decode64 is strict: line breaks, which Go would pass over, and bits beyond the
// last byte are refused.
func decode64(s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err == nil && encode64(b) != s {
		err = errors.New("not the only spelling")
	}
	return b, err
}
