// Package render prints a process of the Assure API for a person at a terminal:
// the status in words, the final result, and the breakdowns of both reports as
// a tree in which whatever is not clear comes first. It also shows the steps of
// a command while they run.
//
// What a document says is hostile until shown otherwise: no value can steer the
// terminal.
//
// It imports only the standard library.
package render
