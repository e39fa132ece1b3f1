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
	batch := &upload{service: s, key: k, oneSided: v.DocumentType.Known() && v.DocumentType.Sides() == 1}
	err = read(func(d idv.Depiction, body io.Reader) error { return batch.add(ctx, d, body) })
	if err == nil {
		err = batch.commit(ctx)
	}
	if err != nil {
		batch.discard(context.WithoutCancel(ctx))
	}
	return err
}

// pending reads a process that may still take images.
func (s *Service) pending(ctx context.Context, k idv.ProcessKey) (*View, error) {
	v, err := s.Process(ctx, k)
	if err == nil && v.Status != idv.StatusPending {
		err = idv.InvalidState("set images", v.Status)
	}
	return v, err
}

// upload is the images of one request on their way in.
type upload struct {
	service *Service
	key     idv.ProcessKey
	images  []idv.Image
	// oneSided is set for a document that has no back.
	oneSided bool
}

func (u *upload) add(ctx context.Context, d idv.Depiction, body io.Reader) error {
	if slices.ContainsFunc(u.images, func(i idv.Image) bool { return i.Depiction == d }) {
		return idv.Refuse(idv.CodeInvalid, "an image is there twice", idv.InvalidParam{Name: string(d), Reason: "is there twice"})
	}
	if d == idv.Back && u.oneSided {
		return idv.Refuse(idv.CodeInvalid, "the document type has one side", idv.InvalidParam{Name: string(d), Reason: "is not a side of this document"})
	}
	img := idv.Image{
		TenantID: u.key.Tenant, DossierID: u.key.Dossier, ProcessID: u.key.Process,
		Depiction: d, Blob: u.service.NewID(), CreatedAt: u.service.now(),
	}
	look := inspect(io.LimitReader(body, idv.MaxImageBytes+1))
	defer func() { _ = look.Close() }()
	if err := u.service.Blobs.Put(ctx, blobOf(img), look); err != nil {
		if refused := look.refusal(d); refused != nil {
			return refused
		}
		return fmt.Errorf("store image: %w", err)
	}
	u.images = append(u.images, img)
	i := &u.images[len(u.images)-1]
	i.MediaType, i.Size, i.Width, i.Height = look.result()
	return idv.CheckImage(d, i.MediaType, i.Size, i.Width, i.Height)
}

// commit makes the images those of the process and lets the ones they replace go.
func (u *upload) commit(ctx context.Context) error {
	if len(u.images) == 0 {
		return idv.Refuse(idv.CodeInvalid, "the request holds no image: front, back or selfie")
	}
	return u.service.Store.Update(ctx, func(tx idv.Tx) error {
		v, err := view(ctx, tx, u.key)
		if err != nil {
			return err
		}
		if v.Status != idv.StatusPending {
			return idv.InvalidState("set images", v.Status)
		}
		v.UpdatedAt = u.service.now()
		return tx.PutImages(ctx, v.Process, u.images, u.replaced(v.Images))
	})
}

func (u *upload) replaced(before []idv.Image) (jobs []idv.Job) {
	for _, old := range before {
		if slices.ContainsFunc(u.images, func(i idv.Image) bool { return i.Depiction == old.Depiction }) {
			jobs = append(jobs, idv.Job{Kind: idv.JobEraseBlobs, Tenant: u.key.Tenant, Dossier: u.key.Dossier, Process: u.key.Process, Ref: old.Blob})
		}
	}
	return jobs
}

// discard removes what a refused request has stored. What a crash leaves
// behind, SweepBlobs finds.
func (u *upload) discard(ctx context.Context) {
	for _, i := range u.images {
		if err := u.service.Blobs.Erase(ctx, blobOf(i)); err != nil {
			u.service.Log.WarnContext(ctx, "a refused image waits for the sweep", "error", err)
		}
	}
}

// Image gives an image of a process and its bytes, which the caller closes.
func (s *Service) Image(ctx context.Context, k idv.ProcessKey, d idv.Depiction) (idv.Image, io.ReadCloser, error) {
	v, err := s.Process(ctx, k)
	if err != nil {
		return idv.Image{}, nil, err
	}
	at := slices.IndexFunc(v.Images, func(i idv.Image) bool { return i.Depiction == d })
	if at < 0 {
		return idv.Image{}, nil, idv.NotFound("image")
	}
	body, err := s.openImage(ctx, v.Images[at])
	return v.Images[at], body, err
}

func (s *Service) openImage(ctx context.Context, i idv.Image) (io.ReadCloser, error) {
	return s.Blobs.Open(ctx, blobOf(i))
}

func blobOf(i idv.Image) idv.BlobRef {
	return idv.BlobRef{Tenant: i.TenantID, Dossier: i.DossierID, Process: i.ProcessID, Name: i.Blob}
}

// errNotImage ends the reading of bytes that are no image at the first sight
// of it: a 10 MB text is not worth storing.
var errNotImage = errors.New("not a JPEG or PNG image")
