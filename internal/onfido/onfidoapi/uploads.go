package onfidoapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"sync"
	"time"
)

// File is what is uploaded. Body gives exactly Size bytes; it is streamed, and
// not touched any more once the call has returned.
type File struct {
	// Name is a base name without quotes.
	Name string
	// MediaType is such as image/jpeg.
	MediaType string
	Size      int64
	Body      io.Reader
}

// Document is one side of an identity document at Onfido.
type Document struct {
	ID       string `json:"id"`
	FileName string `json:"file_name"`
	FileSize int64  `json:"file_size"`
	Type     string `json:"type"`
	// CreatedAt is to the second.
	CreatedAt time.Time `json:"created_at"`
	// Side is front, back or empty.
	Side string `json:"side"`
}

func (d Document) identity() string { return d.ID }

// NewDocument is a document to upload (Onfido contract section 5).
type NewDocument struct {
	ApplicantID string
	// Type is Onfido's, such as passport.
	Type string
	// Side is front or back.
	Side string
	// IssuingCountry is ISO 3166-1 alpha-3, or empty.
	IssuingCountry string
	File           File
}

// UploadDocument stores an image of a document. It is not safe to repeat.
func (c *Client) UploadDocument(ctx context.Context, d NewDocument) (Document, error) {
	var answer Document
	fields := []field{{"applicant_id", d.ApplicantID}, {"type", d.Type}, {"side", d.Side}}
	if d.IssuingCountry != "" {
		fields = append(fields, field{"issuing_country", d.IssuingCountry})
	}
	err := c.upload(ctx, call{what: "uploading a document", path: "/documents", into: &answer}, d.File, fields...)
	if err != nil {
		return answer, err
	}
	return answer, usable(answer)
}

// Documents gives all documents of a person.
func (c *Client) Documents(ctx context.Context, applicantID string) ([]Document, error) {
	var answer struct {
		Documents []Document `json:"documents"`
	}
	_, err := c.do(ctx, call{
		what: "listing documents", method: http.MethodGet, path: "/documents", into: &answer,
		query: url.Values{"applicant_id": {applicantID}},
	})
	if err != nil {
		return nil, err
	}
	return answer.Documents, usable(answer.Documents...)
}

// Media is a picture or a film of a face at Onfido.
type Media struct {
	ID        string    `json:"id"`
	FileName  string    `json:"file_name"`
	FileSize  int64     `json:"file_size"`
	CreatedAt time.Time `json:"created_at"`
}

func (m Media) identity() string { return m.ID }

// UploadLivePhoto stores a selfie; Onfido looks at once whether it shows one
// face. It is not safe to repeat.
func (c *Client) UploadLivePhoto(ctx context.Context, applicantID string, f File) (Media, error) {
	var answer Media
	err := c.upload(ctx, call{what: "uploading a live photo", path: "/live_photos", into: &answer}, f,
		field{"applicant_id", applicantID}, field{"advanced_validation", "true"})
	if err != nil {
		return answer, err
	}
	return answer, usable(answer)
}

// Kind is a collection of what Onfido holds of a person, by its name in paths.
type Kind string

// The collections from which something is listed or downloaded.
const (
	Documents      Kind = "documents"
	LivePhotos     Kind = "live_photos"
	LiveVideos     Kind = "live_videos"
	MotionCaptures Kind = "motion_captures"
)

// Media gives all pictures or films of one kind of a person's face.
func (c *Client) Media(ctx context.Context, kind Kind, applicantID string) ([]Media, error) {
	var answer map[Kind]json.RawMessage
	_, err := c.do(ctx, call{
		what: "listing " + string(kind), method: http.MethodGet, path: "/" + string(kind), into: &answer,
		query: url.Values{"applicant_id": {applicantID}},
	})
	if err != nil {
		return nil, err
	}
	var list []Media
	if err := json.Unmarshal(answer[kind], &list); err != nil {
		return nil, fmt.Errorf("listing %s: the answer has no list", kind)
	}
	return list, usable(list...)
}

// Download gives the bytes of a document, picture or film, which the caller
// closes. They come within the time-out of the HTTP client or not at all.
func (c *Client) Download(ctx context.Context, kind Kind, id string) (io.ReadCloser, error) {
	path, err := resource(string(kind), id)
	if err != nil {
		return nil, err
	}
	what := "downloading of " + string(kind)
	res, err := c.open(ctx, call{what: what, method: http.MethodGet, path: path + "/download"})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return res.Body, nil
}

type field struct{ name, value string }

// upload posts a form. Only what stands around the file is built in memory, so
// the length is known and the file itself is streamed.
func (c *Client) upload(ctx context.Context, r call, f File, fields ...field) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, field := range fields {
		if err := w.WriteField(field.name, field.value); err != nil {
			return unsent(fmt.Errorf("%s: %w", r.what, err))
		}
	}
	_, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", f.Name)},
		"Content-Type":        {f.MediaType},
	})
	if err != nil {
		return unsent(fmt.Errorf("%s: %w", r.what, err))
	}
	before := form.Len()
	if err := w.Close(); err != nil {
		return unsent(fmt.Errorf("%s: %w", r.what, err))
	}
	whole, file := form.Bytes(), &lent{r: f.Body, left: f.Size}
	defer file.giveBack()
	r.method = http.MethodPost
	r.body = io.MultiReader(bytes.NewReader(whole[:before]), file, bytes.NewReader(whole[before:]))
	r.contentType, r.length = w.FormDataContentType(), int64(len(whole))+f.Size
	_, err = c.do(ctx, r)
	return err
}

// lent is a reader of an announced length that its owner can take back: net/http
// may go on reading a body for a moment after the answer is there. It fails
// before the form is closed when the length is another, because a server might
// take a cut file for a whole one.
type lent struct {
	mu   sync.Mutex
	r    io.Reader
	left int64
}

func (l *lent) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.r == nil {
		return 0, io.ErrClosedPipe
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	switch {
	case l.left < 0:
		return 0, errors.New("the file is longer than announced")
	case l.left > 0 && errors.Is(err, io.EOF):
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

func (l *lent) giveBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.r = nil
}
