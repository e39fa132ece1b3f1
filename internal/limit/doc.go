// Package limit says who has to wait: so many requests in a time for each key
// (Rate), and so many at once for each key and for all (Slots).
//
// Both live in memory and are bounded, whoever asks: each replica of a server
// counts for itself. The package imports nothing of the house.
package limit
