package idv

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Personal is a text about a person. However it is printed, logged or encoded
// as JSON it shows as [redacted]; Reveal is the one deliberate way to its value.
type Personal string

// Reveal gives the text itself.
func (p Personal) Reveal() string { return string(p) }

// Format prints [redacted] for every verb, so that %v, %s, %q and %#v of a
// struct that holds the value are safe.
func (Personal) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue logs [redacted].
func (Personal) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON encodes [redacted]: what leaves the house or goes under a seal
// does so through a type of its own that reveals the value on purpose.
func (Personal) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// The structs that hold such values behind pointers print as a whole: a verb
// that does not fit a pointer would make fmt go round the fields' own Format.

// Format prints [redacted] for every verb.
func (UserData) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// Format prints [redacted] for every verb.
func (Address) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// Format prints the status only, for every verb.
func (v Verdict) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, string(v.Status)) }

// PersonalJSON is a JSON value about a person: a result, a raw report. It
// prints and logs as [redacted] like Personal; its bytes are the value.
type PersonalJSON []byte

// Format prints [redacted] for every verb.
func (PersonalJSON) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue logs [redacted].
func (PersonalJSON) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON encodes [redacted].
func (PersonalJSON) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
