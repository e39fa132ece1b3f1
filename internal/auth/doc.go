// Package auth says who is calling: API clients and their secrets, the token
// endpoint's client-credentials grant, and bearer tokens with their scopes.
//
// Secrets and tokens are 256 random bits; the database holds only their
// SHA-256. It imports store for the rows and idv for the kinds of refusal.
package auth
