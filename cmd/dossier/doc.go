// Command dossier is the whole of Dossier in one binary: the server, the
// sandbox, and the tools around them. Each command has a file of its own here,
// which only wires the rooms under internal together.
//
// It imports the rooms that it wires; no room imports it.
package main
