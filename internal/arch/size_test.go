package arch

import (
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The bounds of what a reader takes in at once. Most files have 80 to 240
// lines and most functions about ten; these are the ends, not the aim.
const (
	maxFileLines     = 500
	maxFunctionLines = 80
	// maxKept is in bytes. The largest of what is kept are pictures for tests.
	maxKept = 400_000
)

// TestNothingBuiltIsKept: a program that was built in a folder is easily added with
// what was written there, and stays in the history for good.
func TestNothingBuiltIsKept(t *testing.T) {
	t.Parallel()
	for _, name := range kept(t) {
		info, err := os.Lstat(filepath.Join(moduleRoot, filepath.FromSlash(name)))
		switch {
		case os.IsNotExist(err): // It is about to be deleted.
		case err != nil:
			t.Error(err)
		case !info.Mode().IsRegular():
			t.Errorf("%s is no file", name)
		case info.Size() > maxKept:
			t.Errorf("%s has %d bytes, more than %d: is it a program, or data that can be made?", name, info.Size(), maxKept)
		}
	}
}

// kept names the files that git keeps, and where there is no checkout all files.
func kept(t *testing.T) (names []string) {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "git", "-C", moduleRoot, "-c", "safe.directory=*", "ls-files", "-z").Output()
	if err == nil {
		return strings.Split(strings.TrimSuffix(string(said), "\x00"), "\x00")
	}
	err = walk(func(name string, _ []byte) error {
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatalf("read the project: %v", err)
	}
	return names
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, f := range load(t).source() {
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines, more than %d: it is two files", f.path, f.lines, maxFileLines)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	for _, f := range parsed.source() {
		for _, declaration := range f.syntax.Decls {
			function, isFunction := declaration.(*ast.FuncDecl)
			if !isFunction {
				continue
			}
			lines := parsed.fset.Position(function.End()).Line - parsed.fset.Position(function.Pos()).Line + 1
			if lines > maxFunctionLines {
				t.Errorf("%s: %s has %d lines, more than %d", parsed.at(function), function.Name.Name, lines, maxFunctionLines)
			}
		}
	}
}
