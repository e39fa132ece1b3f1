// Package upload reads a multipart upload as a stream, within hard limits, and tells what kind of file it holds.
//
// It imports nothing but the standard library.
package upload
