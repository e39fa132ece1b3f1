package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
)

// TestKeysRotate: after a rotation a running server signs what ends from now on
// with the new key and what ended before with the old one, so that each download
// has the same bytes; both verify by the key set. A key that is revoked does not.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		token := s.token()
		ended := func() string {
			ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna", LastName: "Specimen"}, "front", "selfie")
			s.result(ref)
			return pathOf(ref) + "/download"
		}
		old := ended()
		first := s.call(token, http.MethodGet, old, "")
		oldKey := s.keyOf(first.body)
		s.keyTool("rotate")
		again := s.call(token, http.MethodGet, old, "")
		if !bytes.Equal(first.body, again.body) {
			s.t.Error("a rotation changed a full result that was there before")
		}
		newer := s.call(token, http.MethodGet, ended(), "")
		if newKey := s.keyOf(newer.body); newKey == oldKey {
			s.t.Error("the old key signs what ended after the rotation")
		}
		s.keyTool("revoke", oldKey)
		if out, status := s.verifyZip(first.body, "--jwks", s.keySet()); status != 2 || !strings.Contains(out, "no signature by a known key fits") {
			s.t.Errorf("a file by a revoked key: %d %s", status, out)
		}
		if anew := s.call(token, http.MethodGet, old, ""); s.keyOf(anew.body) == oldKey {
			s.t.Error("a revoked key still signs")
		}
	})
}

// keyTool runs dossier signing-key beside the server.
func (s *stack) keyTool(args ...string) {
	s.t.Helper()
	var out, errs bytes.Buffer
	settings := map[string]string{"DOSSIER_DATA": s.data, "DOSSIER_DATABASE": s.database}
	lookup := func(name string) (string, bool) { v, ok := settings[name]; return v, ok }
	if status := run(world{ctx: s.t.Context(), out: &out, err: &errs, lookup: lookup}, append([]string{"signing-key"}, args...)); status != 0 {
		s.t.Fatalf("signing-key %v: %d %s%s", args, status, out.String(), errs.String())
	}
}

// keyOf verifies a full result by the server's keys and gives the one that signed.
func (s *stack) keyOf(file []byte) string {
	s.t.Helper()
	out, status := s.verifyZip(file, "--jwks", s.keySet())
	_, rest, _ := strings.Cut(out, "(key ")
	key, _, found := strings.Cut(rest, ")")
	if status != 0 || !found {
		s.t.Fatalf("not genuine: %d %s", status, out)
	}
	return key
}

// keySet keeps the server's keys in a file.
func (s *stack) keySet() string {
	s.t.Helper()
	name := filepath.Join(s.t.TempDir(), "keys.json")
	check(s.t, os.WriteFile(name, s.call("", http.MethodGet, "/.well-known/jwks.json", "").body, 0o600))
	return name
}
