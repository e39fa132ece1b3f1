package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
)

const (
	maxBody = 1 << 20 // bytes of a JSON body
	maxText = 4096    // bytes of one text in it
	maxList = 100     // entries of one list in it
)

// input reads the fields of a JSON object and collects what is wrong with them. A null counts as given: it
// clears the field of an update. Unknown fields are ignored, as Onfido does.
type input struct {
	fields   map[string]json.RawMessage
	problems problems
}

// rule looks at a text and says what is wrong with it, or nothing.
type rule func(string) string

// readInput takes the JSON object of a request. An empty body is an empty object.
func readInput(w http.ResponseWriter, r *http.Request) (*input, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, &apiError{Status: http.StatusRequestEntityTooLarge, Type: "bad_request", Message: "The request body is too large", Fields: problems{}}
		}
		return nil, badRequest("The request body could not be read")
	}
	in := &input{problems: problems{}}
	if len(text) == 0 {
		return in, nil
	}
	if err := json.Unmarshal(text, &in.fields); err != nil {
		return nil, badRequest("The request body is not a JSON object")
	}
	return in, nil
}

func (in *input) has(key string) bool { _, ok := in.fields[key]; return ok }

func (in *input) fail(key, what string) { in.problems.add(key, what) }

func (in *input) err() error { return in.problems.err() }

// value decodes a field into v; false when it is absent, null or of another type.
func (in *input) value(key, wrongType string, v any) bool {
	raw, ok := in.fields[key]
	if !ok || string(raw) == "null" {
		return false
	}
	if json.Unmarshal(raw, v) != nil {
		in.fail(key, wrongType)
		return false
	}
	return true
}

// text is a string field that keeps to the rules; nil when absent, null, blank or wrong.
func (in *input) text(key string, rules ...rule) *string {
	var s string
	if !in.value(key, textString, &s) {
		return nil
	}
	if len(s) > maxText {
		in.fail(key, textTooLong)
		return nil
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	for _, wrong := range rules {
		if what := wrong(s); what != "" {
			in.fail(key, what)
			return nil
		}
	}
	return &s
}

// require is text that must be there.
func (in *input) require(key string, rules ...rule) string {
	before := len(in.problems[key])
	s := in.text(key, rules...)
	if s != nil {
		return *s
	}
	if len(in.problems[key]) == before {
		in.fail(key, textBlank)
	}
	return ""
}

func (in *input) boolean(key string) *bool {
	var b bool
	if !in.value(key, textBoolean, &b) {
		return nil
	}
	return &b
}

func (in *input) integer(key string) *int {
	var n int
	if !in.value(key, textInteger, &n) {
		return nil
	}
	return &n
}

// list is an array of texts that keep to the rules; nil when absent or null.
func (in *input) list(key string, rules ...rule) []string {
	var out []string
	if !in.value(key, textArray, &out) {
		return nil
	}
	if len(out) > maxList {
		in.fail(key, textTooLong)
		return nil
	}
	for _, s := range out {
		for _, wrong := range rules {
			if what := wrong(s); what != "" {
				in.fail(key, what)
				return nil
			}
		}
	}
	return out
}

// object is a nested object whose problems are nested too, nil when absent or null. Call done after reading it.
func (in *input) object(key string) (nested *input, done func()) {
	var fields map[string]json.RawMessage
	if !in.value(key, textObject, &fields) {
		return nil, func() {}
	}
	nested = &input{fields: fields, problems: problems{}}
	return nested, func() { in.adopt(key, nested) }
}

// objects are the entries of an array of objects.
func (in *input) objects(key string) []*input {
	var rows []map[string]json.RawMessage
	if !in.value(key, textArray, &rows) {
		return nil
	}
	if len(rows) > maxList {
		in.fail(key, textTooLong)
		return nil
	}
	out := make([]*input, len(rows))
	for i, fields := range rows {
		out[i] = &input{fields: fields, problems: problems{}}
	}
	return out
}

// adopt makes the problems of a nested object problems of the field it stands in.
func (in *input) adopt(key string, nested *input) {
	if len(nested.problems) > 0 {
		in.problems.add(key, nested.problems)
	}
}

func oneOf(values ...string) rule {
	return func(s string) string {
		if slices.Contains(values, s) {
			return ""
		}
		return textUnknownValue
	}
}

func without(characters string) rule {
	return func(s string) string {
		if strings.ContainsAny(s, characters) {
			return textCharacters
		}
		return ""
	}
}

func atMost(n int) rule {
	return func(s string) string {
		if len(s) > n {
			return textTooLong
		}
		return ""
	}
}

func isDate(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return textInvalid
	}
	return ""
}

func isEmail(s string) string {
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		return textInvalid
	}
	return ""
}
