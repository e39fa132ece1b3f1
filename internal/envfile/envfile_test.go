package envfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/envfile"
)

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := envfile.Parse(strings.NewReader("# a comment\n\nA=1\nexport B = two words \nC='quoted # text'\nD=\"x=y\"\nE=\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"A": "1", "B": "two words", "C": "quoted # text", "D": "x=y", "E": ""}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s = %q, want %q", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d settings, want %d", len(got), len(want))
	}
}

func TestParseReportsEveryLineAndNoValue(t *testing.T) {
	t.Parallel()
	_, err := envfile.Parse(strings.NewReader("A=1\nhunter2\n1B=hunter2\nA=hunter2\n"))
	if err == nil {
		t.Fatal("three broken lines were taken")
	}
	for _, want := range []string{"line 2", "line 3", "line 4"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error repeats a value: %q", err)
	}
}

func TestWriteIsPrivateAndReadable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dev.env")
	pairs := []envfile.Pair{{Name: "DOSSIER_URL", Value: "http://127.0.0.1:1"}, {Name: "SECRET", Value: "a=b c"}}
	if err := envfile.Write(path, pairs); err != nil {
		t.Fatal(err)
	}
	got, err := envfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		if got[p.Name] != p.Value {
			t.Errorf("%s = %q, want %q", p.Name, got[p.Name], p.Value)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	if err := envfile.Write(path, []envfile.Pair{{Name: "A", Value: "two\nlines"}}); err == nil {
		t.Error("a value of two lines was written")
	}
}

// FuzzParse: a file is read or refused; names are names.
func FuzzParse(f *testing.F) {
	f.Add("# a comment\nA=1\nexport B = two words \nC='quoted # text'\n")
	f.Add("=\n'\x00\nA")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := envfile.Parse(strings.NewReader(text))
		for name := range values {
			if err == nil && (name == "" || strings.ContainsAny(name, "= \n\x00")) {
				t.Errorf("the name %q", name)
			}
		}
	})
}
