package sbom

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// document is the part of CycloneDX 1.6 that is written.
type document struct {
	Schema       string       `json:"$schema"`
	BOMFormat    string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	BOMRef     string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// Write writes the bill of materials of a build. It has no date and no serial
// number, so that the same build gives the same bytes.
func Write(w io.Writer, info *debug.BuildInfo) error {
	program := componentOf("application", info.Main, build(info))
	doc := document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", BOMFormat: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata:   metadata{program},
		Components: []component{standardLibrary(info.GoVersion)},
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		doc.Components = append(doc.Components, componentOf("library", *m, sum(m)))
	}
	uses := dependency{Ref: program.BOMRef}
	for _, c := range doc.Components {
		uses.DependsOn = append(uses.DependsOn, c.BOMRef)
	}
	doc.Dependencies = []dependency{uses}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	return nil
}

// componentOf describes a module. Its package URL is that of the golang type
// (package-url/purl-spec).
func componentOf(kind string, m debug.Module, properties []property) component {
	purl := "pkg:golang/" + m.Path
	if m.Version != "" {
		purl += "@" + strings.ReplaceAll(m.Version, "+", "%2B")
	}
	return component{Type: kind, BOMRef: purl, Name: m.Path, Version: m.Version, PURL: purl, Properties: properties}
}

func standardLibrary(version string) component {
	version = strings.TrimPrefix(version, "go")
	return componentOf("library", debug.Module{Path: "std", Version: version}, nil)
}

// sum is the checksum of go.sum, which is over names and contents of the files
// and hence none of the hashes that CycloneDX knows.
func sum(m *debug.Module) []property {
	if m.Sum == "" {
		return nil
	}
	return []property{{"go:sum", m.Sum}}
}

// build is how the program was built: the settings that change what comes out,
// and the commit.
func build(info *debug.BuildInfo) []property {
	var all []property
	for _, s := range info.Settings {
		all = append(all, property{"go:build:" + s.Key, s.Value})
	}
	return all
}
