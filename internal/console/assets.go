package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"

	"github.com/dossier-id/dossier/internal/idv"
)

//go:embed assets
var assetFiles embed.FS

// assets are scripts and styles. Their address holds a hash of all of them:
// browsers keep them for good, and pages never meet those of another version.
type assets struct {
	version string
	files   map[string][]byte
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string][]byte{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("load the assets of the console: %w", err)
	}
	sum := sha256.New()
	for _, entry := range entries {
		content, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("load the assets of the console: %w", err)
		}
		a.files[entry.Name()] = content
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", entry.Name(), len(content), content) // A hash takes everything.
	}
	a.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return a, nil
}

// at gives the address of an asset.
func (a *assets) at(name string) string { return Root + "/assets/" + a.version + "/" + name }

func (c *console) asset(q *request) error {
	content, found := c.assets.files[q.PathValue("name")]
	if !found || q.PathValue("version") != c.assets.version {
		return idv.NotFound("asset")
	}
	types := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
	}
	q.w.Header().Set("Content-Type", types[path.Ext(q.PathValue("name"))])
	q.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, err := q.w.Write(content)
	return err
}
