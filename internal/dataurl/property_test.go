package dataurl_test

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dossier-id/dossier/internal/dataurl"
)

// Read agrees with the standard library on sound and on spoilt objects.
func TestReadLikeTheReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		input := drawObject(t)
		if rapid.Bool().Draw(t, "spoil") && input != "" {
			at := rapid.IntRange(0, len(input)-1).Draw(t, "at")
			input = input[:at] + rapid.SampledFrom([]string{"", `"`, `\`, "=", ",", "}", "\n", "!", "null"}).Draw(t, "with") + input[at+1:]
		}
		want, wantErr := reference(input)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chunks"), 0))
		got, err := collect(&stutter{strings.NewReader(input), random})
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: got %v, reference %v", input, err, wantErr)
		}
		if err == nil && !slices.Equal(got, want) {
			t.Fatalf("%q: got %v, reference %v", input, got, want)
		}
	})
}

func drawObject(t *rapid.T) string {
	member := rapid.Custom(func(t *rapid.T) string {
		key := rapid.SampledFrom([]string{`"front"`, `"b\u0061ck"`, `"selfie"`, `"other"`, `""`}).Draw(t, "key")
		return key + rapid.SampledFrom([]string{":", " : "}).Draw(t, "colon") + drawValue(t)
	})
	return "{" + strings.Join(rapid.SliceOfN(member, 0, 4).Draw(t, "members"), ",") + "}"
}

func drawValue(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
		return rapid.SampledFrom([]string{`null`, `1.5e-3`, `"x\ud83d\ude00"`, `[1,{"a":[]}]`, `true`}).Draw(t, "other value")
	}
	data := base64.StdEncoding.EncodeToString(rapid.SliceOf(rapid.Byte()).Draw(t, "body"))
	if rapid.Bool().Draw(t, "unpadded") {
		data = strings.TrimRight(data, "=")
	}
	if rapid.Bool().Draw(t, "escaped") {
		data = strings.NewReplacer("/", `\/`, "+", `\u002B`).Replace(data)
	}
	head := rapid.SampledFrom([]string{"data:image/png;base64,", `data:image\/jpeg;q=1;base64,`, "data:;base64,", "data:image/png,", "data:x;base64,"})
	return `"` + head.Draw(t, "header") + data + `"`
}

// What Write writes, Read reads.
func TestWriteThenRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var members []dataurl.Member
		var want []value
		for _, key := range keys[:rapid.IntRange(0, len(keys)).Draw(t, "members")] {
			body := string(rapid.SliceOf(rapid.Byte()).Draw(t, "body"))
			members = append(members, dataurl.Member{Key: key, MediaType: "image/png", Body: strings.NewReader(body)})
			want = append(want, value{key, "image/png", body})
		}
		var buf strings.Builder
		if err := dataurl.Write(&buf, members...); err != nil {
			t.Fatal(err)
		}
		if got, err := collect(strings.NewReader(buf.String())); err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
	})
}

// FuzzRead holds the reader to the reference on arbitrary input. Where only the
// reader refuses, it must be for one of its own bounds.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"front":"data:image/png;base64,YWJj"}`, `{"front":null,"back":7}`,
		`{"fr\u006fnt":"DATA:image\/png;x=y;base64,\/\u002b=="}`, `{"a":[{"b":-1.5e3}],"selfie":"data:;base64,"}`,
		`{"a":"\ud83d\ude00"}{}`, `{"front":"data:image/png;base64,YW\nJj"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		input := string(data)
		want, wantErr := reference(input)
		got, err := collect(strings.NewReader(input))
		switch {
		case err == nil && wantErr != nil:
			t.Errorf("%q: taken, but the reference says %v", input, wantErr)
		case err == nil && !slices.Equal(got, want):
			t.Errorf("%q: got %v, reference %v", input, got, want)
		case err != nil && wantErr == nil && len(input) <= dataurl.MaxToken && strings.Count(input, "[")+strings.Count(input, "{") <= dataurl.MaxDepth:
			t.Errorf("%q: refused with %v", input, err)
		}
	})
}
