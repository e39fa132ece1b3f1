package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "gocloud.dev/secrets/localsecrets" // base64key://, a KMS that needs no cloud
)

// TestKeyFileUnderKMS: an installation in clear goes under a KMS and to another
// one, and says what to do where they do not fit.
func TestKeyFileUnderKMS(t *testing.T) {
	t.Parallel()
	const one, other = "base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4=", "base64key://bmV2ZXIgZG8gdGhpcyBpbiBwcm9kdWN0aW9uISEhISE="
	data := t.TempDir()
	for _, step := range []struct {
		kms, command string
		status       int
		says         string
	}{
		{"", "client create --name backend", 0, "DOSSIER_CLIENT_ID"},
		{one, "key list", 1, "not wrapped by the KMS yet: run `dossier key wrap`"},
		{"", "key wrap", 1, "DOSSIER_KEY_KMS is required"},
		{one, "key wrap", 0, "the key file is wrapped by base64key"},
		{one, "key rotate", 0, "made the key"},
		{one, "key rewrap", 0, "1 values are sealed by the newest key"},
		{one, "key wrap", 1, "wrapped already: name in --from"},
		{"", "key list", 1, "wrapped by a KMS: name it in DOSSIER_KEY_KMS"},
		{other, "key list", 1, "let the KMS unwrap the keys: base64key"},
		{other, "key wrap --from x", 1, "--from: the URL of a KMS begins with"},
		{other, "key wrap --from " + one, 0, "wrapped by base64key"},
		{other, "audit list --installation", 0, "key.wrapped"},
		{"https://kms", "key list", 1, "DOSSIER_KEY_KMS: the URL of a KMS begins with"},
	} {
		var out bytes.Buffer
		settings := map[string]string{"DOSSIER_DATA": data, "DOSSIER_KEY_KMS": step.kms}
		lookup := func(name string) (string, bool) { v, ok := settings[name]; return v, ok }
		status := run(world{ctx: t.Context(), out: &out, err: &out, lookup: lookup}, strings.Fields(step.command))
		if status != step.status || !strings.Contains(out.String(), step.says) {
			t.Fatalf("%s: %d %s, want %d and %q", step.command, status, &out, step.status, step.says)
		}
		if strings.Contains(out.String(), "smGbjm71") || strings.Contains(out.String(), "bmV2ZXI") {
			t.Errorf("%s quotes the URL: %s", step.command, &out)
		}
	}
	if text, err := os.ReadFile(filepath.Join(data, "key.json")); err != nil || bytes.Contains(text, []byte("keyEncryption")) {
		t.Errorf("the key file shows its keys: %v", err)
	}
}
