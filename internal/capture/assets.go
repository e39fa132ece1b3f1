package capture

import (
	"bytes"
	"embed"

	"github.com/dossier-id/dossier/internal/site"
)

//go:embed assets
var assetFiles embed.FS

// loadAssets gives the modules and the style of the pages.
func loadAssets() (*site.Assets, error) {
	return site.NewAssets(assetFiles, "assets", Root+"assets/", lean)
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
