package sbom_test

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"testing"

	"github.com/dossier-id/dossier/internal/sbom"
)

func TestBillOfMaterials(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Path: "example.com/app", Version: "v1.2.3"},
		Deps: []*debug.Module{
			{Path: "example.com/a", Version: "v0.1.0+incompatible", Sum: "h1:abc="},
			{Path: "example.com/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v1.0.1"}},
		},
		Settings: []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "0"}},
	}
	var first, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &again} {
		if err := sbom.Write(w, info); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same build gives two bills")
	}
	var got struct {
		BOMFormat, SpecVersion string
		Metadata               struct{ Component struct{ PURL string } }
		Components             []struct{ PURL, Version string }
		Dependencies           []struct{ DependsOn []string }
	}
	if err := json.Unmarshal(first.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.BOMFormat != "CycloneDX" || got.SpecVersion != "1.6" || got.Metadata.Component.PURL != "pkg:golang/example.com/app@v1.2.3" {
		t.Errorf("head: %+v", got)
	}
	want := []string{"pkg:golang/std@1.26.8", "pkg:golang/example.com/a@v0.1.0%2Bincompatible", "pkg:golang/example.com/fork@v1.0.1"}
	for i, purl := range want {
		if len(got.Components) != len(want) || got.Components[i].PURL != purl || got.Dependencies[0].DependsOn[i] != purl {
			t.Fatalf("components %+v, dependencies %+v", got.Components, got.Dependencies)
		}
	}
}
