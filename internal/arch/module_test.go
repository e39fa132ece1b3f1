package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestModuleNamesGo126(t *testing.T) {
	t.Parallel()
	if !regexp.MustCompile(`(?m)^go 1\.26(\.\d+)?$`).MatchString(read(t, "go.mod")) {
		t.Error("go.mod does not name Go 1.26")
	}
	if !strings.HasPrefix(read(t, "go.mod"), "module "+modulePath+"\n") {
		t.Errorf("go.mod does not name the module %s", modulePath)
	}
}

// TestEachDependencyHasItsReason holds docs/dependencies.md and go.mod to one
// another: a row begins with the module's path in backquotes.
func TestEachDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	reasons := make(map[string]bool)
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		reasons[row[1]] = true
	}
	required := regexp.MustCompile(`(?m)^\t(\S+) v\S+( // indirect)?$`).FindAllStringSubmatch(read(t, "go.mod"), -1)
	if len(required) == 0 {
		t.Fatal("go.mod requires nothing: this test reads it wrong")
	}
	for _, module := range required {
		if direct := module[2] == ""; direct && !reasons[module[1]] {
			t.Errorf("docs/dependencies.md has no row for %s", module[1])
		}
		delete(reasons, module[1])
	}
	for left := range reasons {
		t.Errorf("docs/dependencies.md has a row for %s, which go.mod does not require", left)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(moduleRoot, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
