// Package jobs does durable background work: River on the same database, in
// the same transaction as the data, behind the port that the store enqueues
// through (store.Enqueuer).
//
// It imports idv, store and crash; what a job does is given to it as a function.
package jobs
