// Package audit is the arithmetic of the audit trail: how records are chained,
// how a head of the chain is signed, and how a chain is checked.
//
// # The chain
//
// Every tenant has a chain of its own, and so has the installation. The hash of
// a record is SHA-256 over the hash of the record before it and all that the
// record says; so no record can be changed, taken out, moved or put in without
// changing every hash behind it. A MAC of the hash, with a key that is not in
// the database, keeps whoever can write to the database from computing a chain
// anew.
//
// # Checkpoints
//
// What a chain cannot show is that its end is missing. A checkpoint says where
// the chain ended at a time, signed (Ed25519). Kept outside of the database, in
// a log or on paper, it finds that too.
//
// It imports the room of signatures and nothing else of Dossier.
package audit
