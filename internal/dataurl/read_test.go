package dataurl_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dossier-id/dossier/internal/dataurl"
)

func TestReadTakes(t *testing.T) {
	t.Parallel()
	abc := []value{{"front", "image/png", "abc"}}
	for name, tt := range map[string]struct {
		input string
		want  []value
	}{
		"empty object":         {` {} `, nil},
		"one value":            {`{"front":"data:image/png;base64,YWJj"}`, abc},
		"two values in order":  {`{"selfie":"data:image/jpeg;base64,eA==","front":"data:image/png;base64,YWJj"}`, []value{{"selfie", "image/jpeg", "x"}, abc[0]}},
		"white space":          {"\t{ \r\n \"front\" : \"data:image/png;base64,YWJj\" }\n", abc},
		"no padding":           {`{"front":"data:image/png;base64,eHk"}`, []value{{"front", "image/png", "xy"}}},
		"padding":              {`{"front":"data:image/png;base64,eHk="}`, []value{{"front", "image/png", "xy"}}},
		"no data":              {`{"front":"data:image/png;base64,"}`, []value{{"front", "image/png", ""}}},
		"solidus escaped":      {`{"front":"data:image\/png;base64,\/\/\/\/"}`, []value{{"front", "image/png", "\xff\xff\xff"}}},
		"letters escaped":      {`{"fr\u006Fnt":"d\u0061ta:image/png;base64,\u002b\u002B++"}`, []value{{"front", "image/png", "\xfb\xef\xbe"}}},
		"upper case":           {`{"front":"DATA:Image/PNG;BASE64,YWJj"}`, abc},
		"parameters":           {`{"front":"data:image/png;name=a.png;x;base64,YWJj"}`, abc},
		"no type":              {`{"front":"data:;base64,YWJj"}`, []value{{"front", "text/plain", "abc"}}},
		"null is absent":       {`{"front":null,"back":"data:image/png;base64,YWJj"}`, []value{{"back", "image/png", "abc"}}},
		"others are skipped":   {`{"a":1,"b":-2.5e+7,"c":[],"d":[{},"\u00e9\"",[true,false]],"front":"data:image/png;base64,YWJj","e":{"front":"x","f":{}}}`, abc},
		"others twice":         {`{"a":1,"a":2}`, nil},
		"case counts in a key": {`{"Front":7}`, nil},
		"longest number":       {`{"a":` + strings.Repeat("7", dataurl.MaxToken) + `}`, nil},
		"most values":          {`{"a":[` + strings.Repeat("1,", dataurl.MaxSkipped-2) + `1]}`, nil},
		"deepest nesting":      {`{"a":` + strings.Repeat("[", dataurl.MaxDepth-1) + strings.Repeat("]", dataurl.MaxDepth-1) + `}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := collect(strings.NewReader(tt.input))
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestReadRefusesValues(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ value, reason string }{
		"a number":             {`7`, "must be a string"},
		"true":                 {`true`, "must be a string"},
		"an object":            {`{"data":"x"}`, "must be a string"},
		"an array":             {`["data:image/png;base64,YWJj"]`, "must be a string"},
		"no data URL":          {`"https://example.com/a.png"`, "must be a data URL"},
		"an empty string":      {`""`, "must be a data URL"},
		"bare base64":          {`"YWJj"`, "must be a data URL"},
		"no base64 word":       {`"data:image/png,abc"`, "must be a data URL"},
		"base64 not last":      {`"data:image/png;base64;x=y,YWJj"`, "must be a data URL"},
		"no subtype":           {`"data:image;base64,YWJj"`, "must be a data URL"},
		"a quote in the type":  {`"data:image/\"png;base64,YWJj"`, "must be a data URL"},
		"a header without end": {`"data:image/png;` + strings.Repeat("x", 300) + `;base64,YWJj"`, "must be a data URL"},
		"foreign letters":      {`"data:image/png;base64,Y!Jj"`, "is not base64"},
		"the URL alphabet":     {`"data:image/png;base64,-_-_"`, "is not base64"},
		"a space":              {`"data:image/png;base64,YW Jj"`, "is not base64"},
		"a line break":         {`"data:image/png;base64,YWJj\r\nYWJj"`, "is not base64"},
		"a line break at last": {`"data:image/png;base64,YWJj\n"`, "is not base64"},
		"one letter over":      {`"data:image/png;base64,YWJjY"`, "is not base64"},
		"too little padding":   {`"data:image/png;base64,eA="`, "is not base64"},
		"too much padding":     {`"data:image/png;base64,eHk=="`, "is not base64"},
		"padding only":         {`"data:image/png;base64,===="`, "is not base64"},
		"data after padding":   {`"data:image/png;base64,eA==eA=="`, "is not base64"},
		"data after padding at the end of a chunk": {
			`"data:image/png;base64,` + strings.Repeat("A", 16<<10-2) + `==AAAA"`, "is not base64",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := collect(strings.NewReader(`{"front":` + tt.value + `}`))
			got, ok := errors.AsType[*dataurl.ValueError](err)
			if !ok || got.Key != "front" || !strings.Contains(err.Error(), "front "+tt.reason) {
				t.Errorf("got %v, want %q", err, tt.reason)
			}
		})
	}
}

func TestReadRefusesAKeyTwice(t *testing.T) {
	t.Parallel()
	for _, second := range []string{`null`, `"data:image/png;base64,YWJj"`, `7`} {
		_, err := collect(strings.NewReader(`{"front":null,"front":` + second + `}`))
		if err == nil || err.Error() != "front is given twice" {
			t.Errorf("%s: got %v", second, err)
		}
	}
}

func TestReadRefusesSyntax(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]string{
		"nothing":               ``,
		"white space":           ` `,
		"a byte order mark":     "\ufeff{}",
		"an array":              `[]`,
		"a string":              `"data:image/png;base64,YWJj"`,
		"no end":                `{`,
		"no end after a key":    `{"front"`,
		"no end after a colon":  `{"front":`,
		"no end of a value":     `{"front":"data:image/png;base64,YWJj`,
		"no end of a header":    `{"front":"data:image/png`,
		"no end after a value":  `{"front":"data:image/png;base64,YWJj"`,
		"no end of an escape":   `{"a":"\`,
		"no end of a code":      `{"a":"\u00`,
		"no end of a pair":      `{"a":"\ud83d`,
		"no value":              `{"front":}`,
		"no colon":              `{"front" "x"}`,
		"no comma":              `{"a":1 "b":2}`,
		"a comma too many":      `{"a":1,}`,
		"a comma only":          `{,}`,
		"a comma in an array":   `{"a":[1,]}`,
		"a key without quotes":  `{front:1}`,
		"a bare word":           `{"a":nil}`,
		"a bare word, wanted":   `{"front":nil}`,
		"a leading zero":        `{"a":01}`,
		"a plus":                `{"a":+1}`,
		"an unknown escape":     `{"a":"\x"}`,
		"a broken code":         `{"a":"\u00zz"}`,
		"a raw line break":      "{\"a\":\"\n\"}",
		"a raw line break, b64": "{\"front\":\"data:image/png;base64,YWJj\nYWJj\"}",
		"two objects":           `{}{}`,
		"something behind":      `{} x`,
		"a mismatch":            `{"a":[}]`,
		"a long key":            `{"` + strings.Repeat("k", dataurl.MaxToken+1) + `":1}`,
		"a long number":         `{"a":` + strings.Repeat("7", dataurl.MaxToken+1) + `}`,
		"deep arrays":           `{"a":` + strings.Repeat("[", dataurl.MaxDepth) + strings.Repeat("]", dataurl.MaxDepth) + `}`,
		"many values":           `{"a":[` + strings.Repeat("1,", dataurl.MaxSkipped-1) + `1]}`,
		"bottomless objects":    strings.Repeat(`{"a":`, 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := collect(strings.NewReader(input))
			got, ok := errors.AsType[*dataurl.SyntaxError](err)
			if !ok || got.Offset > int64(len(input)) || !strings.HasSuffix(err.Error(), ": "+got.Reason) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A key may hold any characters that JSON can write.
func TestReadResolvesKeys(t *testing.T) {
	t.Parallel()
	for escaped, key := range map[string]string{
		`\ud83d\ude00`:           "😀",
		`\ud83d`:                 "\ufffd",
		`\ud83dx`:                "\ufffdx",
		`\ud83d\u0041`:           "\ufffdA",
		`\ude00\ud83d\ude00`:     "\ufffd😀",
		`\"\\\/\b\f\n\r\t\u00e9`: "\"\\/\b\f\n\r\té",
	} {
		called := false
		err := dataurl.Read(strings.NewReader(`{"`+escaped+`":"data:a/b;base64,"}`), []string{key},
			func(string, string, io.Reader) error { called = true; return nil })
		if err != nil || !called {
			t.Errorf("%s: called %t, error %v", escaped, called, err)
		}
	}
}

func TestReadReturnsPartsErrorAsItIs(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	err := dataurl.Read(strings.NewReader(`{"front":"data:image/png;base64,YWJj"}`), keys,
		func(string, string, io.Reader) error { return full })
	if err != full { //nolint:errorlint // as it is, not wrapped
		t.Errorf("got %v", err)
	}
}

func TestReadReturnsReadersErrorAsItIs(t *testing.T) {
	t.Parallel()
	whole := `{"a":[1,{"b":"c\u00e9"}],"front":"data:image/png;base64,YWJj","z":17}`
	for n := range len(whole) {
		// A broken connection shows as this one, which must not pass for an end.
		r := io.MultiReader(strings.NewReader(whole[:n]), iotest.ErrReader(io.ErrUnexpectedEOF))
		got, err := collect(r)
		if err != io.ErrUnexpectedEOF { //nolint:errorlint // as it is, not wrapped
			t.Errorf("cut at %d: got %v", n, err)
		}
		if len(got) > 0 && n < strings.Index(whole, `","z"`) {
			t.Errorf("cut at %d: a part was delivered", n)
		}
	}
}

func TestReadChecksWhatPartLeaves(t *testing.T) {
	t.Parallel()
	var kept []io.Reader
	part := func(_, _ string, body io.Reader) error {
		kept = append(kept, body)
		_, err := io.ReadFull(body, make([]byte, 1))
		return err
	}
	long := strings.Repeat("AAAA", 50_000)
	read := func(tail string) error {
		return dataurl.Read(strings.NewReader(`{"front":"data:a/b;base64,`+long+tail+`","back":"data:a/b;base64,YWJj"}`), keys, part)
	}
	if err := read(""); err != nil || len(kept) != 2 {
		t.Errorf("sound value: %v, %d parts", err, len(kept))
	}
	for _, body := range kept {
		if n, err := body.Read(make([]byte, 8)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("a body read too late gives %d bytes, %v", n, err)
		}
	}
	if _, ok := errors.AsType[*dataurl.ValueError](read("!")); !ok {
		t.Error("broken base64 behind what part read was not seen")
	}
}

// A part that hides the failure of its body does not hide it from Read.
func TestReadFailsThoughPartHidesIt(t *testing.T) {
	t.Parallel()
	err := dataurl.Read(strings.NewReader(`{"front":"data:a/b;base64,!"}`), keys, func(_, _ string, body io.Reader) error {
		_, _ = io.Copy(io.Discard, body)
		return nil
	})
	if _, ok := errors.AsType[*dataurl.ValueError](err); !ok {
		t.Errorf("got %v", err)
	}
}

// However the input arrives, and whatever lies at the edge of a buffer, the
// result is the same.
func TestAnyReadSizes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	image := make([]byte, 70_001)
	for i := range image {
		image[i] = byte(random.Uint32())
	}
	plain := base64.StdEncoding.EncodeToString(image)
	for name, data := range map[string]string{
		"plain":   plain,
		"escaped": strings.ReplaceAll(strings.ReplaceAll(plain, "/", `\/`), "+", `\u002b`),
		"raw":     strings.TrimRight(plain, "="),
	} {
		input := `{"x":"é\"\\","front":"data:image/png;base64,` + data + `","n":[1.5e3,null],"back":"data:image/jpeg;base64,` + data + `"}`
		want := []value{{"front", "image/png", string(image)}, {"back", "image/jpeg", string(image)}}
		for way, r := range map[string]io.Reader{
			"whole":     strings.NewReader(input),
			"bytes":     iotest.OneByteReader(strings.NewReader(input)),
			"halves":    iotest.HalfReader(strings.NewReader(input)),
			"early EOF": iotest.DataErrReader(strings.NewReader(input)),
			"random":    &stutter{strings.NewReader(input), random},
		} {
			got, err := collect(r)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %s: %d parts, %v", name, way, len(got), err)
			}
		}
	}
}

// stutter reads stretches of random length, some of them empty.
type stutter struct {
	r      io.Reader
	random *rand.Rand
}

func (s *stutter) Read(p []byte) (int, error) {
	return s.r.Read(p[:min(len(p), s.random.IntN(5000))])
}

// A large upload costs a few small buffers, whatever its size.
func TestReadKeepsNothing(t *testing.T) { //nolint:paralleltest // counts the memory of the whole process
	input := upload(10_000_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := discard(bytes.NewReader(input))
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; err != nil || got > 160_000 {
		t.Errorf("10 MB cost %d bytes of memory, error %v", got, err)
	}
}

// upload is a request body with one image of n bytes.
func upload(n int) []byte {
	var buf bytes.Buffer
	image := bytes.Repeat([]byte("an image, of a kind "), n/20)
	if err := dataurl.Write(&buf, dataurl.Member{Key: "front", MediaType: "image/png", Body: bytes.NewReader(image)}); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func discard(r io.Reader) error {
	return dataurl.Read(r, keys, func(_, _ string, body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	})
}

func ExampleRead() {
	request := strings.NewReader(`{"front": "data:image/png;base64,aGVsbG8="}`)
	err := dataurl.Read(request, []string{"front", "back", "selfie"}, func(key, mediaType string, body io.Reader) error {
		n, err := io.Copy(io.Discard, body)
		fmt.Println(key, mediaType, n)
		return err
	})
	fmt.Println(err)
	// Output:
	// front image/png 5
	// <nil>
}
