package onfido

import (
	"cmp"
	"context"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// The steps that brought a face. Which of them a process has says what it is
// compared with.
const (
	stepLivePhoto = "live_photo"
	stepLiveVideo = "live_video"
	stepMotion    = "motion_capture"
)

func documentStep(d idv.Depiction) string { return "document_" + string(d) }

// upload brings the images of a process to Onfido and gives the ids of its
// documents.
func (c *Connector) upload(ctx context.Context, k idv.Case, applicant string) (documents []string, err error) {
	for _, image := range k.Images {
		if image.Depiction != idv.Front && image.Depiction != idv.Back {
			continue
		}
		id, err := c.uploadDocument(ctx, k, applicant, image)
		if err != nil {
			return nil, err
		}
		documents = append(documents, id)
	}
	for _, image := range k.Images {
		switch {
		case image.Depiction == idv.Selfie && k.Process.Type == idv.TypeDocumentSelfie:
			_, err = c.uploadLivePhoto(ctx, k, applicant, image)
		case image.Depiction == idv.Video && k.Process.Type == idv.TypeDocumentVideo:
			_, err = c.uploadFilm(ctx, k, applicant, image)
		}
	}
	return documents, err
}

func (c *Connector) uploadDocument(ctx context.Context, k idv.Case, applicant string, image idv.Image) (ref string, err error) {
	kind, side, name := onfidoDocumentType(k.Process.DocumentType), string(image.Depiction), fileName(image)
	return c.once(ctx, k.Journal, creation{
		step: documentStep(image.Depiction),
		post: func(ctx context.Context) (ref string, err error) {
			return send(ctx, k, image, func(f onfidoapi.File) (string, error) {
				d, err := c.api.UploadDocument(ctx, onfidoapi.NewDocument{
					ApplicantID: applicant, Type: kind, Side: side, IssuingCountry: k.Process.IssuingCountry, File: f,
				})
				return d.ID, err
			})
		},
		find: func(ctx context.Context, _ time.Time) (string, error) {
			documents, err := c.api.Documents(ctx, applicant)
			for _, d := range documents {
				if d.Type == kind && (d.Side == side || d.Side == "") && d.FileName == name && d.FileSize == image.Size {
					return d.ID, err
				}
			}
			return "", err
		},
	})
}

func (c *Connector) uploadLivePhoto(ctx context.Context, k idv.Case, applicant string, image idv.Image) (ref string, err error) {
	return c.once(ctx, k.Journal, creation{
		step: stepLivePhoto,
		post: func(ctx context.Context) (ref string, err error) {
			return send(ctx, k, image, func(f onfidoapi.File) (string, error) {
				p, err := c.api.UploadLivePhoto(ctx, applicant, f)
				return p.ID, err
			})
		},
		find: func(ctx context.Context, _ time.Time) (string, error) {
			photos, err := c.api.Media(ctx, onfidoapi.LivePhotos, applicant)
			for _, p := range photos {
				if p.FileName == fileName(image) && p.FileSize == image.Size {
					return p.ID, err
				}
			}
			return "", err
		},
	})
}

// send opens an image for as long as it is being uploaded.
func send(ctx context.Context, k idv.Case, image idv.Image, to func(onfidoapi.File) (ref string, err error)) (ref string, err error) {
	body, err := k.Open(ctx, image)
	if idv.CodeOf(err) == idv.CodeNotFound {
		return "", &idv.Failure{Type: idv.FailUpload, Message: "the image " + string(image.Depiction) + " is lost"}
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	return to(onfidoapi.File{Name: fileName(image), MediaType: image.MediaType, Size: image.Size, Body: body})
}

// fileName says nothing of the person, and with the size it finds an upload.
func fileName(i idv.Image) string {
	ending := map[string]string{idv.MediaPNG: ".png", idv.MediaWebM: ".webm", idv.MediaMP4: ".mp4", idv.MediaQuickTime: ".mov"}[i.MediaType]
	return string(i.Depiction) + cmp.Or(ending, ".jpg")
}
