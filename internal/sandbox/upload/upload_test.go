package upload_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

const boundary = "frontier"

// read sends a body as it is.
func read(t *testing.T, contentType, body string) (*upload.Form, error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return upload.Read(httptest.NewRecorder(), r, "file")
}

// parts is a multipart body of text parts, with a file of that name and size in their middle.
func parts(t *testing.T, count int, fileName string, fileSize int) string {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.SetBoundary(boundary); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		if i == count/2 && fileName != "" {
			part, err := w.CreateFormFile("file", fileName)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write(make([]byte, fileSize)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.WriteField(fmt.Sprintf("field%d", i), "value"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRead(t *testing.T) {
	t.Parallel()
	form, err := read(t, "multipart/form-data; boundary="+boundary, parts(t, 4, `..\..\secret/Front.JPG`, 1234))
	if err != nil {
		t.Fatal(err)
	}
	if !form.HasFile || form.FileName != "Front.JPG" || len(form.Data) != 1234 || len(form.Fields) != 4 || form.Fields["field3"] != "value" {
		t.Errorf("read %q with %d bytes and %v", form.FileName, len(form.Data), form.Fields)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const multi = "multipart/form-data; boundary=" + boundary
	cases := []struct {
		name, contentType, body string
		want                    error
	}{
		{"not multipart", "application/json", "{}", upload.ErrNotMultipart},
		{"no boundary", "multipart/form-data", "x", upload.ErrNotMultipart},
		{"no end", multi, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc", upload.ErrMalformed},
		{"many parts", multi, parts(t, 40, "", 0), upload.ErrMalformed},
		{"large file", multi, parts(t, 1, "a", upload.MaxFile+1), upload.ErrTooLarge},
		{"huge file", multi, parts(t, 1, "a", 2*upload.MaxFile), upload.ErrTooLarge},
		{"large text", multi, strings.Replace(parts(t, 1, "", 0), "value", strings.Repeat("v", 70<<10), 1), upload.ErrTooLarge},
	}
	for _, c := range cases {
		if _, err := read(t, c.contentType, c.body); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"":                                   "",
		"plain text":                         "",
		"\xff\xd8\xff":                       "", // the beginning of a JPEG and nothing more
		"\x89PNG\r\n\x1a\n":                  "",
		"%PDF-1.7":                           upload.PDF,
		`{"sod":[1]}`:                        upload.JSON,
		`{"sod":`:                            "",
		"\x00\x00\x00\x18ftypisom\x00":       upload.MP4,
		"\x00\x00\x00\x18ftypqt  \x00":       upload.QuickTime,
		"\x1a\x45\xdf\xa3 and so on":         upload.WebM,
		"GIF89a\x01\x00\x01\x00\x00\x00\x00": "",
	} {
		if got := upload.Sniff([]byte(data)); got != want {
			t.Errorf("%q is %q, want %q", data, got, want)
		}
	}
}

// FuzzRead: whatever is sent, Read ends, keeps to its limits and gives a plain file name.
func FuzzRead(f *testing.F) {
	f.Add("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nabc\r\n--" + boundary + "--\r\n")
	f.Add("--" + boundary + "--")
	f.Add("")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := read(t, "multipart/form-data; boundary="+boundary, body)
		if err != nil {
			return
		}
		if len(form.Data) > upload.MaxFile || strings.ContainsAny(form.FileName, "/\\\"\r\n\x00") {
			t.Errorf("%d bytes called %q", len(form.Data), form.FileName)
		}
	})
}

// FuzzSniff: no header makes it panic or name an unknown type.
func FuzzSniff(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x10JFIF"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		switch got := upload.Sniff(data); got {
		case "", upload.JPEG, upload.PNG, upload.PDF, upload.JSON, upload.MP4, upload.QuickTime, upload.WebM:
		default:
			t.Errorf("sniffed %q", got)
		}
	})
}
