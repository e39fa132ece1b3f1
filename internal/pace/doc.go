// Package pace keeps a limit that is a customer's true ceiling: so many requests
// to the provider in a minute, by all replicas together, shared fairly between
// tenants.
//
// The schedule of the limit is one row of the database (Schedule). A replica
// with something to send books a few places on it at once, so the row is touched
// once for several requests, and sends at the times it was given. Who of those
// that wait goes next is decided when a place has come: the tenants take turns.
//
// # Why no minute sees more than the limit
//
// The places of all replicas lie apart by 61 s divided by the limit less its
// hundredth, except for so many as that hundredth, which may be used at once
// after a rest. A place that is late by more than a second is given up. What is
// sent in any 60 s has its place in 61 s, and 61 s have no more places than the
// limit. Replicas' clocks must agree: each tenth of a second between them is
// worth a request.
//
// It imports only the standard library.
package pace
