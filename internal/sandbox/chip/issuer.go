package chip

import (
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
)

// authority is the certificate of the authority that stands above the signer of specimens. Its key was thrown away
// when the two were made (go test -run TestIssue -issue ./internal/specimen); the key of the signer is in
// package specimen for everybody, so that a chip that is found genuine here proves that it is a specimen.
//
//go:embed authority.pem
var authority []byte

// Specimens is the authority that the sandbox trusts, and the only one.
func Specimens() ([]*x509.Certificate, error) {
	block, _ := pem.Decode(authority)
	if block == nil {
		return nil, fmt.Errorf("read the certificate of the specimens' authority: %w", ErrFormat)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of the specimens' authority: %w", err)
	}
	return []*x509.Certificate{c}, nil
}
