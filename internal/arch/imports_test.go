package arch

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// room is a part of the house: a directory with everything below it that has
// no row of its own. The packages of a room may import one another.
type room struct {
	imports []string // the other rooms it may import
	planned bool     // not built yet: its row waits for it
}

// house is the import table: cmd → adapters → service → idv. A room that is
// missing here, or an arrow that its row lacks, fails TestImports. Tests may
// import what they need, with the real parts they are run against.
var house = map[string]room{
	"cmd/dossier": {imports: []string{
		"client", "internal/archive", "internal/audit", "internal/auth", "internal/blob", "internal/capture", "internal/config", "internal/console", "internal/dataurl", "internal/envfile",
		"internal/httpapi", "internal/idv", "internal/jobs", "internal/netguard", "internal/obs", "internal/onfido",
		"internal/onfido/onfidoapi", "internal/optional", "internal/pace", "internal/render", "internal/sandbox", "internal/seal", "internal/seal/kms", "internal/service", "internal/signing", "internal/specimen",
		"internal/sbom", "internal/sso", "internal/store", "internal/vision", "internal/webhook", "internal/wire",
	}},
	"client":  {imports: []string{"internal/dataurl"}}, // of the Assure API, for others too
	"sandbox": {imports: []string{"internal/sandbox"}}, // the emulator as a library for others

	// The middle.
	"internal/idv":     {},
	"internal/service": {imports: []string{"internal/idv", "internal/picture"}},
	"internal/picture": {},

	// What answers.
	"internal/auth":    {imports: []string{"internal/idv", "internal/store"}},
	"internal/dataurl": {},
	"internal/archive": {imports: []string{"internal/dataurl", "internal/signing"}},
	"internal/audit":   {imports: []string{"internal/signing"}},
	"internal/signing": {},
	"internal/httpapi": {imports: []string{"internal/archive", "internal/auth", "internal/crash", "internal/dataurl", "internal/idv", "internal/limit", "internal/service", "internal/signing", "internal/store", "internal/wire"}},
	"internal/limit":   {},
	"internal/site":    {},
	"internal/wire":    {imports: []string{"internal/crash"}},
	"internal/crash":   {},
	"internal/sbom":    {},
	"internal/sso":     {imports: []string{"internal/idv"}},
	"internal/capture": {imports: []string{"internal/idv", "internal/limit", "internal/service", "internal/site", "internal/wire"}},
	"internal/console": {imports: []string{"internal/archive", "internal/auth", "internal/idv", "internal/service", "internal/site", "internal/store"}},

	// What asks and what keeps.
	"internal/onfido":           {imports: []string{"internal/idv", "internal/onfido/onfidoapi"}},
	"internal/onfido/onfidoapi": {},
	"internal/store":            {imports: []string{"internal/audit", "internal/filelock", "internal/idv", "internal/seal", "internal/signing"}},
	"internal/blob":             {imports: []string{"internal/idv", "internal/seal"}},
	"internal/jobs":             {imports: []string{"internal/crash", "internal/idv", "internal/store"}},
	"internal/webhook":          {imports: []string{"internal/idv", "internal/netguard"}},
	"internal/seal":             {imports: []string{"internal/filelock"}},
	"internal/filelock":         {},
	"internal/seal/kms":         {},
	"internal/netguard":         {},
	"internal/config":           {imports: []string{"internal/envfile"}},
	"internal/envfile":          {},
	"internal/obs":              {imports: []string{"internal/wire"}},
	"internal/pace":             {},

	// Those who know nothing of us: the other side of the wire.
	"internal/render":   {},
	"internal/optional": {imports: []string{"internal/vision"}},
	"internal/sandbox":  {imports: []string{"internal/optional", "internal/site", "internal/vision"}}, // it looks at pictures
	"internal/specimen": {imports: []string{"internal/ocrb"}},
	"internal/ocrb":     {},
	"internal/vision":   {imports: []string{"internal/ocrb"}},

	// Tests only: no row may name them.
	"internal/arch":        {},
	"internal/leash":       {},
	"internal/pgtest":      {imports: []string{"internal/leash"}},
	"internal/malformed":   {},
	"internal/browsertest": {},
	"internal/s3test":      {imports: []string{"internal/leash"}},
	"bench":                {imports: []string{"client"}},
}

func TestImports(t *testing.T) {
	t.Parallel()
	for dir, files := range load(t).packages() {
		from, found := roomOf(dir)
		if !found {
			t.Errorf("%s has no row in the import table of internal/arch: say what it may import", dir)
			continue
		}
		for _, f := range files {
			for _, imported := range f.imports() {
				checkArrow(t, f.path, from, imported)
			}
		}
	}
}

func checkArrow(t *testing.T, where, from, imported string) {
	t.Helper()
	dir, ours := strings.CutPrefix(imported, modulePath+"/")
	if !ours {
		return
	}
	to, _ := roomOf(dir)
	if to != from && !slices.Contains(house[from].imports, to) {
		t.Errorf("%s: new arrow %s → %s: the import table of internal/arch lacks it", where, from, dir)
	}
}

// roomOf returns the nearest directory at or above dir that has a row.
func roomOf(dir string) (string, bool) {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, found := house[dir]; found {
			return dir, true
		}
	}
	return "", false
}

func TestImportTableIsCurrent(t *testing.T) {
	t.Parallel()
	built := make(map[string]bool)
	for dir := range load(t).packages() {
		if name, found := roomOf(dir); found {
			built[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(house)) {
		if planned := house[name].planned; !built[name] && !planned {
			t.Errorf("the import table has a row for %s, which is not there", name)
		} else if built[name] && planned {
			t.Errorf("%s is built: take the mark planned off its row in the import table", name)
		}
		for _, imported := range house[name].imports {
			if _, found := house[imported]; !found {
				t.Errorf("the row of %s names %s, which has no row", name, imported)
			}
		}
	}
}

// TestDomainKnowsNoTechnique holds the domain to the standard library's value
// packages: no wire, no database, no files, nobody else's module.
func TestDomainKnowsNoTechnique(t *testing.T) {
	t.Parallel()
	techniques := []string{"database/sql", "encoding/json", "html/template", "net", "net/http", "os", "os/exec", "text/template"}
	for _, f := range load(t).source() {
		if name, _ := roomOf(f.dir()); name != "internal/idv" {
			continue
		}
		for _, imported := range f.imports() {
			first, _, _ := strings.Cut(imported, "/")
			if strings.Contains(first, ".") || slices.Contains(techniques, imported) {
				t.Errorf("%s imports %s: the domain stays free of it", f.path, imported)
			}
		}
	}
}
