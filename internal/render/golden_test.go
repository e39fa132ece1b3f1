package render_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/render"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each process in testdata prints as the file beside it says. Those named
// get-process-* are the examples of the contract page.
func TestGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/*.json")
	if err != nil || len(inputs) < 6 {
		t.Fatalf("%d examples, %v", len(inputs), err)
	}
	for _, input := range inputs {
		data, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		for ending, style := range map[string]render.Style{
			".txt": {}, ".ascii.txt": {ASCII: true}, ".color.txt": {Color: true},
		} {
			compare(t, strings.TrimSuffix(input, ".json")+ending, data, style)
		}
	}
}

func compare(t *testing.T, golden string, data []byte, style render.Style) {
	t.Helper()
	var got bytes.Buffer
	if err := render.Process(&got, data, style); err != nil {
		t.Errorf("%s: %v", golden, err)
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s: got\n%s", golden, &got)
	}
}
