// Package arch holds the laws of the house as tests: who may import whom, and
// the habits that are cheap to keep and dear to regain. It has no code of its
// own; `go test ./internal/arch` reads the source of the whole module.
//
// A law that turns out wrong is changed here, in the commit that needs it and
// with the reason, never worked around.
//
// It imports nothing of Dossier and is imported by nobody.
package arch
