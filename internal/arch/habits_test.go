package arch

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// clockReaders are the files outside cmd that may call the wall clock, each
// with its reason. Everything else takes its time from a caller; handing over
// time.Now itself as a default is fine, as it is no call.
var clockReaders = map[string]string{
	"internal/sandbox/timeline/timeline.go": "real timers: it measures how long they have run",
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for dir, files := range load(t).packages() {
		documented := slices.IndexFunc(files, func(f *file) bool { return path.Base(f.path) == "doc.go" })
		if documented < 0 {
			t.Errorf("%s has no doc.go", dir)
			continue
		}
		comment := files[documented].syntax.Doc.Text()
		if opening := opening(files[documented]); !strings.HasPrefix(comment, opening) {
			t.Errorf("%s/doc.go: the comment does not begin with %q", dir, opening)
		}
	}
}

// opening is how godoc expects a package comment to begin.
func opening(f *file) string {
	if name := f.syntax.Name.Name; name != "main" {
		return "Package " + name + " "
	}
	return "Command " + path.Base(f.dir()) + " "
}

func TestNoInit(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	for _, f := range parsed.files {
		for _, declaration := range f.syntax.Decls {
			function, isFunction := declaration.(*ast.FuncDecl)
			if isFunction && function.Recv == nil && function.Name.Name == "init" {
				t.Errorf("%s: init() runs before anybody asked: construct it where it is used", parsed.at(function))
			}
		}
	}
}

func TestTimeIsInjected(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	used := make(map[string]bool)
	for _, f := range parsed.source() {
		if strings.HasPrefix(f.path, "cmd/") {
			continue
		}
		f.calls(func(call *ast.CallExpr, name, selector string) {
			if name != "time" || !slices.Contains([]string{"Now", "Since", "Until", "Sleep"}, selector) {
				return
			}
			used[f.path] = true
			if clockReaders[f.path] == "" {
				t.Errorf("%s calls time.%s: take the time from the caller", parsed.at(call), selector)
			}
		})
	}
	for _, listed := range slices.Sorted(maps.Keys(clockReaders)) {
		if !used[listed] {
			t.Errorf("%s no longer reads the clock: take it off the list", listed)
		}
	}
}

// TestTestsDoNotSleep: a sleep is either too short on a slow machine or too
// long on every other. Inside a synctest bubble it costs no time and is fine.
func TestTestsDoNotSleep(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	for _, f := range parsed.files {
		if !f.test || slices.Contains(f.imports(), "testing/synctest") {
			continue
		}
		f.calls(func(call *ast.CallExpr, name, selector string) {
			if name == "time" && selector == "Sleep" {
				t.Errorf("%s sleeps: wait on a signal or use testing/synctest", parsed.at(call))
			}
		})
	}
}

// TestNoSkippedTests: on a machine that lacks something, fail and say what.
func TestNoSkippedTests(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	for _, f := range parsed.files {
		f.calls(func(call *ast.CallExpr, name, selector string) {
			ofTest := slices.Contains([]string{"t", "tb", "b", "f"}, name)
			if ofTest && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, selector) {
				t.Errorf("%s skips: fail with what is missing", parsed.at(call))
			}
		})
	}
}

func TestOnlyCommandsPrint(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	for _, f := range parsed.source() {
		if f.syntax.Name.Name == "main" {
			continue
		}
		f.calls(func(call *ast.CallExpr, name, selector string) {
			if name == "fmt" && strings.HasPrefix(selector, "Print") {
				t.Errorf("%s calls fmt.%s: return it, log it or write it to a given writer", parsed.at(call), selector)
			}
		})
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	parsed := load(t)
	for _, f := range parsed.source() {
		for _, declaration := range f.syntax.Decls {
			for _, name := range undocumented(declaration) {
				t.Errorf("%s: exported %s has no comment", parsed.at(name), name.Name)
			}
		}
	}
}

// undocumented returns the exported names of a declaration that no comment
// tells about. One comment over a block of constants or variables serves all.
func undocumented(declaration ast.Decl) []*ast.Ident {
	switch declared := declaration.(type) {
	case *ast.FuncDecl:
		if declared.Doc == nil && declared.Name.IsExported() && ofExportedType(declared) {
			return []*ast.Ident{declared.Name}
		}
	case *ast.GenDecl:
		if declared.Doc != nil || declared.Tok == token.IMPORT {
			return nil
		}
		var names []*ast.Ident
		for _, spec := range declared.Specs {
			names = append(names, undocumentedIn(spec)...)
		}
		return names
	}
	return nil
}

func undocumentedIn(spec ast.Spec) []*ast.Ident {
	switch declared := spec.(type) {
	case *ast.TypeSpec:
		if declared.Doc == nil && declared.Name.IsExported() {
			return []*ast.Ident{declared.Name}
		}
	case *ast.ValueSpec:
		if declared.Doc == nil && declared.Comment == nil {
			return slices.DeleteFunc(slices.Clone(declared.Names), func(name *ast.Ident) bool { return !name.IsExported() })
		}
	}
	return nil
}

// ofExportedType is true for a plain function and for a method that a reader
// of the package's documentation sees.
func ofExportedType(function *ast.FuncDecl) bool {
	if function.Recv == nil {
		return true
	}
	receiver := function.Recv.List[0].Type
	for {
		switch of := receiver.(type) {
		case *ast.StarExpr:
			receiver = of.X
		case *ast.IndexExpr:
			receiver = of.X
		case *ast.IndexListExpr:
			receiver = of.X
		case *ast.Ident:
			return of.IsExported()
		default:
			return false
		}
	}
}
