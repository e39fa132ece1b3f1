package service

import (
	"errors"
	"image"
	_ "image/jpeg" // the two formats that an image may have
	_ "image/png"
	"io"

	"github.com/dossier-id/dossier/internal/idv"
)

// inspector is a reader that looks at an image while its bytes pass through,
// so that an upload is never held in memory.
type inspector struct {
	source io.Reader
	size   int64
	broken error // of the source, which is not the image's fault
	pipe   *io.PipeWriter
	done   chan struct{}

	// Written by the goroutine, readable once done is closed.
	config image.Config
	format string
	err    error
}

// inspect looks at the image that r gives. Close must be called.
func inspect(r io.Reader) *inspector {
	pr, pw := io.Pipe()
	i := &inspector{source: r, pipe: pw, done: make(chan struct{})}
	go func() {
		defer close(i.done)
		if i.config, i.format, i.err = image.DecodeConfig(pr); i.err != nil {
			_ = pr.CloseWithError(errNotImage)
			return
		}
		_, _ = io.Copy(io.Discard, pr)
	}()
	return i
}

// Read gives the bytes unchanged. It fails with errNotImage as soon as they
// cannot be an image, and ends the look at io.EOF.
func (i *inspector) Read(p []byte) (int, error) {
	n, err := i.source.Read(p)
	i.size += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		i.broken = err
		return 0, err
	}
	if i.size > idv.MaxImageBytes {
		return 0, errTooLarge
	}
	if _, werr := i.pipe.Write(p[:n]); werr != nil {
		return 0, werr
	}
	if errors.Is(err, io.EOF) {
		_ = i.Close()
		if i.err != nil {
			return 0, errNotImage
		}
	}
	return n, err
}

// Close ends the look and waits for it.
func (i *inspector) Close() error {
	_ = i.pipe.Close()
	<-i.done
	return nil
}

// result gives what was seen: media type, size in bytes, width and height.
func (i *inspector) result() (mediaType string, size int64, width, height int) {
	return "image/" + i.format, i.size, i.config.Width, i.config.Height
}

// refusal turns the inspector's own failure into the answer for the client, or
// gives nil when the failure was somebody else's.
func (i *inspector) refusal(d idv.Depiction) error {
	_ = i.Close()
	if i.broken == nil && (i.size > idv.MaxImageBytes || i.err != nil) {
		return idv.CheckImage(d, "", i.size, 0, 0)
	}
	return nil
}

// errTooLarge ends the reading of an image beyond the limit.
var errTooLarge = errors.New("image too large")
