package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	aeadsubtle "github.com/tink-crypto/tink-go/v2/aead/subtle"
	streamsubtle "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	derivedSize = 32
	// segmentSize is how much of a stream is sealed, and opened, at a time.
	segmentSize = 4 << 10
)

// Key is the key of one dossier. It is safe for concurrent use.
type Key struct {
	field  tink.AEAD
	stream tink.StreamingAEAD
}

// newKey derives the two keys of a dossier from its secret.
func newKey(secret []byte) (*Key, error) {
	fieldKey, err := hkdf.Key(sha256.New, secret, nil, string(forField), derivedSize)
	if err != nil {
		return nil, fmt.Errorf("derive the key for fields: %w", err)
	}
	streamKey, err := hkdf.Key(sha256.New, secret, nil, string(forStream), derivedSize)
	if err != nil {
		return nil, fmt.Errorf("derive the key for streams: %w", err)
	}
	field, err := aeadsubtle.NewAESGCM(fieldKey)
	if err != nil {
		return nil, fmt.Errorf("use the key for fields: %w", err)
	}
	stream, err := streamsubtle.NewAESGCMHKDF(streamKey, "SHA256", derivedSize, segmentSize, 0)
	if err != nil {
		return nil, fmt.Errorf("use the key for streams: %w", err)
	}
	return &Key{field: field, stream: stream}, nil
}

// Seal encrypts a value for its place. The ciphertext is 28 bytes longer.
func (k *Key) Seal(plain []byte, at Context) ([]byte, error) {
	sealed, err := k.field.Encrypt(plain, at.bind(forField))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", at.Field, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same place, or fails with ErrSealed.
func (k *Key) Open(sealed []byte, at Context) ([]byte, error) {
	plain, err := k.field.Decrypt(sealed, at.bind(forField))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", at.Field, ErrSealed)
	}
	return plain, nil
}

// Encrypt gives a writer that seals a stream for its place and passes it on to
// w in segments of 4 KiB. Only Close makes the stream whole; it does not close w.
func (k *Key) Encrypt(w io.Writer, at Context) (io.WriteCloser, error) {
	sealing, err := k.stream.NewEncryptingWriter(w, at.bind(forStream))
	if err != nil {
		return nil, fmt.Errorf("begin to seal %s: %w", at.Field, err)
	}
	return sealing, nil
}

// Decrypt gives a reader of the stream that was sealed for the same place. No
// byte is given before its segment of 4 KiB has been authenticated, at its
// place in the stream: a change is found when its segment is read. A cut is
// found at the end, in place of io.EOF, so a stream may be believed whole only
// after io.EOF. Both fail with ErrSealed, and so does every Read that follows.
func (k *Key) Decrypt(r io.Reader, at Context) (io.Reader, error) {
	source := &source{r: r}
	opening, err := k.stream.NewDecryptingReader(source, at.bind(forStream))
	if err != nil {
		return nil, fmt.Errorf("begin to open %s: %w", at.Field, source.explain())
	}
	return &opener{opening: opening, source: source, field: at.Field}, nil
}

// opener makes the first error of a stream its last word: Tink's own reader
// would answer io.EOF to the read that follows a failed last segment.
type opener struct {
	opening io.Reader
	source  *source
	field   string
	err     error
}

// Read gives authenticated bytes.
func (o *opener) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.opening.Read(p)
	switch err {
	case nil, io.EOF:
		o.err = err
	default:
		o.err = fmt.Errorf("open %s: %w", o.field, o.source.explain())
	}
	return n, o.err
}

// source remembers why reading the ciphertext failed, to tell a broken disk
// from a broken seal.
type source struct {
	r   io.Reader
	err error
}

// Read passes the ciphertext on.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// explain gives the fault of the source if it had one, and ErrSealed otherwise.
func (s *source) explain() error {
	if s.err != nil {
		return s.err
	}
	return ErrSealed
}
