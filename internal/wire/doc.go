// Package wire is what lies between the network and the handler: TLS with a
// certificate that is read again when its files change (Certificate), a bound on
// connections (Bound), who is calling when a proxy is between (Peers), an answer
// where a handler panics (Recover), and an error log without addresses (ErrorLog).
//
// Of the house it imports crash.
package wire
