package site

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

// Pages are templates by name, each with the parts that all share around it.
type Pages map[string]*template.Template

// NewPages parses the templates of a folder: each file is a page, named as its
// file is without the ending, and all know what the shared ones define.
func NewPages(tree fs.FS, folder string, functions template.FuncMap, shared ...string) (Pages, error) {
	base := template.New("").Funcs(functions)
	for _, name := range shared {
		if _, err := base.ParseFS(tree, path.Join(folder, name)); err != nil {
			return nil, fmt.Errorf("parse what all pages share: %w", err)
		}
	}
	entries, err := fs.ReadDir(tree, folder)
	if err != nil {
		return nil, fmt.Errorf("list the pages: %w", err)
	}
	pages := Pages{}
	for _, entry := range entries {
		one, err := base.Clone()
		if err == nil {
			one, err = one.ParseFS(tree, path.Join(folder, entry.Name()))
		}
		if err != nil {
			return nil, fmt.Errorf("parse the page %s: %w", entry.Name(), err)
		}
		pages[strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))] = one
	}
	return pages, nil
}

// Render gives a block of a page as a whole: half a page is none.
func (p Pages) Render(name, block string, data any) ([]byte, error) {
	page, found := p[name]
	if !found {
		return nil, fmt.Errorf("there is no page %s", name)
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, block, data); err != nil {
		return nil, fmt.Errorf("render the page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
