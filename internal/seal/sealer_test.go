package seal

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

var home = Context{Tenant: "default", Dossier: "d-1", Process: "p-1", Field: "verdict"}

// elsewhere lists every place that differs from home in one part, and two in
// which the same letters are cut differently.
func elsewhere() map[string]Context {
	return map[string]Context{
		"tenant":  {Tenant: "other", Dossier: "d-1", Process: "p-1", Field: "verdict"},
		"dossier": {Tenant: "default", Dossier: "d-2", Process: "p-1", Field: "verdict"},
		"process": {Tenant: "default", Dossier: "d-1", Process: "p-2", Field: "verdict"},
		"field":   {Tenant: "default", Dossier: "d-1", Process: "p-1", Field: "failure"},
		"shifted": {Tenant: "defaultd", Dossier: "-1", Process: "p-1", Field: "verdict"},
		"joined":  {Tenant: "default", Dossier: "d-1p-1", Field: "verdict"},
	}
}

func testSealer(t *testing.T) *Sealer {
	t.Helper()
	keys, err := newKeysets()
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSealer(keys, testTree(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testTree gives the one tree of the tests.
func testTree(t *testing.T) *treeFile {
	t.Helper()
	tree, _, err := ensureTree(filepath.Join(t.TempDir(), "tree"))
	if err != nil {
		t.Fatal(err)
	}
	tree.tree = newTree([seedSize]byte{1})
	return tree
}

func testKey(t *testing.T) *Key {
	t.Helper()
	_, key, err := testSealer(t).NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestFieldOpensOnlyWhereItWasSealed(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	for _, plain := range [][]byte{nil, []byte("x"), []byte("Zoë\x00\xff"), bytes.Repeat([]byte("long"), 100_000)} {
		sealed, err := key.Seal(plain, home)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := key.Open(sealed, home); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Open gives %d bytes and %v, not the %d bytes that were sealed", len(got), err, len(plain))
		}
		for name, at := range elsewhere() {
			if _, err := key.Open(sealed, at); !errors.Is(err, ErrSealed) {
				t.Errorf("moved to another %s: error %v, want ErrSealed", name, err)
			}
		}
	}
}

func TestEveryFlippedBitOfAFieldIsFound(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	sealed, err := key.Seal([]byte("secret"), home)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[bit/8] ^= 1 << (bit % 8)
		if _, err := key.Open(changed, home); !errors.Is(err, ErrSealed) {
			t.Fatalf("bit %d flipped: error %v, want ErrSealed", bit, err)
		}
	}
	for n := range sealed {
		if _, err := key.Open(sealed[:n], home); !errors.Is(err, ErrSealed) {
			t.Fatalf("cut to %d bytes: error %v, want ErrSealed", n, err)
		}
	}
}

func TestWrappedKeyIsBoundToItsDossier(t *testing.T) {
	t.Parallel()
	s := testSealer(t)
	wrapped, key, err := s.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := key.Seal([]byte("secret"), home)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Unwrap(wrapped, Context{Tenant: home.Tenant, Dossier: home.Dossier})
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed, home); err != nil || string(plain) != "secret" {
		t.Errorf("the unwrapped key opens to %q, %v", plain, err)
	}
	for _, other := range []string{"tenant", "dossier", "shifted"} {
		if _, err := s.Unwrap(wrapped, elsewhere()[other]); !errors.Is(err, ErrSealed) {
			t.Errorf("unwrapped for another %s: error %v, want ErrSealed", other, err)
		}
	}
	if _, err := testSealer(t).Unwrap(wrapped, home); !errors.Is(err, ErrSealed) {
		t.Errorf("unwrapped by another installation: error %v, want ErrSealed", err)
	}
}

func TestEveryDossierHasItsOwnKey(t *testing.T) {
	t.Parallel()
	s := testSealer(t)
	_, one, err := s.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, two, err := s.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := one.Seal([]byte("secret"), home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.Open(sealed, home); !errors.Is(err, ErrSealed) {
		t.Errorf("another dossier's key opens it: %v", err)
	}
}

// TestReplacedKeyStillUnwraps: while a key-encryption key is being replaced the
// keyset holds both, and what the old one wrapped stays readable.
func TestReplacedKeyStillUnwraps(t *testing.T) {
	t.Parallel()
	keys, err := newKeysets()
	if err != nil {
		t.Fatal(err)
	}
	before, err := newSealer(keys, testTree(t))
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := before.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	after, onlyNew := withNewPrimary(t, keys)
	if _, err := after.Unwrap(wrapped, home); err != nil {
		t.Errorf("with both keys: %v", err)
	}
	rewrapped, _, err := after.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := onlyNew.Unwrap(rewrapped, home); err != nil {
		t.Errorf("the new primary key did not wrap: %v", err)
	}
	if _, err := onlyNew.Unwrap(wrapped, home); !errors.Is(err, ErrSealed) {
		t.Errorf("without the old key: error %v, want ErrSealed", err)
	}
}

// withNewPrimary adds a key and makes it the primary one; it gives a sealer
// with both keys and one from which the old key is gone. Both went through the
// form of a key file.
func withNewPrimary(t *testing.T, keys keysets) (both, onlyNew *Sealer) {
	t.Helper()
	manager := keyset.NewManagerFromHandle(keys.keyEncryption)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		t.Fatal(err)
	}
	old := keys.keyEncryption.KeysetInfo().GetPrimaryKeyId()
	if err := manager.SetPrimary(id); err != nil {
		t.Fatal(err)
	}
	both = reread(t, manager, keys)
	if err := manager.Delete(old); err != nil {
		t.Fatal(err)
	}
	return both, reread(t, manager, keys)
}

func reread(t *testing.T, manager *keyset.Manager, keys keysets) *Sealer {
	t.Helper()
	handle, err := manager.Handle()
	if err != nil {
		t.Fatal(err)
	}
	text, err := keysets{keyEncryption: handle, index: keys.index}.marshal()
	if err != nil {
		t.Fatal(err)
	}
	read, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSealer(read, testTree(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSystemValueOpensOnlyWhereItWasSealed(t *testing.T) {
	t.Parallel()
	s := testSealer(t)
	at := Context{Field: "setting/onfido.webhook"}
	sealed, err := s.SealSystem([]byte("token"), at)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := s.OpenSystem(sealed, at); err != nil || string(plain) != "token" {
		t.Errorf("OpenSystem gives %q, %v", plain, err)
	}
	if _, err := s.OpenSystem(sealed, Context{Field: "setting/other"}); !errors.Is(err, ErrSealed) {
		t.Errorf("another setting: error %v, want ErrSealed", err)
	}
	if _, err := s.Unwrap(sealed, at); !errors.Is(err, ErrSealed) {
		t.Errorf("a system value taken for a wrapped key: error %v, want ErrSealed", err)
	}
}

func TestIndexFindsEqualValuesOnly(t *testing.T) {
	t.Parallel()
	s := testSealer(t)
	index := func(s *Sealer, tenant, field, value string) string {
		t.Helper()
		sum, err := s.Index(tenant, field, value)
		if err != nil || len(sum) != indexSize {
			t.Fatalf("Index gives %d bytes, %v", len(sum), err)
		}
		return string(sum)
	}
	want := index(s, "t", "reference", "Zoë")
	if index(s, "t", "reference", "Zoë") != want {
		t.Error("equal values have different indexes")
	}
	others := map[string]string{
		"value":        index(s, "t", "reference", "Zoe"),
		"field":        index(s, "t", "email", "Zoë"),
		"tenant":       index(s, "u", "reference", "Zoë"),
		"installation": index(testSealer(t), "t", "reference", "Zoë"),
		"cut":          index(s, "tr", "eference", "Zoë"),
	}
	for name, other := range others {
		if other == want {
			t.Errorf("another %s has the same index", name)
		}
	}
}

func TestErrorsHoldNoPlaintext(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	sealed, err := key.Seal([]byte("CANARY"), home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := key.Open(sealed, elsewhere()["field"]); strings.Contains(err.Error(), "CANARY") {
		t.Errorf("the error quotes the plaintext: %v", err)
	}
}
