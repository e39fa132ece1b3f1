package chip

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// securityObject is EF.SOD (ICAO Doc 9303-10, section 4.6.2): CMS signed data (RFC 5652) over the hashes of the groups.
type securityObject struct {
	hash     crypto.Hash    // of the groups
	hashes   map[int][]byte // by group
	content  []byte         // what is signed: the hashes, encoded
	signers  []signerInfo
	embedded []*x509.Certificate
}

// The parts of CMS, in the order of RFC 5652 section 5.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      asn1.RawValue
		Content      encapsulated
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Revoked      asn1.RawValue `asn1:"optional,tag:1"`
		Signers      []signerInfo  `asn1:"set"`
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	signerInfo struct {
		Version    int
		Who        asn1.RawValue // the certificate in the object says it
		Digest     pkix.AlgorithmIdentifier
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm  pkix.AlgorithmIdentifier
		Signature  []byte
		Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue
	}
	ldsObject struct { // ICAO Doc 9303-10, section 4.6.2.3
		Version int
		Hash    pkix.AlgorithmIdentifier
		Groups  []groupHash
		Profile asn1.RawValue `asn1:"optional"`
	}
	groupHash struct {
		Number int
		Hash   []byte
	}
)

// Object identifiers of RFC 5652 and of ICAO Doc 9303-10.
const (
	oidSignedData = "1.2.840.113549.1.7.2"
	oidLDSObject  = "2.23.136.1.1.1"
	oidDigest     = "1.2.840.113549.1.9.4"
	oidPSS        = "1.2.840.113549.1.1.10"
)

// parseSecurityObject fails with [ErrFormat].
func parseSecurityObject(sod []byte) (*securityObject, error) {
	if inner := find(sod, 0x77); inner != nil { // the file's own wrapper
		sod = inner
	}
	var outer contentInfo
	if err := parse(sod, &outer); err != nil || outer.Type.String() != oidSignedData {
		return nil, fmt.Errorf("the security object is no signed data: %w", ErrFormat)
	}
	var data signedData
	if err := parse(outer.Content.Bytes, &data); err != nil || data.Content.Type.String() != oidLDSObject {
		return nil, fmt.Errorf("the signed data is no list of hashes: %w", ErrFormat)
	}
	var list ldsObject
	if err := parse(data.Content.Content, &list); err != nil {
		return nil, fmt.Errorf("the list of hashes is broken: %w", ErrFormat)
	}
	o := &securityObject{hash: hashOf(list.Hash), hashes: map[int][]byte{}, content: data.Content.Content, signers: data.Signers}
	if o.hash == 0 {
		return nil, fmt.Errorf("hashed with %v: %w", list.Hash.Algorithm, ErrFormat)
	}
	for _, g := range list.Groups {
		o.hashes[g.Number] = g.Hash
	}
	var err error
	if o.embedded, err = x509.ParseCertificates(data.Certificates.Bytes); err != nil || len(o.embedded) == 0 {
		return nil, fmt.Errorf("the security object holds no certificate that can be read: %w", ErrFormat)
	}
	return o, nil
}

// parse reads one element and nothing behind it.
func parse(data []byte, into any) error {
	rest, err := asn1.Unmarshal(data, into)
	if err == nil && len(rest) > 0 {
		return ErrFormat
	}
	return err
}

// signer is the certificate in the object whose key made the signature. It fails with [ErrAltered] when none did.
func (o *securityObject) signer() (*x509.Certificate, error) {
	for _, info := range o.signers {
		signed, err := info.signed(o.content)
		if err != nil {
			return nil, err
		}
		for _, c := range o.embedded {
			if c.CheckSignature(info.algorithm(c), signed, info.Signature) == nil {
				return c, nil
			}
		}
	}
	return nil, fmt.Errorf("no certificate in the security object made its signature: %w", ErrAltered)
}

// signed is what the signature is over: the attributes, in which the content's hash must be, or without attributes the
// content itself (RFC 5652 section 5.4).
func (s *signerInfo) signed(content []byte) ([]byte, error) {
	if len(s.Attributes.FullBytes) == 0 {
		return content, nil
	}
	hash := hashOf(s.Digest)
	if hash == 0 {
		return nil, fmt.Errorf("signed with %v: %w", s.Digest.Algorithm, ErrFormat)
	}
	for rest := s.Attributes.Bytes; len(rest) > 0; {
		var a attribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return nil, fmt.Errorf("the signed attributes are broken: %w", ErrFormat)
		}
		var value []byte
		if a.Type.String() == oidDigest && parse(a.Values.Bytes, &value) == nil && bytes.Equal(value, digest(hash, content)) {
			const set = 0x31 // they are signed as a set, whatever tag they have here
			return append([]byte{set}, s.Attributes.FullBytes[1:]...), nil
		}
	}
	return nil, fmt.Errorf("the list of hashes has another hash: %w", ErrAltered)
}

// algorithm is how the key of a certificate signed.
func (s *signerInfo) algorithm(c *x509.Certificate) x509.SignatureAlgorithm {
	hash := hashOf(s.Digest)
	switch c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		return map[crypto.Hash]x509.SignatureAlgorithm{
			crypto.SHA256: x509.ECDSAWithSHA256, crypto.SHA384: x509.ECDSAWithSHA384, crypto.SHA512: x509.ECDSAWithSHA512,
		}[hash]
	case *rsa.PublicKey:
		if s.Algorithm.Algorithm.String() == oidPSS {
			return map[crypto.Hash]x509.SignatureAlgorithm{
				crypto.SHA256: x509.SHA256WithRSAPSS, crypto.SHA384: x509.SHA384WithRSAPSS, crypto.SHA512: x509.SHA512WithRSAPSS,
			}[hash]
		}
		return map[crypto.Hash]x509.SignatureAlgorithm{
			crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA,
		}[hash]
	}
	return x509.UnknownSignatureAlgorithm
}

// hashOf knows the hashes of ICAO Doc 9303-10; 0 for another.
func hashOf(a pkix.AlgorithmIdentifier) crypto.Hash {
	return map[string]crypto.Hash{
		"1.3.14.3.2.26": crypto.SHA1, "2.16.840.1.101.3.4.2.4": crypto.SHA224, "2.16.840.1.101.3.4.2.1": crypto.SHA256,
		"2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
	}[a.Algorithm.String()]
}
