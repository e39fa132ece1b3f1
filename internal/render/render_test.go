package render_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/dossier-id/dossier/internal/render"
)

func TestProcessMakesHostileTextHarmless(t *testing.T) {
	t.Parallel()
	const evil = `\u001b[2J\u001b]0;pwned\u0007\r\n\u009b1m\u202eabc\u2028\u0000`
	hostile := `{"status":"` + evil + `","` + evil + `":"` + evil + `","finalResult":{"firstName":"` + evil + `"},"failReason":{"message":"` + evil + `"},
		"providerSpecific":{"` + evil + `":{"result":"` + evil + `","subResult":"` + evil + `b","breakdowns":{"` + evil + `":{"result":"` + evil + `","properties":{"` + evil + `":["` + evil + `"]}}}}}}`
	for _, style := range []render.Style{{}, {ASCII: true}} {
		var got bytes.Buffer
		if err := render.Process(&got, []byte(hostile), style); err != nil {
			t.Fatal(err)
		}
		for _, r := range got.String() {
			if r != '\n' && (!unicode.IsPrint(r) || style.ASCII && r > '~') {
				t.Errorf("%+v: %U reached the terminal", style, r)
			}
		}
		if lines := strings.Count(got.String(), "\n"); lines > 14 {
			t.Errorf("%d lines: a value broke its line", lines)
		}
	}
}

func TestProcessBoundsWhatItShows(t *testing.T) {
	t.Parallel()
	long := `{"a":"` + strings.Repeat("x", 1<<20) + `","b":` + strings.Repeat("7", 1<<20) + `,"c":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) +
		`,"providerSpecific":{"d":{"breakdowns":` + strings.Repeat(`{"n":{"breakdown":`, 2000) + "{}" + strings.Repeat("}}", 2000) + `}}}`
	var got bytes.Buffer
	if err := render.Process(&got, []byte(long), render.Style{}); err != nil || got.Len() > 10_000 {
		t.Errorf("%d bytes, error %v", got.Len(), err)
	}
}

func TestProcessPrintsAlikeEachTime(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/unknown.json")
	if err != nil {
		t.Fatal(err)
	}
	var first bytes.Buffer
	for range 50 {
		var got bytes.Buffer
		if err := render.Process(&got, data, render.Style{}); err != nil {
			t.Fatal(err)
		}
		if first.Len() == 0 {
			first = got
		}
		if got.String() != first.String() {
			t.Fatalf("once\n%s\nand once\n%s", &first, &got)
		}
	}
}

func TestProcessFails(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "null", "[]", `"x"`, "{"} {
		if err := render.Process(io.Discard, []byte(bad), render.Style{}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	r, w := io.Pipe()
	_ = r.CloseWithError(io.ErrShortWrite)
	if err := render.Process(w, []byte("{}"), render.Style{}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("the writer's error became %v", err)
	}
}

func TestStyleFor(t *testing.T) {
	t.Parallel()
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	utf8 := map[string]string{"LANG": "nl_NL.UTF-8"}
	for name, tt := range map[string]struct {
		w    io.Writer
		env  map[string]string
		want render.Style
	}{
		"terminal":          {device, utf8, render.Style{Color: true, Live: true}},
		"no colour":         {device, map[string]string{"LANG": "C.utf8", "NO_COLOR": "1"}, render.Style{Live: true}},
		"dumb":              {device, map[string]string{"LANG": "C.UTF-8", "TERM": "dumb"}, render.Style{}},
		"no locale":         {device, nil, render.Style{Color: true, Live: true, ASCII: true}},
		"LC_ALL goes first": {device, map[string]string{"LANG": "C.UTF-8", "LC_ALL": "C"}, render.Style{Color: true, Live: true, ASCII: true}},
		"a file":            {file, utf8, render.Style{}},
		"not even a file":   {io.Discard, utf8, render.Style{}},
	} {
		if got := render.StyleFor(tt.w, func(key string) string { return tt.env[key] }); got != tt.want {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
