package signing

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

func testKey(t *testing.T, fill byte) *Key {
	t.Helper()
	k, err := NewKey(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestOnlyWhatWasSignedOpens(t *testing.T) {
	t.Parallel()
	mine, other := testKey(t, 1), testKey(t, 2)
	signed := mine.Sign("kind", []byte("text"))
	keys := []PublicKey{other.Public(), mine.Public()}
	if text, err := Open("kind", signed, keys); err != nil || string(text) != "text" {
		t.Fatalf("Open gives %q, %v", text, err)
	}
	if _, err := Open("another", signed, keys); !errors.Is(err, ErrNotSigned) {
		t.Errorf("opened as another type: %v", err)
	}
	if _, err := Open("kind", signed, keys[:1]); !errors.Is(err, ErrNotSigned) {
		t.Errorf("opened by another key: %v", err)
	}
	for at := range signed {
		changed := bytes.Clone(signed)
		changed[at] ^= 1
		if _, err := Open("kind", changed, keys); !errors.Is(err, ErrNotSigned) {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
}

func TestKeySets(t *testing.T) {
	t.Parallel()
	a, b := testKey(t, 1).Public(), testKey(t, 2).Public()
	set, err := KeySet(a, b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseKeySet(set)
	if err != nil || len(got) != 2 || got[0].ID() != a.ID() || got[1].ID() != b.ID() {
		t.Errorf("%v, %v", got, err)
	}
	mixed := `{"keys":[{"kty":"RSA","n":"x"},{"kty":"OKP","crv":"Ed25519","x":"` + encode64(a.key) + `"}]}`
	if got, err := ParseKeySet([]byte(mixed)); err != nil || len(got) != 1 {
		t.Errorf("a set with other keys: %v, %v", got, err)
	}
	for _, broken := range []string{``, `[]`, `{}`, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}`, `{"keys":[{"kty":"EC"}]}`} {
		if _, err := ParseKeySet([]byte(broken)); err == nil {
			t.Errorf("took %s", broken)
		}
	}
	// The thumbprint of RFC 8037 appendix A.3.
	x, _ := decode64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if id := (PublicKey{x}).ID(); id != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Errorf("thumbprint %s", id)
	}
}

// TestSignatureOfRFC8037 signs the example of appendix A.4 by hand.
func TestSignatureOfRFC8037(t *testing.T) {
	t.Parallel()
	seed, _ := decode64("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	k, err := NewKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := decode64("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
	if !k.Public().Made(value, []byte(`{"alg":"EdDSA"}`), []byte("Example of Ed25519 signing")) {
		t.Error("the RFC's own signature does not fit")
	}
}

// TestNoKeyLooksLikeAnOption: a key whose id begins with a hyphen could not be named in
// a command, so the next one is drawn.
func TestNoKeyLooksLikeAnOption(t *testing.T) {
	t.Parallel()
	fill := byte(0)
	for testKey(t, fill).Public().ID()[0] != '-' {
		if fill++; fill == 0 {
			t.Fatal("none of 256 keys begins with a hyphen")
		}
	}
	random := slices.Concat(bytes.Repeat([]byte{fill}, 32), bytes.Repeat([]byte{fill + 1}, 32))
	drawn, err := drawKey(bytes.NewReader(random))
	if err != nil || drawn.Public().ID() != testKey(t, fill+1).Public().ID() {
		t.Errorf("drew %v, %v", drawn, err)
	}
}
