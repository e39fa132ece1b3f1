// Package timeline is the sandbox's clock: it tells the time, runs things later, and can be advanced so
// that a test need not wait.
//
// It imports nothing but the standard library.
package timeline
