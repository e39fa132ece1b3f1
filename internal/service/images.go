package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
)

// Upload takes one image of a request: what it shows and its bytes.
type Upload func(d idv.Depiction, body io.Reader) error

// SetImages stores the images of one request, all of them or none. read calls
// the Upload it is given once for each image; its own error refuses the request.
func (s *Service) SetImages(ctx context.Context, k idv.ProcessKey, read func(Upload) error) error {
	v, err := s.pending(ctx, k)
	if err != nil {
		return err
	}
	return (&batch{service: s, key: k, oneSided: oneSided(v.Process)}).take(ctx, (*batch).toProcess, read)
}

// pending reads a process that may still take images.
func (s *Service) pending(ctx context.Context, k idv.ProcessKey) (*View, error) {
	v, err := s.process(ctx, k)
	switch {
	case err != nil:
		return nil, err
	case v.Status != idv.StatusPending:
		return nil, idv.InvalidState("set images", v.Status)
	case v.Path == idv.PathSDK:
		return nil, idv.Refuse(idv.CodeInvalid, "the images of this process are brought by the provider's SDK, in an app or a page")
	}
	return v, nil
}

// batch is the images of one request on their way to a process, or to the files
// of a dossier when the key names no process.
type batch struct {
	service *Service
	key     idv.ProcessKey
	images  []idv.Image
	// oneSided is set for a document that has no back.
	oneSided bool
	// theirs is set for what comes from the provider, which has bounds of its own
	// for films.
	theirs bool
}

// maxFetchedFilm bounds a film of the provider's.
const maxFetchedFilm = 60_000_000

func (b *batch) mostFilm() int64 {
	if b.theirs {
		return maxFetchedFilm
	}
	return idv.MaxFilmBytes
}

// blank is an image of the batch that has no bytes yet.
func (b *batch) blank(d idv.Depiction) idv.Image {
	return idv.Image{
		TenantID: b.key.Tenant, DossierID: b.key.Dossier, ProcessID: b.key.Process,
		Depiction: d, Blob: b.service.NewID(), CreatedAt: b.service.now(),
	}
}

// oneSided says that the document of a process has no back.
func oneSided(p *idv.Process) bool { return p.DocumentType.Known() && p.DocumentType.Sides() == 1 }

// take stores the bytes of a request and lets commit make them what they are
// to be. After an error nothing is stored.
func (b *batch) take(ctx context.Context, commit func(*batch, context.Context) error, read func(Upload) error) error {
	err := read(func(d idv.Depiction, body io.Reader) error { return b.add(ctx, d, body) })
	if err == nil && len(b.images) == 0 {
		err = idv.Refuse(idv.CodeInvalid, "the request holds no image: front, back or selfie")
	}
	if err == nil {
		err = commit(b, ctx)
	}
	if err != nil {
		b.discard(context.WithoutCancel(ctx))
	}
	return err
}

func (b *batch) add(ctx context.Context, d idv.Depiction, body io.Reader) error {
	if slices.ContainsFunc(b.images, func(i idv.Image) bool { return i.Depiction == d }) {
		return idv.Refuse(idv.CodeInvalid, "an image is there twice", idv.InvalidParam{Name: string(d), Reason: "is there twice"})
	}
	if d == idv.Back && b.oneSided {
		return idv.Refuse(idv.CodeInvalid, "the document type has one side", idv.InvalidParam{Name: string(d), Reason: "is not a side of this document"})
	}
	img := b.blank(d)
	look := inspect(d, io.LimitReader(body, idv.MaxImageBytes+1))
	defer func() { _ = look.Close() }()
	if err := b.service.Blobs.Put(ctx, idv.BlobOf(img), look); err != nil {
		if refused := look.refusal(d); refused != nil {
			return refused
		}
		return fmt.Errorf("store image: %w", err)
	}
	b.images = append(b.images, img)
	i := &b.images[len(b.images)-1]
	i.MediaType, i.Size, i.Width, i.Height = look.result()
	return idv.CheckImage(d, i.MediaType, i.Size, i.Width, i.Height)
}

// toProcess makes the images those of the process and lets the ones they
// replace go.
func (b *batch) toProcess(ctx context.Context) error {
	return b.service.Store.Update(ctx, func(tx idv.Tx) error {
		v, err := view(ctx, tx, b.key)
		if err != nil {
			return err
		}
		if v.Status != idv.StatusPending {
			return idv.InvalidState("set images", v.Status)
		}
		v.UpdatedAt = b.service.now()
		if err := tx.PutImages(ctx, v.Process, b.images, b.replaced(v.Images)); err != nil {
			return err
		}
		return b.record(ctx, tx, idv.ActionImageSet)
	})
}

// record tells the trail who has brought the images.
func (b *batch) record(ctx context.Context, tx idv.Tx, a idv.Action) error {
	records := make([]idv.Record, len(b.images))
	for n, i := range b.images {
		records[n] = idv.Record{
			Tenant: i.TenantID, At: b.service.now(), Action: a, Dossier: i.DossierID, Process: i.ProcessID, Subject: string(i.Depiction),
		}
	}
	return tx.Record(ctx, records...)
}

// replaced lists the work that erases what the images take the place of.
func (b *batch) replaced(before []idv.Image) []idv.Job {
	return eraseJobs(slices.DeleteFunc(slices.Clone(before), func(old idv.Image) bool {
		return !slices.ContainsFunc(b.images, func(i idv.Image) bool { return i.Depiction == old.Depiction })
	}))
}

func eraseJobs(images []idv.Image) []idv.Job {
	jobs := make([]idv.Job, len(images))
	for n, i := range images {
		at := idv.BlobOf(i)
		jobs[n] = idv.Job{Kind: idv.JobEraseBlobs, Tenant: at.Tenant, Dossier: at.Dossier, Process: at.Process, Ref: at.Name}
	}
	return jobs
}

// discard removes what a refused request has stored. What a crash leaves
// behind, SweepBlobs finds.
func (b *batch) discard(ctx context.Context) {
	for _, i := range b.images {
		if err := b.service.Blobs.Erase(ctx, idv.BlobOf(i)); err != nil {
			b.service.Log.WarnContext(ctx, "a refused image waits for the sweep", "error", err)
		}
	}
}

// Image gives an image of a process and its bytes, which the caller closes.
func (s *Service) Image(ctx context.Context, k idv.ProcessKey, d idv.Depiction) (idv.Image, io.ReadCloser, error) {
	_, image, body, err := s.imageFor(ctx, k, d, idv.ActionImageViewed)
	return image, body, err
}

// ImageToRead gives the bytes of an image to a caller that shows what is written
// in it, beside what the provider has found. The caller closes them.
func (s *Service) ImageToRead(ctx context.Context, k idv.ProcessKey, d idv.Depiction) (*View, io.ReadCloser, error) {
	v, _, body, err := s.imageFor(ctx, k, d, idv.ActionImageRead)
	return v, body, err
}

func (s *Service) imageFor(ctx context.Context, k idv.ProcessKey, d idv.Depiction, a idv.Action) (*View, idv.Image, io.ReadCloser, error) {
	v, err := s.process(ctx, k)
	if err != nil {
		return nil, idv.Image{}, nil, err
	}
	image, body, err := s.openOne(ctx, "image", v.Images, d)
	if err != nil {
		return nil, idv.Image{}, nil, err
	}
	image, body, err = s.shown(ctx, image, body, a)
	return v, image, body, err
}

// Video gives the film of a process and its bytes, which the caller closes, or
// NotFound while there is none.
func (s *Service) Video(ctx context.Context, k idv.ProcessKey) (idv.Image, io.ReadCloser, error) {
	v, err := s.process(ctx, k)
	if err != nil {
		return idv.Image{}, nil, err
	}
	if v.Video == nil {
		return idv.Image{}, nil, idv.NotFound("video")
	}
	body, err := s.openImage(ctx, *v.Video)
	if err != nil {
		return idv.Image{}, nil, err
	}
	return s.shown(ctx, *v.Video, body, idv.ActionVideoViewed)
}

func (s *Service) openOne(ctx context.Context, what string, images []idv.Image, d idv.Depiction) (idv.Image, io.ReadCloser, error) {
	at := slices.IndexFunc(images, func(i idv.Image) bool { return i.Depiction == d })
	if at < 0 {
		return idv.Image{}, nil, idv.NotFound(what)
	}
	body, err := s.openImage(ctx, images[at])
	return images[at], body, err
}

func (s *Service) openImage(ctx context.Context, i idv.Image) (io.ReadCloser, error) {
	return s.Blobs.Open(ctx, idv.BlobOf(i))
}

// errNotImage ends the reading of bytes that are no image at the first sight
// of it: a 10 MB text is not worth storing.
var errNotImage = errors.New("not a JPEG or PNG image")
