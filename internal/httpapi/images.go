package httpapi

import (
	"context"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/dossier-id/dossier/internal/dataurl"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

const (
	// maxImagesRequest bounds a whole request (Assure contract section 6).
	maxImagesRequest = 32 << 20
	// maxParts bounds the parts of a multipart body.
	maxParts = 16
	// anyPart names the image of a body that holds only one.
	anyPart = "image"
)

// Images documents the JSON form of Set images; the bytes themselves are
// streamed, never decoded into it.
type Images struct {
	Front  string `json:"front,omitempty" doc:"data:image/jpeg;base64,… or data:image/png;base64,…"`
	Back   string `json:"back,omitempty" doc:"As front."`
	Selfie string `json:"selfie,omitempty" doc:"As front."`
}

// UploadRequest is part of a request that holds on to the connection instead of
// a body. It is exported because huma does not look into embedded types that are
// not.
type UploadRequest struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve gives the handler the request as it comes in.
func (in *UploadRequest) Resolve(ctx huma.Context) []error {
	in.r, in.w = humago.Unwrap(ctx)
	return nil
}

type imagesRequest struct {
	ProcessPath
	UploadRequest
}

func (a *api) registerImages() {
	const path = "/assure/dossiers/{dossierId}/processes/{processId}/images"
	for method, id := range map[string]string{http.MethodPost: "setImages", http.MethodPut: "replaceImages"} {
		huma.Register(a.huma, a.operation(toUpload, method, path, id, "Set images to the process", withStatus(http.StatusNoContent),
			withErrors(http.StatusConflict)), a.setImages)
	}
	// Described afterwards: huma would read a body that it knows of.
	described := a.huma.OpenAPI().Paths[path]
	described.Post.RequestBody, described.Put.RequestBody = a.imagesBody(), a.imagesBody()
	get := a.operation(toRead, http.MethodGet, path+"/{depiction}", "getImage", "Get image")
	get.Responses = imageResponses()
	huma.Register(a.huma, get, a.getImage)
	video := a.operation(toRead, http.MethodGet, strings.TrimSuffix(path, "images")+"video", "getVideo", "Get process video")
	video.Responses = binaryResponse("The video", "video/mp4", "video/webm", "video/quicktime")
	huma.Register(a.huma, video, a.getVideo)
}

func (a *api) setImages(ctx context.Context, in *imagesRequest) (*struct{}, error) {
	belongsTo(ctx, in.DossierID)
	return nil, a.upload(ctx, &in.UploadRequest, eachDepiction(), func(read func(service.Upload) error) error {
		return a.Service.SetImages(ctx, in.key(ctx), read)
	})
}

// parts says which parts of a body are images, and of what.
type parts map[string]idv.Depiction

// eachDepiction takes a part for each image.
func eachDepiction() parts {
	all := parts{}
	for _, d := range idv.Depictions() {
		all[string(d)] = d
	}
	return all
}

// upload lets a use case read the images of a request as they come in. It takes
// data URLs in JSON, multipart parts, and, where all parts are the same image,
// its bare bytes.
func (a *api) upload(ctx context.Context, in *UploadRequest, wanted parts, set func(read func(service.Upload) error) error) error {
	if in.r.ContentLength > maxImagesRequest {
		return problemOf(ctx, a.Log, in.r.Method, in.r.URL.Path, &http.MaxBytesError{Limit: maxImagesRequest})
	}
	leave, err := a.enter(ctx, in.r)
	if err != nil {
		return err
	}
	defer leave()
	body := pace(in.w, http.MaxBytesReader(in.w, in.r.Body, maxImagesRequest), a.Now())
	mediaType, params, _ := mime.ParseMediaType(in.r.Header.Get("Content-Type"))
	only, single := wanted[anyPart]
	switch {
	case mediaType == "application/json" || mediaType == "":
		return set(func(put service.Upload) error { return readDataURLs(body, wanted, put) })
	case mediaType == "multipart/form-data" && params["boundary"] == "":
		return idv.Refuse(idv.CodeInvalid, "the Content-Type names no boundary")
	case mediaType == "multipart/form-data":
		return set(func(put service.Upload) error {
			return readMultipart(multipart.NewReader(body, params["boundary"]), wanted, put)
		})
	case single && (mediaType == idv.MediaJPEG || mediaType == idv.MediaPNG):
		return set(func(put service.Upload) error { return put(only, body) })
	default:
		return problem(ctx, in.r.Method, in.r.URL.Path, http.StatusUnsupportedMediaType,
			"send application/json with data URLs, or multipart/form-data")
	}
}

func readDataURLs(body io.Reader, wanted parts, put service.Upload) error {
	err := dataurl.Read(body, slices.Sorted(maps.Keys(wanted)), func(key, _ string, image io.Reader) error {
		return put(wanted[key], image)
	})
	if value, ok := errors.AsType[*dataurl.ValueError](err); ok {
		return idv.Refuse(idv.CodeInvalid, "an image is not a base64 data URL", idv.InvalidParam{Name: value.Key, Reason: value.Reason})
	}
	if syntax, ok := errors.AsType[*dataurl.SyntaxError](err); ok {
		return idv.Refuse(idv.CodeInvalid, syntax.Error())
	}
	return err
}

func readMultipart(body *multipart.Reader, wanted parts, put service.Upload) error {
	for range maxParts {
		part, err := body.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		depiction, known := wanted[strings.ToLower(part.FormName())]
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
	return a.showImage(img, body, in.Accept), nil
}

// showImage answers with the bytes of an image, or with a data URL of them.
func (a *api) showImage(img idv.Image, body io.ReadCloser, accept string) *imageAnswer {
	if wantsJSON(accept) {
		return &imageAnswer{ContentType: "application/json", Body: func(c huma.Context) {
			defer func() { _ = body.Close() }()
			a.send(c, func(w io.Writer) error {
				return dataurl.Write(w, dataurl.Member{Key: anyPart, MediaType: img.MediaType, Body: body})
			})
		}}
	}
	return a.showBytes(img, body)
}

func (a *api) showBytes(img idv.Image, body io.ReadCloser) *imageAnswer {
	return &imageAnswer{ContentType: img.MediaType, ContentLength: strconv.FormatInt(img.Size, 10), Body: func(c huma.Context) {
		defer func() { _ = body.Close() }()
		a.send(c, func(w io.Writer) error {
			_, err := io.Copy(w, body)
			return err
		})
	}}
}

func (a *api) getVideo(ctx context.Context, in *ProcessPath) (*imageAnswer, error) {
	video, body, err := a.Service.Video(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	return a.showBytes(video, body), nil
}

// send streams a sealed value. Its status is out by then, so a value that turns
// out to be damaged cuts the connection: half an image must not look whole.
func (a *api) send(c huma.Context, write func(io.Writer) error) {
	c.SetStatus(http.StatusOK)
	if err := write(c.BodyWriter()); err != nil {
		a.Log.WarnContext(c.Context(), "an answer could not be sent whole", "trace", traceID(c.Context()), "error", err)
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
