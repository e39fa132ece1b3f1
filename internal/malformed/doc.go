// Package malformed makes uploads that no server should take, from a seed: cut
// short, of two kinds at once, of the wrong type, larger than they look,
// animated, in the colours of print, with lies in their metadata, and bodies
// whose form is broken. It is for tests and benchmarks only, and imports nothing
// of the house.
package malformed
