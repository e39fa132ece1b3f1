package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// modulePath is the first line of go.mod.
const modulePath = "github.com/dossier-id/dossier"

// tree is the parsed source of the module.
type tree struct {
	fset  *token.FileSet
	files []*file
}

// file is one Go file. Paths are relative to the module's root, with slashes.
type file struct {
	path      string
	syntax    *ast.File
	lines     int
	test      bool
	generated bool
}

// moduleRoot is where go.mod lies, seen from this package's directory.
var moduleRoot = filepath.Join("..", "..")

// module is read once for all laws.
var module = sync.OnceValues(parseModule)

func load(t *testing.T) *tree {
	t.Helper()
	parsed, err := module()
	if err != nil {
		t.Fatalf("read the module: %v", err)
	}
	return parsed
}

func parseModule() (*tree, error) {
	parsed := &tree{fset: token.NewFileSet()}
	err := walk(func(name string, content []byte) error {
		if path.Ext(name) != ".go" || slices.Contains(strings.Split(name, "/"), "testdata") {
			return nil
		}
		syntax, err := parser.ParseFile(parsed.fset, name, content, parser.ParseComments)
		if err != nil {
			return err
		}
		parsed.files = append(parsed.files, &file{
			path:      name,
			syntax:    syntax,
			lines:     parsed.fset.File(syntax.FileStart).LineCount(),
			test:      strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(syntax),
		})
		return nil
	})
	return parsed, err
}

// walk calls visit for each file that belongs to the project.
func walk(visit func(name string, content []byte) error) error {
	return fs.WalkDir(os.DirFS(moduleRoot), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if foreign(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || name == ".git" { // A worktree has a file of that name.
			return nil
		}
		content, err := os.ReadFile(filepath.Join(moduleRoot, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		return visit(name, content)
	})
}

// foreign tells directories that hold no source of ours: tools, builds, data.
func foreign(dir string) bool {
	switch base := path.Base(dir); base {
	case ".", ".ci", ".github":
		return false
	case "bin", "node_modules":
		return true
	default:
		return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
	}
}

// source returns the files that end up in a binary and that people wrote.
func (m *tree) source() []*file {
	return slices.DeleteFunc(slices.Clone(m.files), func(f *file) bool { return f.test || f.generated })
}

// packages returns the files of each directory, tests left out.
func (m *tree) packages() map[string][]*file {
	byDirectory := make(map[string][]*file)
	for _, f := range m.files {
		if !f.test {
			byDirectory[f.dir()] = append(byDirectory[f.dir()], f)
		}
	}
	return byDirectory
}

// at returns the place of a node as file:line.
func (m *tree) at(node ast.Node) string {
	position := m.fset.Position(node.Pos())
	return position.Filename + ":" + strconv.Itoa(position.Line)
}

func (f *file) dir() string { return path.Dir(f.path) }

// imports returns the import paths of the file.
func (f *file) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, imported)
		}
	}
	return paths
}

// calls yields each call in the file of the form name.selector(…).
func (f *file) calls(visit func(call *ast.CallExpr, name, selector string)) {
	ast.Inspect(f.syntax, func(node ast.Node) bool {
		call, isCall := node.(*ast.CallExpr)
		if !isCall {
			return true
		}
		if function, isSelector := call.Fun.(*ast.SelectorExpr); isSelector {
			if name, isName := function.X.(*ast.Ident); isName {
				visit(call, name.Name, function.Sel.Name)
			}
		}
		return true
	})
}
