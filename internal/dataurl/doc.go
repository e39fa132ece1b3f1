// Package dataurl reads and writes JSON objects whose values are data URLs
// (RFC 2397), the form in which images travel in the Assure API (contract
// section 6), without ever holding a value in memory: ten megabytes of image
// pass through fixed buffers of 120 KiB.
//
// encoding/json keeps a string whole, and the decoded image beside it, so an
// upload would cost four times its size. Here the bytes go from the request to
// whoever wants them (a size check, a hash, a blob store) as they arrive.
//
// It imports only the standard library and a decoder of base64, and knows neither images nor HTTP.
package dataurl
