// Package filelock lets one process at a time do what a file stands for: have an SQLite
// database open (store), or change the keys (seal).
//
// It imports nothing of Dossier.
package filelock
