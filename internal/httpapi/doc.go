// Package httpapi answers the Assure API over HTTP: one file per resource, and
// what all of them share (bearer tokens, problems, idempotency, tracing).
//
// The operations are huma's, so api/assure.yaml is generated from what is
// served. It imports service, archive, auth, crash, dataurl, idv and the store's
// idempotency rows; it knows no provider and no SQL.
package httpapi
