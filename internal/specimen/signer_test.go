package specimen

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"math/big"
	"os"
	"strings"
	"testing"
)

// issueAnew makes TestIssue make the authority and the signer's certificate again; the authority's key is not kept.
var issueAnew = flag.Bool("issue", false, "issue the certificate of the specimens' signer again")

const authorityFile = "../sandbox/chip/authority.pem"

// TestIssue: the signer's certificate is for its key, and from the authority that the sandbox trusts.
func TestIssue(t *testing.T) {
	t.Parallel()
	if *issueAnew {
		writeIssued(t)
	}
	own, err := ownSigner()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(authorityFile)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(file)
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := own.certificate.CheckSignatureFrom(authority); err != nil {
		t.Error(err)
	}
	if !own.key.PublicKey.Equal(own.certificate.PublicKey) {
		t.Error("the certificate is for another key")
	}
}

func writeIssued(t *testing.T) {
	t.Helper()
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := signerTemplate("UT", "Utopia, specimens only")
	template.SerialNumber, template.IsCA, template.BasicConstraintsValid, template.KeyUsage = big.NewInt(1), true, true, x509.KeyUsageCertSign
	authority, err := issue(template, nil, root, root)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signingKey("Dossier signs specimens")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := issue(signerTemplate("UT", "Utopia, signer of specimens"), authority, key, root)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*x509.Certificate{authorityFile: authority, "signer.pem": certificate} {
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	signerCertificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// TestChip: the same order gives the same bytes, and flaws others.
func TestChip(t *testing.T) {
	t.Parallel()
	written := func(flaws ...Flaw) string {
		var b strings.Builder
		if err := Chip(&b, Order{Type: Passport, Flaws: flaws}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	good := written()
	if good != written() || good != written(Glare) {
		t.Error("one order gave two files")
	}
	var file struct{ SOD, DG1, DG2 []int }
	if err := json.Unmarshal([]byte(good), &file); err != nil || len(file.SOD) < 500 || len(file.DG1) != 93 || len(file.DG2) < 2000 {
		t.Errorf("%d, %d and %d bytes, %v", len(file.SOD), len(file.DG1), len(file.DG2), err)
	}
	if altered, foreign := written(AlteredChip), written(ForeignChip); altered == good || foreign == good {
		t.Error("a flaw changes nothing")
	}
	if err := Chip(&bytes.Buffer{}, Order{Type: Selfie}); err == nil || !strings.Contains(err.Error(), "has no chip") {
		t.Errorf("the chip of a head: %v", err)
	}
}
