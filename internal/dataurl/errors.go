package dataurl

import "fmt"

// SyntaxError says that the input is not one JSON object (RFC 8259), or that it
// passes one of the bounds of Read. It never repeats what was read.
type SyntaxError struct {
	// Offset counts the bytes before the fault.
	Offset int64
	// Reason is a phrase for the developer.
	Reason string
}

// Error gives the place and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("broken JSON at byte %d: %s", e.Offset, e.Reason)
}

// ValueError says that the value of a wanted key is not what it must be: not a
// string, not a data URL, not base64. It never repeats the value.
type ValueError struct {
	// Key is one of the keys that the caller asked for.
	Key string
	// Reason is a predicate for the developer, such as "is not base64".
	Reason string
}

// Error gives the key and the reason.
func (e *ValueError) Error() string { return e.Key + " " + e.Reason }
