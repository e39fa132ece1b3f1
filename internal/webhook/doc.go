// Package webhook delivers events to the endpoints of customers: it publishes
// what transactions have left behind, signs by Standard Webhooks 1.0, sends,
// keeps to the schedule, and disables endpoints that are gone.
//
// The deliveries lie in the store; the courier only holds what is under way. It
// imports idv; the client that it sends with is made by netguard.
package webhook
