package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/dossier-id/dossier/internal/dataurl"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

const (
	// maxImagesRequest bounds a whole request (Assure contract section 6).
	maxImagesRequest = 32 << 20
	// imagesTimeout is how long the body of an upload may take: 32 MB at about
	// 280 kB/s.
	imagesTimeout = 2 * time.Minute
	// maxParts bounds the parts of a multipart body.
	maxParts = 16
)

// Images documents the JSON form of Set images; the bytes themselves are
// streamed, never decoded into it.
type Images struct {
	Front  string `json:"front,omitempty" doc:"data:image/jpeg;base64,… or data:image/png;base64,…"`
	Back   string `json:"back,omitempty" doc:"As front."`
	Selfie string `json:"selfie,omitempty" doc:"As front."`
}

// imagesRequest holds on to the connection instead of a body.
type imagesRequest struct {
	ProcessPath
	r *http.Request
	w http.ResponseWriter
}

// Resolve gives the handler the request as it comes in.
func (in *imagesRequest) Resolve(ctx huma.Context) []error {
	in.r, in.w = humago.Unwrap(ctx)
	return nil
}

func (a *api) registerImages() {
	const path = "/assure/dossiers/{dossierId}/processes/{processId}/images"
	for method, id := range map[string]string{http.MethodPost: "setImages", http.MethodPut: "replaceImages"} {
		huma.Register(a.huma, a.operation(method, path, id, "Set images to the process", withStatus(http.StatusNoContent),
			withErrors(http.StatusConflict)), a.setImages)
	}
	// Described afterwards: huma would read a body that it knows of.
	described := a.huma.OpenAPI().Paths[path]
	described.Post.RequestBody, described.Put.RequestBody = a.imagesBody(), a.imagesBody()
	get := a.operation(http.MethodGet, path+"/{depiction}", "getImage", "Get image")
	get.Responses = imageResponses()
	huma.Register(a.huma, get, a.getImage)
}

func (a *api) setImages(ctx context.Context, in *imagesRequest) (*struct{}, error) {
	belongsTo(ctx, in.DossierID)
	if in.r.ContentLength > maxImagesRequest {
		return nil, problemOf(ctx, a.Log, in.r.Method, in.r.URL.Path, &http.MaxBytesError{Limit: maxImagesRequest})
	}
	// Not every writer has deadlines; the server's own time-out stays then.
	_ = http.NewResponseController(in.w).SetReadDeadline(a.Now().Add(imagesTimeout))
	body := http.MaxBytesReader(in.w, in.r.Body, maxImagesRequest)
	var read func(service.Upload) error
	mediaType, params, _ := mime.ParseMediaType(in.r.Header.Get("Content-Type"))
	switch mediaType {
	case "application/json", "":
		read = func(put service.Upload) error { return readDataURLs(body, put) }
	case "multipart/form-data":
		if params["boundary"] == "" {
			return nil, idv.Refuse(idv.CodeInvalid, "the Content-Type names no boundary")
		}
		read = func(put service.Upload) error {
			return readMultipart(multipart.NewReader(body, params["boundary"]), put)
		}
	default:
		return nil, problem(ctx, in.r.Method, in.r.URL.Path, http.StatusUnsupportedMediaType,
			"send application/json with data URLs, or multipart/form-data")
	}
	return nil, a.Service.SetImages(ctx, in.key(ctx), read)
}

func readDataURLs(body io.Reader, put service.Upload) error {
	keys := make([]string, 0, 3)
	for _, d := range idv.Depictions() {
		keys = append(keys, string(d))
	}
	err := dataurl.Read(body, keys, func(key, _ string, image io.Reader) error {
		return put(idv.Depiction(key), image)
	})
	if value, ok := errors.AsType[*dataurl.ValueError](err); ok {
		return idv.Refuse(idv.CodeInvalid, "an image is not a base64 data URL", idv.InvalidParam{Name: value.Key, Reason: value.Reason})
	}
	if syntax, ok := errors.AsType[*dataurl.SyntaxError](err); ok {
		return idv.Refuse(idv.CodeInvalid, syntax.Error())
	}
	return err
}

func readMultipart(parts *multipart.Reader, put service.Upload) error {
	for range maxParts {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		depiction, known := idv.ParseDepiction(part.FormName())
		if !known {
			continue
		}
		if err := put(depiction, part); err != nil {
			return broken(err)
		}
	}
	return idv.Refuse(idv.CodeInvalid, "the multipart body has too many parts")
}

// unreadable is the error of a body whose next part cannot be found. The
// parser's own text quotes what was sent.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	if _, cut := errors.AsType[*bodyError](err); cut {
		return err
	}
	return idv.Refuse(idv.CodeInvalid, "the multipart body is broken")
}

// broken tells a part that ends too early from a refusal and from a failure of
// our own.
func broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return idv.Refuse(idv.CodeInvalid, "the multipart body is broken")
	}
	return err
}

type imageRequest struct {
	ProcessPath
	Depiction string `path:"depiction" doc:"front, back or selfie, in either case."`
	Accept    string `header:"Accept" doc:"application/json gives a data URL."`
}

type imageAnswer struct {
	ContentType   string `header:"Content-Type"`
	ContentLength string `header:"Content-Length"`
	Body          func(huma.Context)
}

func (a *api) getImage(ctx context.Context, in *imageRequest) (*imageAnswer, error) {
	depiction, known := idv.ParseDepiction(in.Depiction)
	if !known {
		return nil, idv.NotFound("image")
	}
	img, body, err := a.Service.Image(ctx, in.key(ctx), depiction)
	if err != nil {
		return nil, err
	}
	if wantsJSON(in.Accept) {
		return &imageAnswer{ContentType: "application/json", Body: func(c huma.Context) {
			a.send(c, body, func(w io.Writer) error {
				return dataurl.Write(w, dataurl.Member{Key: "image", MediaType: img.MediaType, Body: body})
			})
		}}, nil
	}
	return &imageAnswer{ContentType: img.MediaType, ContentLength: strconv.FormatInt(img.Size, 10), Body: func(c huma.Context) {
		a.send(c, body, func(w io.Writer) error {
			_, err := io.Copy(w, body)
			return err
		})
	}}, nil
}

// send streams a sealed value. Its status is out by then, so a value that turns
// out to be damaged cuts the connection: half an image must not look whole.
func (a *api) send(c huma.Context, body io.Closer, write func(io.Writer) error) {
	defer func() { _ = body.Close() }()
	c.SetStatus(http.StatusOK)
	if err := write(c.BodyWriter()); err != nil {
		a.Log.WarnContext(c.Context(), "an image could not be sent whole", "trace", traceID(c.Context()), "error", err)
		panic(http.ErrAbortHandler)
	}
}

// wantsJSON says whether the client names JSON and likes it no less than an
// image (RFC 9110 section 12.5.1). Whoever takes anything gets the bytes.
func wantsJSON(accept string) bool {
	var json, image float64
	for word := range strings.SplitSeq(accept, ",") {
		mediaType, params, err := mime.ParseMediaType(word)
		quality := 1.0
		if q, given := params["q"]; given {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		switch {
		case err != nil:
		case mediaType == "application/json":
			json = quality
		case strings.HasPrefix(mediaType, "image/"):
			image = max(image, quality)
		}
	}
	return json > 0 && json >= image
}
