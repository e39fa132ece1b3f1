// Package idv is the domain of identity verification: the dossier of an
// end-user, the processes in it, their images, the state machine from pending
// to a final verdict, the events that a change of state emits, and the ports
// through which the rest of the house is reached (a store, a blob store, a
// provider).
//
// It knows no HTTP, no SQL and no Onfido, and imports only value packages of
// the standard library.
package idv
