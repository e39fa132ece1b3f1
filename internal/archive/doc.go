// Package archive makes the full result of a process, a zip that a person can
// file and anybody can check years later, and checks one (Assure contract
// section 11; the format is written down in docs/result-zip.md).
//
// The same process gives the same bytes each time: the order is fixed, the times
// are those of the process's end, nothing is compressed. What is inside is listed
// in manifest.json with its SHA-256, and manifest.jws is that list signed with
// the server's Ed25519 key (RFC 7515, RFC 8037). So Verify holds every byte of a
// file to its account: the contents to the manifest, the manifest to the
// signature, and the zip around them to the one form it can have.
//
// Contents are streamed, never held whole. It imports dataurl and signing.
package archive
