package seal

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyFileKeepsItsKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	created, err := CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file has mode %v, %v", info.Mode(), err)
	}
	wrapped, _, err := created.NewKey(home, 1)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Unwrap(wrapped, home); err != nil {
		t.Errorf("the opened file does not unwrap: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseKeys(base64.StdEncoding.EncodeToString(text), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parsed.Unwrap(wrapped, home); err != nil {
		t.Errorf("the value of the environment does not unwrap: %v", err)
	}
}

func TestKeyFileIsNeverReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "keys.json")
	if _, err := CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second creation: error %v, want fs.ErrExist", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file has changed: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("the folder holds %v, %v, want the key file and its tree alone", left, err)
	}
}

func TestKeyFileOfOthersIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, err := CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeyFile(path); err == nil || !strings.Contains(err.Error(), "0600") {
			t.Errorf("mode %v: error %v, want one that names the right mode", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
}

func TestBadKeysAreRefusedWithoutQuotingThem(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"nothing":      ``,
		"not JSON":     `CANARY`,
		"other format": `{"format":"CANARY/1"}`,
		"no keysets":   `{"format":"dossier-keys/1"}`,
		"no Tink":      `{"format":"dossier-keys/1","keyEncryption":{"CANARY":1},"index":{}}`,
		"too long":     `{"format":"` + strings.Repeat("CANARY", 20_000) + `"}`,
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := CheckKeys(base64.StdEncoding.EncodeToString([]byte(text)))
			if err == nil || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("error %v, want one that does not quote the keys", err)
			}
		})
	}
	if err := CheckKeys("*CANARY*"); err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("not base64: error %v, want one that does not quote the keys", err)
	}
	if _, err := OpenKeyFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v, want fs.ErrNotExist", err)
	}
}
