// Package store keeps the state of Dossier in SQLite or PostgreSQL: it is the
// idv.Store, the idv.BlobKeys, and the tables of clients, tokens, idempotency
// keys and settings.
//
// # One meaning, two databases
//
// There is one text of SQL for both, with $n; only the migrations differ, by
// their types. Times are microseconds in UTC: what is finer is cut off. Text
// sorts by its bytes. Text that PostgreSQL cannot hold (NUL, not UTF-8) is
// refused with idv.CodeInvalid on both, and as an id it is simply not found.
//
// An Update holds the dossiers that it touches until it ends, so that what it
// read is still so when it writes. SQLite has one writer anyway; on PostgreSQL
// each method of idv.Tx that is given a dossier locks its row first. Updates of
// one dossier run one after the other, and a deadlock takes two transactions
// that each touch two dossiers, which no use case does.
//
// # What is in clear
//
// Ids, words of the contract, sizes and times. Everything about a person is
// sealed here, under the key of its dossier, so no caller can forget it. The
// external reference and the country of a document have blind indexes beside them,
// to be found by.
//
// It imports audit, filelock, idv, seal and signing.
package store
