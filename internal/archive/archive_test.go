package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/signing"
)

// done is when the process of the tests ended.
var done = time.Date(2025, 1, 8, 16, 21, 41, 0, time.UTC)

func testKey(t *testing.T, fill byte) *signing.Key {
	t.Helper()
	k, err := signing.NewKey(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func textOf(name, text string) Content {
	return Content{Name: name, Write: func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}}
}

func testManifest() Manifest {
	return Manifest{
		TenantID: "default", DossierID: "d-1", ProcessID: "p-1", Provider: "onfido", ProcessType: "documentSelfie", Status: "accepted",
		CreatedAt: done.Add(-time.Minute), CompletedAt: done, Versions: Versions{AssureAPI: "1.0.0", ProviderAPI: "v3.6"},
	}
}

func testContents() []Content {
	return []Content{
		textOf("process.json", `{"status":"accepted"}`), textOf("document_verification.json", `{"result":"clear"}`),
		textOf("images/front.jpg", strings.Repeat("picture", 50)), textOf("report.html", "<p>accepted</p>"),
	}
}

func build(t *testing.T, k *signing.Key, m Manifest, contents []Content) []byte {
	t.Helper()
	a, err := Build(t.Context(), k, Source{Manifest: m, Contents: contents}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		t.Fatal(err)
	}
	if int64(b.Len()) != a.Size() {
		t.Fatalf("%d bytes, announced %d", b.Len(), a.Size())
	}
	return b.Bytes()
}

func verify(t *testing.T, file []byte, keys ...signing.PublicKey) *Verdict {
	t.Helper()
	v, err := Verify(bytes.NewReader(file), int64(len(file)), keys)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestGenuine(t *testing.T) {
	t.Parallel()
	k := testKey(t, 1)
	file := build(t, k, testManifest(), testContents())
	v := verify(t, file, testKey(t, 2).Public(), k.Public())
	if !v.Genuine() || v.KeyID != k.Public().ID() || v.Manifest.ProcessID != "p-1" || len(v.Manifest.Files) != 4 {
		t.Errorf("%+v", v)
	}
	if again := build(t, k, testManifest(), testContents()); !bytes.Equal(file, again) {
		t.Error("the same contents gave other bytes")
	}
}

// TestFormatStays pins the bytes: a change of them is a change of the format, and
// needs another number in Format and a line in docs/result-zip.md.
func TestFormatStays(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(build(t, testKey(t, 1), testManifest(), testContents()))
	if got, want := hex.EncodeToString(sum[:]), "f4c43a34c6a3f10b69de4e2fb36244ce46af53750e4ed4d34d5788b04151d01a"; got != want {
		t.Errorf("the archive of the test has the SHA-256 %s, want %s", got, want)
	}
}

func TestEveryZipReaderReadsIt(t *testing.T) {
	t.Parallel()
	file := build(t, testKey(t, 1), testManifest(), testContents())
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if f.Method != zip.Store || f.Mode() != 0o644 || !f.Modified.Equal(done.Add(-time.Second)) {
			t.Errorf("%s: method %d, mode %v, time %v", f.Name, f.Method, f.Mode(), f.Modified)
		}
		names = append(names, f.Name)
	}
	want := []string{"process.json", "document_verification.json", "images/front.jpg", "report.html", "manifest.json", "manifest.jws"}
	if !slices.Equal(names, want) {
		t.Errorf("files %v", names)
	}
}

// TestEveryFlippedByteIsFound changes each byte of an archive, in several ways.
// What stands inside a file must be named as a change of that file.
func TestEveryFlippedByteIsFound(t *testing.T) {
	t.Parallel()
	k := testKey(t, 1)
	file := build(t, k, testManifest(), testContents())
	a, err := Build(t.Context(), k, Source{Manifest: testManifest(), Contents: testContents()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	spans := layout(a.members)
	for at := range file {
		for _, flip := range []byte{0x01, 0x80} {
			changed := bytes.Clone(file)
			changed[at] ^= flip
			v := verify(t, changed, k.Public())
			if v.Genuine() || len(v.Findings) == 0 {
				t.Fatalf("byte %d, in %s, changed unseen", at, placeAt(spans, int64(at)))
			}
			where := placeAt(spans, int64(at))
			if !strings.HasPrefix(where, "the ") && !slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Name == where }) {
				t.Fatalf("byte %d, in %s: found only %v", at, where, v.Findings)
			}
			if strings.HasPrefix(where, "the ") && len(v.Findings) == 1 && v.Findings[0].Name == "" && v.Manifest != nil &&
				!strings.Contains(v.Findings[0].Problem, fmt.Sprintf("byte %d:", at)) {
				t.Fatalf("byte %d, in %s: found elsewhere: %v", at, where, v.Findings)
			}
		}
	}
}

func TestEveryCutIsFound(t *testing.T) {
	t.Parallel()
	k := testKey(t, 1)
	file := build(t, k, testManifest(), testContents())
	for n := range file {
		if v := verify(t, file[:n], k.Public()); v.Genuine() {
			t.Fatalf("a file cut to %d bytes is genuine", n)
		}
	}
}

// TestWhatWasChangedIsNamed rebuilds archives as an honest tool would, so that
// only the signature stands against them.
func TestWhatWasChangedIsNamed(t *testing.T) {
	t.Parallel()
	k, stranger := testKey(t, 1), testKey(t, 2)
	file := build(t, k, testManifest(), testContents())
	members := unpack(t, file)
	edit := func(f func([]Content) []Content) []byte { return pack(t, f(slices.Clone(members))) }
	replace := func(name, text string) []byte {
		return edit(func(c []Content) []Content {
			c[slices.IndexFunc(c, func(c Content) bool { return c.Name == name })] = textOf(name, text)
			return c
		})
	}
	rejected := testManifest()
	rejected.Status = "rejected"
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"another verdict":     {replace("process.json", `{"status":"rejected"}`), []string{"process.json was changed: its bytes"}},
		"a longer page":       {replace("report.html", "<p>accepted</p><p>more</p>"), []string{"report.html was changed: it has 26 bytes instead of 15"}},
		"an image left out":   {edit(func(c []Content) []Content { return slices.Delete(c, 2, 3) }), []string{"images/front.jpg is missing"}},
		"a file put in":       {edit(func(c []Content) []Content { return append(c, textOf("images/back.jpg", "x")) }), []string{"images/back.jpg was added"}},
		"a file twice":        {edit(func(c []Content) []Content { return append(c, textOf("report.html", "x")) }), []string{"report.html is there twice"}},
		"another order":       {edit(func(c []Content) []Content { c[0], c[1] = c[1], c[0]; return c }), []string{" was changed at byte"}},
		"another manifest":    {replace("manifest.json", "{}"), []string{"manifest.json was changed: from line 1 on (byte 1)"}},
		"no manifest":         {edit(func(c []Content) []Content { return slices.Delete(c, 4, 5) }), []string{"manifest.json is missing"}},
		"no signature":        {edit(func(c []Content) []Content { return slices.Delete(c, 5, 6) }), []string{"manifest.jws is missing"}},
		"no JWS":              {replace("manifest.jws", "x"), []string{"manifest.jws was changed: it does not have the three parts"}},
		"bytes before it":     {append([]byte("#!/bin/sh\n"), file...), []string{" was changed at byte 0"}},
		"bytes behind it":     {append(bytes.Clone(file), 0), []string{" "}},
		"another's signature": {build(t, stranger, rejected, testContents()), []string{"manifest.jws no signature by a known key fits"}},
		"not a zip":           {[]byte("hello"), []string{" it cannot be read as a zip"}},
		"nothing":             {nil, []string{" it cannot be read as a zip"}},
		"two changes": {edit(func(c []Content) []Content {
			c[0], c[3] = textOf("process.json", "a"), textOf("report.html", "b")
			return c
		}), []string{"process.json was changed", "report.html was changed"}},
		"all but the signature": {pack(t, append(unpack(t, build(t, stranger, rejected, testContents()))[:5], members[5])), []string{"manifest.json was changed"}},
	} {
		v := verify(t, c.file, k.Public())
		if v.Genuine() {
			t.Errorf("%s: genuine", name)
		}
		for _, want := range c.want {
			if !slices.ContainsFunc(v.Findings, func(f Finding) bool { return strings.HasPrefix(f.Name+" "+f.Problem, want) }) {
				t.Errorf("%s: %v, want %q", name, v.Findings, want)
			}
		}
	}
}

// unpack gives the files of an archive as contents.
func unpack(t *testing.T, file []byte) (contents []Content) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, textOf(f.Name, string(text)))
	}
	return contents
}

// pack makes a zip of contents in the true form, unsigned.
func pack(t *testing.T, contents []Content) []byte {
	t.Helper()
	var members []member
	for _, c := range contents {
		sum := newMeter()
		if err := c.Write(t.Context(), sum); err != nil {
			t.Fatal(err)
		}
		members = append(members, member{c.Name, sum.size, sum.crc, func(w io.Writer) error { return c.Write(t.Context(), w) }})
	}
	var b bytes.Buffer
	if err := writeZip(&b, done, members); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestContentsThatChangeAreNotSent(t *testing.T) {
	t.Parallel()
	text := "first"
	a, err := Build(t.Context(), testKey(t, 1), Source{Manifest: testManifest(), Contents: []Content{{Name: "x", Write: func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text = "other"
	if err := a.Write(io.Discard); err == nil {
		t.Error("an archive was written of what was not measured")
	}
}

func TestUnreadableContentsAreNoArchive(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	_, err := Build(t.Context(), testKey(t, 1), Source{Contents: []Content{{Name: "x", Write: func(context.Context, io.Writer) error { return broken }}}}, nil)
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := Verify(failing{broken}, 1000, nil); !errors.Is(err, broken) {
		t.Errorf("a broken disk is taken for a changed file: %v", err)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func FuzzVerify(f *testing.F) {
	k, err := signing.NewKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		f.Fatal(err)
	}
	a, err := Build(context.Background(), k, Source{Manifest: testManifest(), Contents: testContents()}, nil)
	if err != nil {
		f.Fatal(err)
	}
	var genuine bytes.Buffer
	if err := a.Write(&genuine); err != nil {
		f.Fatal(err)
	}
	f.Add(genuine.Bytes())
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, file []byte) {
		v, err := Verify(bytes.NewReader(file), int64(len(file)), []signing.PublicKey{k.Public()})
		if err != nil {
			t.Fatal(err)
		}
		if v.Genuine() && !bytes.Equal(file, genuine.Bytes()) {
			t.Error("another file is genuine")
		}
	})
}
