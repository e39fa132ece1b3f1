// Package service holds the use cases: what a customer's backend asks for
// (dossiers, processes, images, the start of a verification, subscriptions to
// events) and what the background does about it (advancing, hints, forgetting,
// sweeping).
//
// Each use case is one transaction that writes state, event and job together;
// the provider is never called inside one. The package imports only idv and
// reaches everything else through its ports.
package service
