package specimen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// signerCertificate is that of the key which signs the chips of specimens. The authority that issued it is in the
// sandbox; its key was thrown away (TestIssue).
//
//go:embed signer.pem
var signerCertificate []byte

// signer signs security objects.
type signer struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

// signingKey comes from a text: it is nobody's secret, and what it signs proves nothing but that it is a specimen.
func signingKey(text string) (*ecdsa.PrivateKey, error) {
	sum := sha256.Sum256([]byte(text))
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:])
}

func ownSigner() (*signer, error) {
	key, err := signingKey("Dossier signs specimens")
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(signerCertificate)
	if block == nil {
		return nil, errors.New("the signer's certificate is broken")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	return &signer{key, c}, err
}

// foreignSigner is a signer with a certificate of its own making.
func foreignSigner() (*signer, error) {
	key, err := signingKey("somebody else signs specimens")
	if err != nil {
		return nil, err
	}
	c, err := issue(signerTemplate("UT", "Nobody's document signer"), nil, key, key)
	return &signer{key, c}, err
}

// signerTemplate is the certificate of a signer, valid longer than any document.
func signerTemplate(state, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Country: []string{state}, CommonName: name},
		NotBefore: time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, time.December, 31, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature, SignatureAlgorithm: x509.ECDSAWithSHA256,
	}
}

// issue makes a certificate of a key, signed by the parent, or by itself without one.
func issue(template, parent *x509.Certificate, of, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(nil, template, parent, of.Public(), by)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// The parts of CMS that a security object has, in the order of RFC 5652 section 5.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content signedData `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Content      encapsulated
		Certificates asn1.RawValue
		Signers      []signerInfo `asn1:"set"`
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	signerInfo struct {
		Version    int
		Who        issuerAndSerial
		Digest     pkix.AlgorithmIdentifier
		Attributes asn1.RawValue
		Algorithm  pkix.AlgorithmIdentifier
		Signature  []byte
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []any `asn1:"set"`
	}
	hashList struct { // ICAO Doc 9303-10, section 4.6.2.3
		Version int
		Hash    pkix.AlgorithmIdentifier
		Groups  []groupHash
	}
)

// securityObject is EF.SOD over the first data groups (ICAO Doc 9303-10, section 4.6.2).
func (s *signer) securityObject(groups ...[]byte) ([]byte, error) {
	hashes := asn1.ObjectIdentifier{2, 23, 136, 1, 1, 1}
	sha256ID := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	list, err := asn1.Marshal(hashList{0, sha256ID, hashed(groups...)})
	if err != nil {
		return nil, err
	}
	attributes, err := signedAttributes(hashes, list)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(attributes)
	signature, err := s.key.Sign(nil, sum[:], crypto.SHA256) // without randomness (RFC 6979), so that an order gives one file
	if err != nil {
		return nil, err
	}
	const context0 = 0xa0
	object, err := asn1.Marshal(contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, signedData{
		Version: 3, Digests: []pkix.AlgorithmIdentifier{sha256ID}, Content: encapsulated{hashes, list},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: s.certificate.Raw},
		Signers: []signerInfo{{
			Version: 1, Who: issuerAndSerial{asn1.RawValue{FullBytes: s.certificate.RawIssuer}, s.certificate.SerialNumber},
			Digest: sha256ID, Attributes: asn1.RawValue{FullBytes: append([]byte{context0}, attributes[1:]...)},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, Signature: signature,
		}},
	}})
	if err != nil {
		return nil, err
	}
	return element(0x17, true, object)
}

// signedAttributes are the set that is signed: what the content is, and its hash.
func signedAttributes(kind asn1.ObjectIdentifier, content []byte) ([]byte, error) {
	sum := sha256.Sum256(content)
	pkcs9 := func(n int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, n} }
	return asn1.MarshalWithParams([]attribute{{pkcs9(3), []any{kind}}, {pkcs9(4), []any{sum[:]}}}, "set")
}
