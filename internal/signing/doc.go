// Package signing is the signature of an installation: an Ed25519 key, what it
// signs as JWS (RFC 7515, RFC 8037) in the compact form, and the JWK sets (RFC
// 7517) by which others check it. What is signed names its type, so that a
// signature of one kind cannot stand for another.
//
// It imports nothing of Dossier.
package signing
