// Package crash is what may be said of a panic: which fault it was and where,
// and never its value, which may hold anything that was worked on. Whoever calls
// code that may panic (a handler, a job) recovers by itself and tells the log
// through Log.
//
// It imports only the standard library.
package crash
