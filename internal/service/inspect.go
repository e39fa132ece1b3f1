package service

import (
	"errors"
	"io"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/picture"
)

// inspector is a reader that looks at an image while its bytes pass through,
// so that an upload is never held in memory.
type inspector struct {
	source io.Reader
	size   int64
	// refuses says that Read has failed because of what it read, and neither the
	// source nor, later, whoever stores the image.
	refuses bool
	pipe    *io.PipeWriter
	done    chan struct{}

	// Written by the goroutine, readable once done is closed.
	header picture.Header
	err    error
}

// inspect looks at the image of d that r gives. Close must be called.
func inspect(d idv.Depiction, r io.Reader) *inspector {
	pr, pw := io.Pipe()
	i := &inspector{source: r, pipe: pw, done: make(chan struct{})}
	go func() {
		defer close(i.done)
		i.err = picture.Look(pr, func(h picture.Header) error {
			i.header = h // what is too large for its sides need not be read
			return idv.CheckImage(d, h.MediaType, idv.MinImageBytes, h.Width, h.Height)
		})
		_ = pr.CloseWithError(errNotImage)
	}()
	return i
}

// Read gives the bytes unchanged. It fails with errNotImage as soon as they
// cannot be an image that is taken, and ends the look at io.EOF.
func (i *inspector) Read(p []byte) (int, error) {
	n, err := i.source.Read(p)
	i.size += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if i.size > idv.MaxImageBytes {
		return i.refuse(errTooLarge)
	}
	if _, werr := i.pipe.Write(p[:n]); werr != nil {
		return i.refuse(werr)
	}
	if errors.Is(err, io.EOF) {
		_ = i.Close()
		if i.err != nil {
			return i.refuse(errNotImage)
		}
	}
	return n, err
}

func (i *inspector) refuse(err error) (int, error) {
	i.refuses = true
	return 0, err
}

// Close ends the look and waits for it.
func (i *inspector) Close() error {
	_ = i.pipe.Close()
	<-i.done
	return nil
}

// result gives what was seen: media type, size in bytes, width and height.
func (i *inspector) result() (mediaType string, size int64, width, height int) {
	return i.header.MediaType, i.size, i.header.Width, i.header.Height
}

// refusal turns the inspector's own failure into the answer for the client, or
// gives nil when the failure was somebody else's.
func (i *inspector) refusal(d idv.Depiction) error {
	_ = i.Close()
	if !i.refuses {
		return nil
	}
	return i.verdict(d)
}

func (i *inspector) verdict(d idv.Depiction) error {
	if i.size > idv.MaxImageBytes {
		return idv.CheckImage(d, "", i.size, 0, 0)
	}
	if fault, ok := errors.AsType[picture.Fault](i.err); ok {
		return idv.Refuse(idv.CodeUnsupportedImage, "an image must be a whole JPEG or PNG by its content",
			idv.InvalidParam{Name: string(d), Reason: fault.Error()})
	}
	return i.err
}

// errTooLarge ends the reading of an image beyond the limit.
var errTooLarge = errors.New("image too large")
