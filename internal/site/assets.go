package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
)

// Assets are the scripts, styles and pictures of some pages. Their address holds
// a hash of all of them together: browsers keep them for ever, and a page never
// meets those of another version of the server.
type Assets struct {
	root    string // path of all, with a slash at its end
	version string
	files   map[string][]byte
}

// NewAssets takes the files of a folder, each by its last name, to be served below
// the path root, which ends with a slash. Each file goes through change first.
func NewAssets(tree fs.FS, folder, root string, change ...func([]byte) []byte) (*Assets, error) {
	a := &Assets{root: root, files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(tree, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		for _, c := range change {
			content = c(content)
		}
		a.files[path.Base(name)] = content
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content) // A hash takes everything.
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the assets below %s: %w", root, err)
	}
	a.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

// Pattern is where ServeHTTP belongs, as http.ServeMux takes it.
func (a *Assets) Pattern() string { return "GET " + a.root + "{version}/{name}" }

// At gives the path of an asset.
func (a *Assets) At(name string) string { return a.root + a.version + "/" + name }

// Names lists the assets, sorted.
func (a *Assets) Names() (names []string) {
	for name := range a.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ServeHTTP answers with the asset that the request's path values version and
// name ask for, and with 404 for any other version.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, found := a.files[r.PathValue("name")]
	if !found || r.PathValue("version") != a.version {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaType(r.PathValue("name")))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // The browser is gone otherwise.
}

// mediaType does not ask the machine, whose table differs from place to place.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return "text/plain; charset=utf-8"
	}
}
