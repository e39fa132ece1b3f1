package onfidoapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func TestUploadDocument(t *testing.T) {
	t.Parallel()
	image := bytes.Repeat([]byte{0xff, 0xd8, 0, '\n'}, 100_000)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= int64(len(image)) {
			t.Errorf("the length is not announced: %d", r.ContentLength)
		}
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
			return
		}
		for name, want := range map[string]string{"applicant_id": applicantID, "type": "passport", "side": "front", "issuing_country": "NLD"} {
			if got := r.FormValue(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		checkFile(t, r, "front.jpg", "image/jpeg", image)
		answer(201, `{"id":"d1","file_name":"front.jpg","file_type":"jpg","file_size":400000,"type":"passport","side":"front","issuing_country":null}`)(w, r)
	})
	d, err := c.UploadDocument(t.Context(), NewDocument{
		ApplicantID: applicantID, Type: "passport", Side: "front", IssuingCountry: "NLD",
		File: File{Name: "front.jpg", MediaType: "image/jpeg", Size: int64(len(image)), Body: bytes.NewReader(image)},
	})
	if want := (Document{ID: "d1", FileName: "front.jpg", FileSize: 400000, Type: "passport", Side: "front"}); err != nil || d != want {
		t.Errorf("%+v, %v", d, err)
	}
}

func checkFile(t *testing.T, r *http.Request, name, mediaType string, want []byte) {
	t.Helper()
	file, header, err := r.FormFile("file")
	if err != nil {
		t.Error(err)
		return
	}
	got, err := io.ReadAll(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes arrived, %v", len(got), err)
	}
	if header.Filename != name || header.Header.Get("Content-Type") != mediaType {
		t.Errorf("the part is %q, %q", header.Filename, header.Header)
	}
}

func TestUploadLivePhoto(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("applicant_id") != applicantID || r.FormValue("advanced_validation") != "true" {
			t.Errorf("%v", r.Form)
		}
		checkFile(t, r, "selfie.png", "image/png", []byte("me"))
		answer(201, `{"id":"p1","file_name":"selfie.png","file_type":"image/png","file_size":2}`)(w, r)
	})
	p, err := c.UploadLivePhoto(t.Context(), applicantID, File{Name: "selfie.png", MediaType: "image/png", Size: 2, Body: strings.NewReader("me")})
	if want := (Media{ID: "p1", FileName: "selfie.png", FileSize: 2}); err != nil || p != want {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestBrokenFiles: a file that cannot be read to its announced end is an error,
// never a shorter document.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	broken := errors.New("sealed with another key")
	for name, body := range map[string]io.Reader{
		"short": strings.NewReader("abc"), "long": strings.NewReader(strings.Repeat("x", 500)), "broken": iotest.ErrReader(broken),
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseMultipartForm(1 << 20); err == nil {
				t.Errorf("%s: a whole form arrived", name)
			}
			answer(201, `{"id":"p1"}`)(w, r)
		})
		_, err := c.UploadLivePhoto(t.Context(), applicantID, File{Name: "selfie.png", MediaType: "image/png", Size: 100, Body: body})
		if err == nil || OutcomeOf(err) != InDoubt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFileIsGivenBack: an answer may come before the file was read; the owner
// closes it when the call returns.
func TestFileIsGivenBack(t *testing.T) {
	t.Parallel()
	l := &lent{r: strings.NewReader("abc")}
	l.giveBack()
	if n, err := l.Read(make([]byte, 3)); n != 0 || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%d, %v", n, err)
	}
}
