package sandbox_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// box is a sandbox under test, called without a network.
type box struct {
	t testing.TB
	*sandbox.Sandbox
	auth string // Authorization header; empty: the API token
}

func newBox(tb testing.TB, o sandbox.Options) *box {
	tb.Helper()
	s, err := sandbox.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &box{t: tb, Sandbox: s}
}

// answer is what the sandbox answered.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// object is a decoded JSON object.
type object = map[string]any

// call sends a JSON body, or no body when it is nil, or a string as it is. path is below /v3.6, unless it begins
// with /sandbox.
func (b *box) call(method, path string, body any) answer {
	b.t.Helper()
	var r io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(v)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	return b.send(method, path, "application/json", r)
}

func (b *box) send(method, path, contentType string, body io.Reader) answer {
	b.t.Helper()
	if !strings.HasPrefix(path, "/sandbox") {
		path = "/v3.6" + path
	}
	sent := []byte{}
	if body != nil {
		var err error
		if sent, err = io.ReadAll(body); err != nil {
			b.t.Fatal(err)
		}
	}
	req := httptest.NewRequestWithContext(b.t.Context(), method, path, bytes.NewReader(sent))
	req.Host = "sandbox.test"
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", b.auth)
	if b.auth == "" {
		req.Header.Set("Authorization", "Token token="+b.Token())
	}
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, req)
	if strings.HasPrefix(path, "/v3.6") {
		hold(b.t, req, sent, w)
	}
	return answer{b.t, w.Code, w.Header(), w.Body.Bytes()}
}

// upload sends a multipart form with a file, unless data is nil.
func (b *box) upload(path string, fields map[string]string, name string, data []byte) answer {
	b.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	if data != nil {
		part, err := form.CreateFormFile("file", name)
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = part.Write(data) // into memory
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if err := form.WriteField(key, fields[key]); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.send("POST", path, form.FormDataContentType(), &buf)
}

// want demands a status and gives the JSON object of the body.
func (a answer) want(status int) object {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %.500s", a.status, status, a.body)
	}
	if len(a.body) == 0 || !strings.Contains(a.header.Get("Content-Type"), "json") {
		return nil
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.t.Fatalf("not JSON: %v: %.200s", err, a.body)
	}
	o, _ := v.(object)
	return o
}

// refused demands an error of that status and type and gives its fields.
func (a answer) refused(status int, kind string) object {
	a.t.Helper()
	e := dig(a.want(status), "error")
	o, _ := e.(object)
	if o["type"] != kind || o["message"] == "" || len(o) != 3 {
		a.t.Fatalf("error %v, want type %s", e, kind)
	}
	fields, _ := o["fields"].(object)
	return fields
}

// dig walks into objects and arrays; a missing step is nil.
func dig(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// is tells whether a JSON value is true.
func is(v any) bool { b, _ := v.(bool); return b }

func id(o object) string { s, _ := o["id"].(string); return s }

// applicant makes one with this last name.
func (b *box) applicant(lastName string) string {
	b.t.Helper()
	return id(b.call("POST", "/applicants", object{"first_name": "Anna", "last_name": lastName}).want(201))
}

// ready makes an applicant with a document of the type and a live photo.
func (b *box) ready(lastName, documentType string) (applicantID, documentID string) {
	b.t.Helper()
	applicantID = b.applicant(lastName)
	fields := map[string]string{"applicant_id": applicantID, "type": documentType}
	documentID = id(b.upload("/documents", fields, "document.jpg", picture("jpeg")).want(201))
	b.upload("/live_photos", map[string]string{"applicant_id": applicantID}, "face.png", picture("png")).want(201)
	return applicantID, documentID
}

// picture is a small image.
func picture(format string) []byte {
	img := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range img.Pix {
		img.SetGray(i%32, i/32, color.Gray{uint8(i)})
	}
	var buf bytes.Buffer
	var err error
	if format == "png" {
		err = png.Encode(&buf, img)
	} else {
		err = jpeg.Encode(&buf, img, nil)
	}
	if err != nil {
		panic(err) // a bug of the test
	}
	return buf.Bytes()
}
