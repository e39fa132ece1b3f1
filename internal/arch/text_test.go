package arch

import (
	"bytes"
	"regexp"
	"testing"
	"unicode/utf8"
)

// strangers are paths that exist on one machine only, or beside the project
// and not in it. The classes in brackets keep this file from finding itself.
var strangers = regexp.MustCompile(`(^|[^\w.])/([w]ork|[h]ome|[r]oot|[U]sers)/\w|\.[l]ibrary/|\.\./[s]hared/`)

// TestTheProjectStandsAlone: a clone needs nothing that lies outside it.
func TestTheProjectStandsAlone(t *testing.T) {
	t.Parallel()
	err := walk(func(name string, content []byte) error {
		if !utf8.Valid(content) {
			return nil
		}
		number := 0
		for line := range bytes.Lines(content) {
			number++
			if found := strangers.Find(line); found != nil {
				t.Errorf("%s:%d names the place %q, which others do not have", name, number, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("read the project: %v", err)
	}
}
