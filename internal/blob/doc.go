// Package blob keeps large values: images, videos, files. A Store is the
// idv.Blobs: it seals what comes in and opens what goes out, as a stream, under
// the key of the dossier, and hands the ciphertext to a Bucket. A Folder is the
// Bucket on a local disk; another one passes the same suite, blobtest.
//
// # What a reader may rely on
//
// No byte is given before the segment of 4 KiB that it lies in has been
// authenticated, for this tenant, dossier, process, name and position. A
// changed byte is therefore an error before it is given; a blob that was cut is
// an error at its end, in place of io.EOF. Only io.EOF says that it is whole.
//
// It imports idv and seal.
package blob
