// Package leash runs a shell script beside a test binary that ends with it,
// however the binary ends: the script reads its standard input, which the kernel
// closes for a process that dies. The servers of pgtest and s3test are held so.
//
// Imported by tests only. It imports nothing of Dossier.
package leash
