// Package pgtest gives a test an empty database on a real PostgreSQL.
//
// The server is started when the first test of a binary asks for a database
// and ends with that binary, however the binary ends. It listens on a Unix
// socket in a private directory only, so there is no port to race for.
//
// It is set up unlike our own machines on purpose: text sorts by a language's
// rules and the clock shows another zone. A query that leans on either fails
// here before it fails at a customer's.
//
// Set DOSSIER_TEST_POSTGRES to the URL of a server's maintenance database
// (postgres://user@host/postgres) to use that server instead, for instance to
// try another version.
//
// Imported by tests only. It imports leash.
package pgtest
