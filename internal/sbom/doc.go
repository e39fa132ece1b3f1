// Package sbom writes the bill of materials of the running program: what the
// build recorded of itself, in the form of CycloneDX 1.6 (ECMA-424).
//
// It imports nothing of the house.
package sbom
