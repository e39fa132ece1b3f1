package onfido

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The bounds of a raw report. Real ones have some 20 KB and nest six deep.
const (
	maxReportBytes = 4 << 20
	maxReportDepth = 64
)

// object is a JSON object as decodeObject gives it: numbers are json.Number,
// so that they leave as they came.
type object = map[string]any

// decodeObject reads one JSON object and nothing behind it.
func decodeObject(raw []byte) (object, error) {
	if len(raw) > maxReportBytes {
		return nil, fmt.Errorf("the report has %d bytes, more than %d", len(raw), maxReportBytes)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var o object
	if err := d.Decode(&o); err != nil {
		return nil, errors.New("the report is not a JSON object") // err may quote it
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || o == nil {
		return nil, errors.New("the report is not one JSON object")
	}
	return o, nil
}

// dialect is how one part of a report is put into Assure's words.
type dialect struct {
	// name gives the key for a key of Onfido's. A key with no word parted from
	// another (camelCase) must come out as it went in.
	name func(key string) string
	// text gives the value for a text that stands under an Assure name, directly
	// or in an array.
	text func(name, s string) string
}

// facts is the dialect of what was read off a document.
func facts() dialect { return dialect{name: factName, text: normalForm} }

// factName gives Assure's name of a property of a document report (Assure
// contract section 8): a few have their own, the rest becomes camelCase.
func factName(key string) string {
	switch key {
	case "issuing_date":
		return "dateOfIssue"
	case "personal_number":
		return "personalIdentificationNumber"
	case "drivers_licence":
		return "driversLicense"
	default:
		return camelCase(key)
	}
}

// findings is the dialect of what was concluded: results and breakdowns.
func findings() dialect {
	return dialect{name: camelCase, text: func(_, s string) string { return finding(s) }}
}

var enumWord = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)

// finding puts a word of an enumeration into camelCase. Any other text, such as
// an id or a sentence, stays.
func finding(s string) string {
	if enumWord.MatchString(s) {
		return camelCase(s)
	}
	return s
}

// tidy puts a JSON value into Assure's words. Nulls are left out wherever they
// stand, and so is what lies deeper than maxReportDepth; empty objects stay.
// The second value is false when nothing is left.
func (d dialect) tidy(name string, v any, depth int) (any, bool) {
	if depth > maxReportDepth {
		return nil, false
	}
	switch v := v.(type) {
	case nil:
		return nil, false
	case object:
		return d.object(v, depth), true
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if e, ok := d.tidy(name, e, depth+1); ok {
				out = append(out, e)
			}
		}
		return out, true
	case string:
		return d.text(name, v), true
	default:
		return v, true
	}
}

// object puts the keys and values of an object into Assure's words. When two
// keys come to the same name, the one that is spelled so has it, otherwise the
// first in order, and the other keeps its own spelling: nothing is lost, and
// the same report always gives the same result.
func (d dialect) object(in object, depth int) object {
	out := make(object, len(in))
	for _, key := range slices.SortedFunc(maps.Keys(in), d.spelledSoFirst) {
		name := d.name(key)
		if _, taken := out[name]; taken {
			name = key
		}
		if v, ok := d.tidy(name, in[key], depth+1); ok {
			out[name] = v
		}
	}
	return out
}

func (d dialect) spelledSoFirst(a, b string) int {
	if aSo, bSo := d.name(a) == a, d.name(b) == b; aSo != bSo {
		if aSo {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// part gives the object under a key, empty when there is none.
func part(o object, key string) object {
	p, _ := o[key].(object)
	return p
}

// setText adds a value that is a text; nothing else makes an entry.
func setText(o object, name string, v any) {
	if s, ok := v.(string); ok {
		o[name] = finding(s)
	}
}

// first gives the first element of an array, as an object.
func first(o object, key string) object {
	if list, _ := o[key].([]any); len(list) > 0 {
		e, _ := list[0].(object)
		return e
	}
	return nil
}

// fill adds what is not there yet.
func fill(o, from object) {
	for name, v := range from {
		if _, known := o[name]; !known {
			o[name] = v
		}
	}
}
