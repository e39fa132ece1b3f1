// Package sandbox starts a double of Onfido's REST API v3.6 for tests: stateful, with checks that complete, reports with
// full breakdowns and signed webhooks that are delivered. It needs no account and no network.
//
//	box := sandbox.Start(t)
//	client := NewClient(box.URL(), box.Token())
//
// The server listens on a free port of the loopback interface and ends with the test. Its controls force outcomes,
// make it misbehave, move its clock and tell what it was asked. docs/sandbox.md says what it does and does not do.
//
// The package imports internal/sandbox and the standard library only.
package sandbox
