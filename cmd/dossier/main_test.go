package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/internal/s3test"
)

// binaries is the folder of the program as it is shipped, built once for the
// tests that run it: the test binary itself would be slow, being watched for
// races.
var binaries = sync.OnceValues(func() (folder string, err error) {
	folder, err = os.MkdirTemp("", "dossier-test-")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "dossier"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return folder, fmt.Errorf("build: %w: %s", err, out)
	}
	return folder, nil
})

func TestMain(m *testing.M) {
	if err := s3test.Setenv(); err != nil { // Only the tests that ask for a bucket use it.
		panic(err)
	}
	status := m.Run()
	if folder, err := binaries(); err == nil || folder != "" {
		_ = os.RemoveAll(folder)
	}
	os.Exit(status)
}

// program gives the path of the program.
func program(t *testing.T) string {
	t.Helper()
	folder, err := binaries()
	check(t, err)
	return filepath.Join(folder, "dossier")
}

// specimenFile gives a specimen that most tests upload, drawn once: front and back
// of a driving licence, and a selfie.
func specimenFile(t testing.TB, depiction string) []byte {
	t.Helper()
	drawn, err := specimens()
	check(t, err)
	return drawn[depiction]
}

var specimens = sync.OnceValues(func() (map[string][]byte, error) {
	folder, err := binaries()
	if err != nil {
		return nil, err
	}
	drawn := map[string][]byte{}
	for depiction, order := range map[string][]string{
		"front":  {"--type", "driving-licence"},
		"back":   {"--type", "driving-licence", "--side", "back"},
		"selfie": {"--type", "selfie"},
	} {
		args := append([]string{"specimen", "--out", "-"}, order...)
		picture, err := exec.Command(filepath.Join(folder, "dossier"), args...).Output() // #nosec G204 -- the program under test
		if err != nil {
			return nil, fmt.Errorf("draw the %s: %w", depiction, err)
		}
		drawn[depiction] = picture
	}
	return drawn, nil
})
