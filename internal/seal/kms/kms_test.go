package kms_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "gocloud.dev/secrets/localsecrets" // base64key://, a key that is its own URL

	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/seal/kms"
)

// The keys of two KMS.
const (
	oneKey     = "base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4="
	anotherKey = "base64key://bmV2ZXIgZG8gdGhpcyBpbiBwcm9kdWN0aW9uISEhISE="
)

func key(t *testing.T, url string) kms.Key {
	t.Helper()
	k, err := kms.New(url)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var home = seal.Context{Tenant: "t", Dossier: "d"}

// TestKeyFileIsWrapped: what a wrapped key file seals opens with its KMS alone,
// after a rotation and under another KMS too, and its leaf can be forgotten.
func TestKeyFileIsWrapped(t *testing.T) {
	t.Parallel()
	f := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key.json"), KMS: key(t, oneKey)}
	server, err := f.Create()
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := server.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(f.Path); err != nil || strings.Contains(string(text), "keyEncryption") {
		t.Fatalf("the key file shows its keys: %v", err)
	}
	if _, err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	if again, changed, err := server.Rewrap(wrapped, home); err != nil || !changed {
		t.Fatalf("a server with the file open does not know the new key: %v", err)
	} else {
		wrapped = again
	}
	moved := seal.KeyFile{Path: f.Path, KMS: key(t, anotherKey)}
	if err := moved.Wrap(f.KMS); err != nil {
		t.Fatal(err)
	}
	later, err := moved.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := later.Unwrap(wrapped, home); err != nil {
		t.Errorf("under another KMS: %v", err)
	}
	if _, err := server.Unwrap(wrapped, home); err != nil {
		t.Errorf("with the KMS of before, whose keys were read already: %v", err)
	}
	if err := later.Forget(1); err != nil {
		t.Fatal(err)
	}
	if _, err := later.Unwrap(wrapped, home); err == nil {
		t.Error("what was forgotten opens")
	}
}

// TestWrongKMS: a key file and a KMS that do not belong together are told so.
func TestWrongKMS(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key.json")
	if _, err := seal.CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	f := seal.KeyFile{Path: path, KMS: key(t, oneKey)}
	refused := func(f seal.KeyFile, why string) {
		t.Helper()
		if _, err := f.Open(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want %q", err, why)
		}
	}
	refused(f, "not wrapped by the KMS yet")
	if err := f.Wrap(nil); err != nil {
		t.Fatal(err)
	}
	refused(seal.KeyFile{Path: path}, "wrapped by a KMS")
	refused(seal.KeyFile{Path: path, KMS: key(t, anotherKey)}, "base64key failed")
	if err := f.Wrap(nil); err == nil {
		t.Error("what is wrapped already passes for a file in clear")
	}
	if _, err := f.Open(); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// TestKMSThatRefuses: what AWS answers reaches whoever starts the server, and
// leaves no key file behind.
func TestKMSThatRefuses(t *testing.T) { //nolint:paralleltest // sets the environment
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"AccessDeniedException","message":"not authorized to perform kms:Encrypt"}`))
	}))
	t.Cleanup(aws.Close)
	for name, v := range map[string]string{
		"AWS_ENDPOINT_URL_KMS": aws.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "NO_PROXY": "127.0.0.1",
	} {
		t.Setenv(name, v)
	}
	f := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key.json"), KMS: key(t, "awskms:///alias/dossier?region=eu-central-1")}
	_, err := f.Create()
	if err == nil || !strings.Contains(err.Error(), "awskms refuses us the key") || !strings.Contains(err.Error(), "kms:Encrypt") {
		t.Errorf("error %v, want one that says what AWS refuses", err)
	}
	if _, err := os.Stat(f.Path); err == nil {
		t.Error("there is a key file that nobody can open")
	}
}

func TestURLsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "key.json", "https://kms/CANARY", "awskm://CANARY", "::CANARY"} {
		_, err := kms.New(url)
		if err == nil || !strings.Contains(err.Error(), "gcpkms://") || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%q: error %v", url, err)
		}
	}
}
