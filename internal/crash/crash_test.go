package crash_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/crash"
)

// person is a value whose place in memory leads to a runtime error.
type person struct{ name string }

// TestAPanicIsToldWithoutItsValue: the fault and the place are in the log, the
// value of the panic is not.
func TestAPanicIsToldWithoutItsValue(t *testing.T) {
	t.Parallel()
	var nobody *person
	for name, c := range map[string]struct {
		fault func()
		want  string
	}{
		"a text":          {func() { panic("Anna") }, "a value that may be personal"},
		"an error":        {func() { panic(errors.New("Anna")) }, "a value that may be personal"},
		"a runtime error": {func() { panic(nobody.name) }, "nil pointer dereference"},
		"a conversion":    {func() { panic(any("Anna").(int)) }, "interface {} is string, not int"},
	} {
		var out bytes.Buffer
		func() {
			defer func() {
				crash.Log(t.Context(), slog.New(slog.NewTextHandler(&out, nil)), "a test panicked", recover(), "which", name)
			}()
			c.fault()
		}()
		for _, want := range []string{"a test panicked", c.want, "crash_test.go:", name} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: the log lacks %q: %s", name, want, &out)
			}
		}
		if strings.Contains(out.String(), "Anna") {
			t.Errorf("%s: the log holds the value: %s", name, &out)
		}
	}
}
