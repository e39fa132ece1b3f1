// Package onfido is the connector to Onfido: it takes a verification through
// the customer's own account (applicant, documents, live photo, check), turns
// the raw reports into Assure's words, believes a webhook only by its
// signature, and never pays for the same check twice.
//
// The wire itself is in onfidoapi. This package may import idv, onfidoapi and
// nothing else of the house; least of all the sandbox, so that a misreading of
// Onfido's contract on one side shows on the other.
package onfido
