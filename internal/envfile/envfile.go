package envfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Pair is one line: a name and its value.
type Pair struct{ Name, Value string }

// maxSize bounds a file of settings.
const maxSize = 1 << 20

// Read gives the settings of the file. All broken lines are reported at once,
// by number; their text is not repeated, because it may be a secret.
func Read(path string) (map[string]string, error) {
	f, err := os.Open(path) // #nosec G304 -- the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	values, err := Parse(io.LimitReader(f, maxSize))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// Parse reads lines of the form NAME=value. Blank lines and lines that begin
// with # do not count; the value is all behind the first =, without white space
// around it and without one pair of quotes.
func Parse(r io.Reader) (map[string]string, error) {
	values := map[string]string{}
	var faults []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name = strings.TrimSpace(name)
		switch _, twice := values[name]; {
		case !found || !isName(name):
			faults = append(faults, fmt.Errorf("line %d is not NAME=value", n))
		case twice:
			faults = append(faults, fmt.Errorf("line %d sets %s a second time", n, name))
		default:
			values[name] = unquote(strings.TrimSpace(value))
		}
	}
	return values, errors.Join(append(faults, lines.Err())...)
}

// Write stores the pairs, readable by the owner only. The file is there whole
// or not at all.
func Write(path string, pairs []Pair) error {
	var text bytes.Buffer
	for _, p := range pairs {
		if !isName(p.Name) || strings.ContainsAny(p.Value, "\r\n\x00") {
			return fmt.Errorf("%s cannot be written as one line", p.Name)
		}
		fmt.Fprintf(&text, "%s=%s\n", p.Name, p.Value)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".env-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // It is there only if something failed.
	_, err = tmp.Write(text.Bytes())
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}
