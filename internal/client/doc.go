// Package client calls the Assure API (the Assure contract, sections 1 to 8)
// for the command line, the demo and the tests: it fetches and renews the
// access token, streams images as data URLs, waits for a result, and turns a
// refusal into an error that a person can read.
//
// It speaks the wire through structs of its own and imports only dataurl, so
// that it works, and fails, like any other customer's client.
package client
