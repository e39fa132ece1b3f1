// Package cloud is a blob.Bucket in somebody's object store: Amazon S3 and what
// speaks its protocol, Google Cloud Storage, and Azure Blob Storage, each named
// by a URL. It keeps ciphertext only, as the folder does: sealing is above it.
//
// A store shows a new object only once it is whole, so a failed upload leaves
// nothing to be seen. What it may leave are the parts of an upload in several
// parts: let the bucket's life-cycle rule end those after a day.
//
// It imports blob.
package cloud
