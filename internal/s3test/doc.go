// Package s3test gives a test an empty bucket on a real S3 server: versitygw,
// built from source by scripts/test-needs and kept in .tools by version. The
// server of a test binary starts with the first bucket that is asked for and
// ends with that binary, however the binary ends.
//
// Imported by tests only. It imports leash.
package s3test
