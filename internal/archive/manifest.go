package archive

import (
	"encoding/json"
	"fmt"
	"time"
)

// Format is the first field of every manifest. Another form gets another number.
const Format = "dossier-full-result/1"

// The two files that speak of the others. They are the last in the zip.
const (
	ManifestName  = "manifest.json"
	SignatureName = "manifest.jws"
)

// manifestType is the type of what is signed.
const manifestType = "dossier-manifest"

// The bounds of what Verify reads; a true archive is far below them.
const (
	maxFiles    = 64
	maxManifest = 256 << 10
)

// Manifest says what is in an archive, of whom, from when, and by which versions.
// It holds no personal data beyond ids.
type Manifest struct {
	Format      string `json:"format"`
	TenantID    string `json:"tenantId"`
	DossierID   string `json:"dossierId"`
	ProcessID   string `json:"processId"`
	Provider    string `json:"provider"`
	ProcessType string `json:"processType"`
	Status      string `json:"status"`
	// CreatedAt and CompletedAt are those of the process; all times in the zip
	// are the second.
	CreatedAt   time.Time `json:"createdAt"`
	CompletedAt time.Time `json:"completedAt"`
	Versions    Versions  `json:"versions"`
	Files       []File    `json:"files"`
}

// Versions says by which rules the contents are to be read.
type Versions struct {
	// AssureAPI is the version of process.json, ProviderAPI that of the reports.
	AssureAPI   string `json:"assureApi"`
	ProviderAPI string `json:"providerApi"`
}

// File is one of the contents.
type File struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	// SHA256 is 64 lower-case hexadecimal digits.
	SHA256 string `json:"sha256"`
}

func (m Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return append(text, '\n'), nil
}

func decodeManifest(text []byte) (*Manifest, error) {
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("it is not the JSON of a manifest")
	}
	if m.Format != Format {
		return nil, fmt.Errorf("its format is %.40q and this version reads %q", m.Format, Format)
	}
	if len(m.Files) > maxFiles {
		return nil, fmt.Errorf("it lists more than %d files", maxFiles)
	}
	return m, nil
}
