package capture

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

//go:embed assets
var assetFiles embed.FS

// assets are the modules and the style of the pages. Their address holds a hash
// of all of them together: browsers keep them for ever, and a new version of the
// server never meets modules of another.
type assets struct {
	version string
	files   map[string][]byte
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(assetFiles, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		content = lean(content)
		a.files[path.Base(name)] = content
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the assets of the capture pages: %w", err)
	}
	a.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

// lean leaves out lines of comment and what lines begin with: that is for those
// who read the modules here. No module has a text of several lines.
func lean(content []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(content) {
		line = bytes.TrimLeft(line, "\t")
		if !bytes.HasPrefix(line, []byte("//")) && !bytes.HasPrefix(line, []byte("/**")) {
			out.Write(line)
		}
	}
	return out.Bytes()
}

// at gives the path of an asset.
func (a *assets) at(name string) string { return Root + "assets/" + a.version + "/" + name }

func (p *pages) asset(w http.ResponseWriter, r *http.Request) {
	harden(w.Header())
	content, found := p.assets.files[r.PathValue("name")]
	if !found || r.PathValue("version") != p.assets.version {
		http.NotFound(w, r)
		return
	}
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	w.Header().Set("Content-Type", types[path.Ext(r.PathValue("name"))])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content)
}
