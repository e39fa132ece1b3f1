package main

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/dossier-id/dossier/internal/sbom"
)

type versionCommand struct {
	SBOM bool `name:"sbom" help:"Print the bill of materials of this program instead: every module that is in it, as CycloneDX JSON."`
}

// Run prints the version.
func (c versionCommand) Run(w world) error {
	if c.SBOM {
		info, ok := debug.ReadBuildInfo()
		if !ok {
			return errors.New("this program was built without a record of its modules")
		}
		return sbom.Write(w.out, info)
	}
	_, err := fmt.Fprintln(w.out, "dossier", version())
	return err
}

// version is the module's version as the build recorded it; (devel) when it was
// built from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
