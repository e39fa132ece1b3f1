package browsertest

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

//go:embed npm/package.json npm/package-lock.json
var packages embed.FS

// axe is the source of axe-core, installed once for a test binary.
var axe = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "dossier-axe-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := fs.Sub(packages, "npm")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, files); err != nil {
		return "", err
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	source, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	return string(source), err
})

// Audit lets axe-core look at the page by the rules of WCAG 2.0 to 2.2, levels A
// and AA, and its best practices. It gives what it finds, one text each.
func (p *Page) Audit() []string {
	p.tb.Helper()
	source, err := axe()
	if err != nil {
		p.tb.Fatalf("install axe-core: %v", err)
	}
	p.Eval("window.axe ? 1 : (() => {" + source + "; return 1})()")
	text, _ := p.Eval(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
		JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 160) + " " + n.failureSummary))))`).(string)
	var found []string
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		p.tb.Fatalf("read what axe-core found: %v", err)
	}
	return found
}
