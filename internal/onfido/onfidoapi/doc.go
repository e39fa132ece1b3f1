// Package onfidoapi is a small typed client of Onfido's REST API v3.6: the calls
// that Dossier needs, with bounds on what it reads, within the request rate,
// and with errors that say whether a call surely did nothing.
//
// It repeats no call. Onfido knows no idempotency key, so whoever creates
// something asks OutcomeOf(err) and looks before asking again.
//
// It imports nothing of Dossier.
package onfidoapi
