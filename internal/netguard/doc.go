// Package netguard is an HTTP client for addresses that somebody else chose. It
// cannot be talked into reaching private, loopback, link-local, multicast or
// metadata addresses, follows no redirect, and uses no proxy of the environment.
//
// The address is judged when the connection is made, after the name was
// resolved, so a name that resolves to something else the second time is judged
// the second time too. It imports nothing of Dossier.
package netguard
