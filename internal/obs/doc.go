// Package obs is what an operator sees of the server: its log, its metrics, and
// its traces. Personal data cannot reach them: its types print [redacted] by
// themselves (idv.Personal), and what this package adds holds ids, words of the
// contract, status codes and times only. Of an address it keeps the form, never
// an id, a query or a customer's host.
//
// It imports wire, for the status of an answer, Prometheus and OpenTelemetry.
package obs
