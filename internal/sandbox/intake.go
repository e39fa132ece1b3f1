package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// maxUploadsAtOnce bounds the memory of uploads under way.
const maxUploadsAtOnce = 16

// sizes is how many bytes a file may have.
type sizes struct{ from, to int }

// documentSizes and photoSizes are the specification's. They hold in strict mode only: the live service and its SDKs
// take up to 10 MB, and test suites upload tiny images (Onfido contract section 5).
func documentSizes() sizes { return sizes{2 << 10, 3 << 20} }
func photoSizes() sizes    { return sizes{32 << 10, upload.MaxFile} }

// sizeFits holds a file to the sizes in strict mode, and to not being empty otherwise.
func (s *Sandbox) sizeFits(data []byte, strict sizes) bool {
	if !s.opts.Strict {
		strict = sizes{1, upload.MaxFile}
	}
	return len(data) >= strict.from && len(data) <= strict.to
}

// receive reads a multipart upload whose file is the part of that name, a bounded number at a time.
func (s *Sandbox) receive(w http.ResponseWriter, r *http.Request, part string, tooLarge error) (*upload.Form, error) {
	select {
	case s.intake <- struct{}{}:
	case <-r.Context().Done():
		return nil, badRequest("The request was given up")
	}
	defer func() { <-s.intake }()
	form, err := upload.Read(w, r, part)
	switch {
	case errors.Is(err, upload.ErrTooLarge):
		return nil, tooLarge
	case err != nil:
		return nil, badRequest("The request body is not a valid multipart/form-data upload")
	}
	return form, nil
}

// fieldsOf makes the text parts of an upload an input. The parts named as JSON are taken as they are.
func fieldsOf(form *upload.Form, asJSON ...string) *input {
	in := &input{fields: map[string]json.RawMessage{}, problems: problems{}}
	for key, text := range form.Fields {
		quoted, _ := json.Marshal(text) // a string can always be encoded
		in.fields[key] = quoted
	}
	for _, key := range asJSON {
		text, given := form.Fields[key]
		if given && json.Valid([]byte(text)) {
			in.fields[key] = json.RawMessage(text)
		}
	}
	return in
}

// extension is a document's file_type: that of its name when it fits the content, otherwise the content's own.
func extension(name, mime string) string {
	byMIME := map[string][]string{
		upload.JPEG: {"jpg", "jpeg"}, upload.PNG: {"png"}, upload.PDF: {"pdf"}, upload.JSON: {"json"},
	}
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	for _, fits := range byMIME[mime] {
		if ext == fits {
			return ext
		}
	}
	return byMIME[mime][0]
}
