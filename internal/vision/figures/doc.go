// Package figures measures how well pictures are read, on sets of specimens that are fixed by their seeds: each
// figure that docs/sandbox.md names, printed by
//
//	make bench-vision
//
// and, on smaller sets of the same seeds, guarded by its tests. It holds tests and a benchmark only.
//
// The pictures are drawn. Beside those of package specimen there are pages of writing that no part of this project's
// generator has touched, and specimens that were spoiled a second time in other ways than its own.
package figures
