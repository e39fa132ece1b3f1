package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/specimen"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	passport, text := filepath.Join(dir, "passport.jpg"), filepath.Join(dir, "notes.txt")
	err := errors.Join(os.WriteFile(text, []byte("no picture"), 0o600), func() error {
		f, err := os.Create(passport)
		if err != nil {
			return err
		}
		return errors.Join(specimen.JPEG(f, specimen.Order{Type: specimen.Passport}), f.Close())
	}())
	if err != nil {
		t.Fatal(err)
	}
	for _, asJSON := range []bool{false, true} {
		var out, said bytes.Buffer
		err := inspectCommand{Files: []string{text, passport, filepath.Join(dir, "missing.jpg")}, JSON: asJSON}.
			Run(world{ctx: t.Context(), out: &out, err: &said})
		if status, ok := errors.AsType[exit](err); !ok || status != 1 {
			t.Errorf("ends with %v", err)
		}
		if !strings.Contains(said.String(), "notes.txt: not a picture") || !strings.Contains(said.String(), "missing.jpg: no such file") {
			t.Errorf("says %q", said.String())
		}
		if !asJSON {
			if !strings.Contains(out.String(), "TD3, check digits all right") || !strings.Contains(out.String(), "documentNumber") {
				t.Errorf("prints %q", out.String())
			}
			continue
		}
		var line struct {
			File string
			MRZ  struct{ Lines []string }
		}
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.File != passport || len(line.MRZ.Lines) != 2 {
			t.Errorf("%v: %s", err, out.String())
		}
	}
}
