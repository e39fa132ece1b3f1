package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/dossier-id/dossier/internal/dataurl"
)

// Image is a picture to upload.
type Image struct {
	// Depiction is front, back or selfie.
	Depiction string
	// Open gives the bytes from the start. It is called once for each try.
	Open func() (io.ReadCloser, error)
}

// FromFile is an image in a file of this machine.
func FromFile(depiction, path string) Image {
	return Image{depiction, func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Bytes is an image in memory.
func Bytes(depiction string, data []byte) Image {
	return Image{depiction, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// SetImages uploads images, all in one request; those of a depiction that was
// set before are replaced. The images are streamed. Their media type is read off
// their first bytes; what is no image is sent as what it is, for the server to
// refuse.
func (c *Client) SetImages(ctx context.Context, ref Ref, images ...Image) error {
	if err := c.send(ctx, http.MethodPut, ref.path("images"), images); err != nil {
		return fmt.Errorf("uploading the images: %w", err)
	}
	return nil
}

// send sends images as one JSON object of data URLs.
func (c *Client) send(ctx context.Context, method, path string, images []Image) error {
	resp, err := c.do(ctx, call{
		method: method, path: path, mediaType: "application/json",
		body: func() (io.Reader, error) { return upload(images) },
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// upload writes the images into a pipe. The goroutine that does so ends when the
// pipe's reader is closed, which net/http promises for the body of a request.
func upload(images []Image) (io.Reader, error) {
	members, closeAll, err := open(images)
	if err != nil {
		return nil, errors.Join(err, closeAll())
	}
	r, w := io.Pipe()
	go func() {
		err := dataurl.Write(w, members...)
		w.CloseWithError(errors.Join(err, closeAll()))
	}()
	return r, nil
}

// open opens every image; closeAll closes those that were opened.
func open(images []Image) (members []dataurl.Member, closeAll func() error, err error) {
	var opened []io.Closer
	closeAll = func() error {
		var errs []error
		for _, c := range opened {
			errs = append(errs, c.Close())
		}
		return errors.Join(errs...)
	}
	for _, image := range images {
		r, err := image.Open()
		if err != nil {
			return nil, closeAll, fmt.Errorf("opening %s: %w", image.Depiction, err)
		}
		opened = append(opened, r)
		mediaType, body, err := sniff(r)
		if err != nil {
			return nil, closeAll, fmt.Errorf("reading %s: %w", image.Depiction, err)
		}
		members = append(members, dataurl.Member{Key: image.Depiction, MediaType: mediaType, Body: body})
	}
	return members, closeAll, nil
}

// sniff gives the media type of what r holds, and all of r again.
func sniff(r io.Reader) (mediaType string, all io.Reader, err error) {
	var head [512]byte // as much as DetectContentType looks at
	n, err := io.ReadFull(r, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", nil, err
	}
	mediaType, _, _ = strings.Cut(http.DetectContentType(head[:n]), ";")
	return mediaType, io.MultiReader(bytes.NewReader(head[:n]), r), nil
}

// Image gives an image that was set.
func (c *Client) Image(ctx context.Context, ref Ref, depiction string) (*Content, error) {
	body, err := c.content(ctx, ref.path("images", depiction))
	if err != nil {
		return nil, fmt.Errorf("getting the image: %w", err)
	}
	return body, nil
}

// Video gives the film of a documentVideo, once the server has it; until then it
// is a [*Problem] of status 404.
func (c *Client) Video(ctx context.Context, ref Ref) (*Content, error) {
	body, err := c.content(ctx, ref.path("video"))
	if err != nil {
		return nil, fmt.Errorf("getting the video: %w", err)
	}
	return body, nil
}

// TakeImagesFromFiles makes copies of files of the dossier images of a pending
// process; no depictions are all that there are.
func (c *Client) TakeImagesFromFiles(ctx context.Context, ref Ref, depictions ...string) error {
	if err := c.exchange(ctx, http.MethodPost, ref.path("images", "from-files"), copied{depictions}, nil); err != nil {
		return fmt.Errorf("taking images from the files: %w", err)
	}
	return nil
}

// CopyImagesToFiles makes copies of a process's images files of its dossier; no
// depictions are all that there are.
func (c *Client) CopyImagesToFiles(ctx context.Context, ref Ref, depictions ...string) error {
	if err := c.exchange(ctx, http.MethodPost, ref.path("images", "to-files"), copied{depictions}, nil); err != nil {
		return fmt.Errorf("copying the images to the files: %w", err)
	}
	return nil
}

type copied struct {
	Depictions []string `json:"depictions,omitempty"`
}
