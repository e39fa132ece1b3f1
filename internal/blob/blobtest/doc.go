// Package blobtest is the suite that every blob.Bucket must pass, with the
// sealing store on top of it as in use.
//
// Imported by tests only. It imports blob, idv and seal.
package blobtest
