package onfidoapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// The bounds of a message made from Onfido's words.
const (
	maxDetail      = 2000
	maxDetailDepth = 8
)

// Detail tells what Onfido said, for the customer's developer, in the form that
// Assure gives its failReason.message:
//
//	There was a validation error on this request (status code 422) | Field errors: {file=[is empty], side=[is invalid]}
//
// Fields are in alphabetical order. It has at most 2,000 characters and no
// control characters. It may quote the request: treat it as personal.
func (e *Error) Detail() string {
	message := e.Message
	if message == "" {
		message = "The provider refused the request"
	}
	detail := fmt.Sprintf("%s (status code %d)", message, e.Status)
	var fields any
	if json.Unmarshal(e.Fields, &fields) == nil && !empty(fields) {
		detail += " | Field errors: " + plain(fields, maxDetailDepth)
	}
	return oneLine(detail)
}

func empty(fields any) bool {
	o, isObject := fields.(map[string]any)
	return fields == nil || fields == "" || isObject && len(o) == 0
}

// plain writes a JSON value without quotes: {key=[first, second]}.
func plain(v any, depth int) string {
	if depth == 0 {
		return "…"
	}
	switch v := v.(type) {
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+"="+plain(v[key], depth-1))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			parts = append(parts, plain(e, depth-1))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxDetail {
		return string(runes[:maxDetail-1]) + "…"
	}
	return s
}
