// Package clienttest runs the official Onfido client library for Node, as published, against a sandbox. It holds
// tests only: client.test.mjs in our own words over every core resource, and the Go test that runs it.
//
// It needs node and npm, which `make test` installs where they are missing.
package clienttest
