package arch

import (
	"go/ast"
	"testing"
)

// The bounds of what a reader takes in at once. Most files have 80 to 240
// lines and most functions about ten; these are the ends, not the aim.
const (
	maxFileLines     = 500
	maxFunctionLines = 80
)

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
