package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/optional"
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
			if !strings.Contains(out.String(), "TD3, check digits all right") || !strings.Contains(out.String(), "documentNumber") || !strings.Contains(out.String(), "print, by tesseract") {
				t.Errorf("prints %q", out.String())
			}
			continue
		}
		var line struct {
			File string
			MRZ  struct{ Lines []string }
			Text struct{ Lines []string }
		}
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.File != passport || len(line.MRZ.Lines) != 2 || len(line.Text.Lines) < 5 {
			t.Errorf("%v: %s", err, out.String())
		}
	}
}

// TestInspectWithoutTesseract: turned off it says nothing of print; one that fails is told of and harms nothing else.
func TestInspectWithoutTesseract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	selfie, broken := filepath.Join(dir, "selfie.jpg"), filepath.Join(dir, "tesseract")
	var picture bytes.Buffer
	err := errors.Join(specimen.JPEG(&picture, specimen.Order{Type: specimen.Selfie}), os.WriteFile(broken, []byte("#!/bin/sh\ncat >/dev/null; exit 9\n"), 0o700))
	if err := errors.Join(err, os.WriteFile(selfie, picture.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	for program, want := range map[string]string{optional.None: "", broken: "exit status 9"} {
		var out, said bytes.Buffer
		err := inspectCommand{Files: []string{selfie}, Print: printReader{program}}.Run(world{ctx: t.Context(), out: &out, err: &said})
		if err != nil || !strings.Contains(out.String(), "face 1") || strings.Contains(out.String(), "print,") || !strings.Contains(said.String(), want) {
			t.Errorf("%s: %v, %q, %q", program, err, out.String(), said.String())
		}
	}
	if err := (inspectCommand{Print: printReader{"no-such-reader"}}).Run(world{ctx: t.Context()}); err == nil || !strings.Contains(err.Error(), "no-such-reader") {
		t.Error(err)
	}
}
