package upload

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
)

const (
	// MaxFile is how many bytes a file may have (Onfido contract section 5: the SDKs' cap).
	MaxFile  = 10 << 20
	maxBody  = MaxFile + 1<<20
	maxParts = 32
	maxText  = 64 << 10
)

// Errors of Read. ErrNotMultipart and ErrMalformed are mistakes of form, ErrTooLarge of size.
var (
	ErrNotMultipart = errors.New("not a multipart/form-data request")
	ErrMalformed    = errors.New("malformed multipart body")
	ErrTooLarge     = errors.New("upload too large")
)

// Form is an upload: text fields by name, and the file.
type Form struct {
	Fields   map[string]string
	HasFile  bool
	FileName string // base name as sent
	Data     []byte
}

// Read takes the upload of a request whose file is the part of that name. It reads no more than the limits allow.
func Read(w http.ResponseWriter, r *http.Request, fileField string) (*Form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, ErrNotMultipart
	}
	f := &Form{Fields: map[string]string{}}
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, formError(err)
		}
		if err := f.take(part, fileField); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: more than %d parts", ErrMalformed, maxParts)
}

// take reads one part: the file, or a text field. A second file of that name replaces the first.
func (f *Form) take(part *multipart.Part, fileField string) error {
	limit := int64(maxText)
	isFile := part.FormName() == fileField
	if isFile {
		limit = MaxFile
	}
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return formError(err)
	}
	if int64(len(data)) > limit {
		return ErrTooLarge
	}
	if !isFile {
		f.Fields[part.FormName()] = string(data)
		return nil
	}
	f.HasFile, f.FileName, f.Data = true, baseName(part.FileName()), data
	return nil
}

func formError(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return ErrTooLarge
	}
	return ErrMalformed
}

// baseName is the last part of a name, whichever way its slashes lean, without control characters.
func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '"' {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	return name
}
