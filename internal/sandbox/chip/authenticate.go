package chip

import (
	"bytes"
	"crypto"
	_ "crypto/sha1"   //nolint:gosec // chips of old documents hash their groups with it
	_ "crypto/sha256" // linked for crypto.Hash
	_ "crypto/sha512" // linked for crypto.Hash
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Why a chip is not authentic. All others mean that it cannot be told.
var (
	// ErrAltered says that data is not what was signed: a group of data was changed or added, or the signature is not
	// the signer's.
	ErrAltered = errors.New("the data of the chip is not what was signed")
	// ErrUntrusted says that whoever signed is nobody whom this sandbox trusts, or was not to sign that day.
	ErrUntrusted = errors.New("the signer of the chip's data is not trusted")
)

// Authenticate does passive authentication: every group of data has the hash in the security object, the security
// object is signed by the certificate in it, and that was issued by one of those that are trusted and is valid on a
// day. It fails with [ErrAltered], with [ErrUntrusted], or with [ErrFormat] for what cannot be understood.
func (f *File) Authenticate(trusted []*x509.Certificate, on time.Time) error {
	object, err := parseSecurityObject(f.SOD)
	if err != nil {
		return err
	}
	if err := f.compareHashes(object); err != nil {
		return err
	}
	signer, err := object.signer()
	if err != nil {
		return err
	}
	return issued(signer, trusted, on)
}

// compareHashes holds the groups of data to the hashes that were signed. A signed group that the file leaves out is
// no matter: apps read what they may.
func (f *File) compareHashes(o *securityObject) error {
	if len(f.Groups) == 0 {
		return fmt.Errorf("no group of data: %w", ErrFormat)
	}
	for number, content := range f.Groups {
		signed, there := o.hashes[number]
		if !there {
			return fmt.Errorf("group %d is not among those that were signed: %w", number, ErrAltered)
		}
		if !bytes.Equal(digest(o.hash, content), signed) {
			return fmt.Errorf("group %d has another hash: %w", number, ErrAltered)
		}
	}
	return nil
}

// issued looks for the authority that a signer's certificate comes from.
func issued(signer *x509.Certificate, trusted []*x509.Certificate, on time.Time) error {
	for _, authority := range trusted {
		if signer.CheckSignatureFrom(authority) != nil {
			continue
		}
		if on.Before(signer.NotBefore) || on.After(signer.NotAfter) || on.Before(authority.NotBefore) || on.After(authority.NotAfter) {
			return fmt.Errorf("a certificate is not valid on that day: %w", ErrUntrusted)
		}
		return nil
	}
	return ErrUntrusted
}

func digest(h crypto.Hash, content []byte) []byte {
	d := h.New()
	d.Write(content)
	return d.Sum(nil)
}
