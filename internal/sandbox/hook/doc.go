// Package hook delivers the sandbox's webhooks over HTTP: it signs, sends, retries and remembers.
//
// It imports the standard library and the sandbox's own timeline, nothing else of the project.
package hook
