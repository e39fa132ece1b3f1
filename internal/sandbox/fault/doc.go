// Package fault makes a server misbehave on purpose: slow, throttled, failing, hanging, cut off, and with webhooks
// that are lost, doubled, late, out of order or forged. Every fault comes by probability under a seed, for the next
// so many times, or both.
//
// It imports nothing but the standard library.
package fault
