package dataurl_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/dataurl"
)

// value is a part as a test remembers it.
type value struct {
	Key, MediaType, Body string
}

// keys are those that the tests ask for.
var keys = []string{"front", "back", "selfie"}

// collect reads with the real reader.
func collect(r io.Reader) ([]value, error) {
	var got []value
	err := dataurl.Read(r, keys, func(key, mediaType string, body io.Reader) error {
		all, err := io.ReadAll(body)
		if err == nil {
			got = append(got, value{key, mediaType, string(all)})
		}
		return err
	})
	return got, err
}

// reference does what Read does in the most straightforward way: everything in
// memory, by the standard library. It knows none of Read's bounds.
func reference(input string) ([]value, error) {
	d := json.NewDecoder(strings.NewReader(input))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	var got []value
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key := t.(string)
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		if !slices.Contains(keys, key) {
			continue
		}
		if seen[key] {
			return nil, fmt.Errorf("%s twice", key)
		}
		seen[key] = true
		v, err := referenceValue(key, raw)
		if err != nil {
			return nil, err
		}
		if v != nil {
			got = append(got, *v)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("trailing data")
	}
	return got, nil
}

func referenceValue(key string, raw json.RawMessage) (*value, error) {
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return nil, err
	}
	head, data, ok := strings.Cut(*s, ",")
	parts := strings.Split(head, ";")
	first, last := parts[0], parts[len(parts)-1]
	if !ok || len(parts) < 2 || !strings.EqualFold(last, "base64") ||
		len(first) < 5 || !strings.EqualFold(first[:5], "data:") {
		return nil, errors.New("not a data URL")
	}
	mediaType := strings.ToLower(strings.TrimSpace(first[5:]))
	switch {
	case first[5:] == "":
		mediaType = "text/plain"
	case strings.Count(mediaType, "/") != 1 || strings.ContainsFunc(mediaType, notInType) ||
		strings.HasPrefix(mediaType, "/") || strings.HasSuffix(mediaType, "/"):
		return nil, errors.New("no media type")
	}
	if strings.ContainsAny(data, "\r\n") {
		return nil, errors.New("line break")
	}
	encoding := base64.StdEncoding
	if !strings.Contains(data, "=") {
		encoding = base64.RawStdEncoding
	}
	body, err := encoding.DecodeString(data)
	return &value{key, mediaType, string(body)}, err
}

// notInType says what RFC 2045 does not allow in a token, the slash aside.
func notInType(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"[]?=`, r)
}
