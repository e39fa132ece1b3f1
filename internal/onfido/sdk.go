package onfido

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// Admit makes the applicant and gives an SDK token for it, good for 90 minutes.
// An *idv.Error is the customer's to mend.
func (c *Connector) Admit(ctx context.Context, k idv.Case, to idv.Software) (idv.Personal, error) {
	applicant, err := c.applicant(ctx, k)
	if err != nil {
		return "", refusal(k.Process, err)
	}
	token, err := c.api.CreateSDKToken(ctx, onfidoapi.NewSDKToken{ApplicantID: applicant, ApplicationID: to.AppID, Referrer: to.Referrer})
	if answer, ok := errors.AsType[*onfidoapi.Error](err); ok && answer.Status == http.StatusUnprocessableEntity {
		return "", idv.Refuse(idv.CodeInvalid, "the provider admits no such app or page",
			idv.InvalidParam{Name: "processParameters.mobileAppId", Reason: "was refused by the provider"})
	}
	return idv.Personal(token), err
}

// upload is something that Onfido's own software has brought to Onfido.
type upload struct {
	step      string // the step of the journal that names it
	depiction idv.Depiction
	kind      onfidoapi.Kind
	ref       string
}

// brought finds what an app or a page has brought for a process: the newest front,
// the newest back of the same type of document, and the newest face. What is
// missing refuses the start (Assure contract section 5).
func (c *Connector) brought(ctx context.Context, k idv.Case, applicant string) ([]upload, error) {
	documents, err := c.api.Documents(ctx, applicant)
	if err != nil {
		return nil, err
	}
	found, missing := sides(documents), []idv.InvalidParam(nil)
	if len(found) == 0 {
		missing = append(missing, idv.InvalidParam{Name: string(idv.Front), Reason: "has not reached the provider yet"})
	}
	face, err := c.face(ctx, k.Process.Type, applicant)
	if err != nil {
		return nil, err
	}
	if k.Process.Type.Biometric() && face.ref == "" {
		missing = append(missing, idv.InvalidParam{Name: string(face.depiction), Reason: "has not reached the provider yet"})
	}
	if len(missing) > 0 {
		return nil, idv.Refuse(idv.CodeImagesMissing, "the app has not brought the images to the provider yet", missing...)
	}
	if face.ref != "" {
		found = append(found, face)
	}
	return found, nil
}

// sides are the newest front and, if there is one, the newest back of the same
// type. A document without a side is a front: a passport has only one.
func sides(documents []onfidoapi.Document) []upload {
	front := newest(documents, func(d onfidoapi.Document) bool { return d.Side != "back" })
	if front.ID == "" {
		return nil
	}
	found := []upload{{documentStep(idv.Front), idv.Front, onfidoapi.Documents, front.ID}}
	back := newest(documents, func(d onfidoapi.Document) bool { return d.Side == "back" && d.Type == front.Type })
	if back.ID != "" {
		found = append(found, upload{documentStep(idv.Back), idv.Back, onfidoapi.Documents, back.ID})
	}
	return found
}

// newest gives the last of those that were uploaded last; Onfido's times are to
// the second.
func newest(documents []onfidoapi.Document, fits func(onfidoapi.Document) bool) (last onfidoapi.Document) {
	for _, d := range documents {
		if fits(d) && !d.CreatedAt.Before(last.CreatedAt) {
			last = d
		}
	}
	return last
}

// face is the newest picture or film of the face that a process needs. For a
// film it takes the kind that the installation asks for, and the other where
// there is none: the app has decided.
func (c *Connector) face(ctx context.Context, t idv.ProcessType, applicant string) (upload, error) {
	photo := upload{step: stepLivePhoto, depiction: idv.Selfie, kind: onfidoapi.LivePhotos}
	film := upload{step: stepLiveVideo, depiction: idv.Video, kind: onfidoapi.LiveVideos}
	motion := upload{step: stepMotion, depiction: idv.Video, kind: onfidoapi.MotionCaptures}
	wanted := map[idv.ProcessType][]upload{idv.TypeDocumentSelfie: {photo}, idv.TypeDocumentVideo: {film, motion}}[t]
	if c.motion {
		slices.Reverse(wanted)
	}
	for _, u := range wanted {
		list, err := c.api.Media(ctx, u.kind, applicant)
		if err != nil {
			return upload{}, err
		}
		var at time.Time
		for _, m := range list {
			if !m.CreatedAt.Before(at) {
				u.ref, at = m.ID, m.CreatedAt
			}
		}
		if u.ref != "" {
			return u, nil
		}
	}
	if len(wanted) == 0 {
		return upload{}, nil
	}
	return wanted[0], nil
}

// settleOn notes which uploads are checked, so that a check that is asked for
// again and the images that are kept afterwards are of the same. It gives the ids
// of the documents.
func (c *Connector) settleOn(ctx context.Context, k idv.Case, applicant string) (documents []string, err error) {
	found := settled(k)
	if len(found) == 0 {
		if found, err = c.brought(ctx, k, applicant); err != nil {
			return nil, err
		}
		slices.Reverse(found) // the front last: with it the list is whole
		for _, u := range found {
			if err := k.Journal.Intend(ctx, u.step); err != nil {
				return nil, err
			}
			if err := k.Journal.Done(ctx, u.step, u.ref); err != nil {
				return nil, err
			}
		}
		found = settled(k)
	}
	for _, u := range found {
		if u.kind == onfidoapi.Documents {
			documents = append(documents, u.ref)
		}
	}
	return documents, nil
}

// settled are the uploads that settleOn has noted, none before it is done.
func settled(k idv.Case) (found []upload) {
	if k.Journal.Step(documentStep(idv.Front)).Ref == "" {
		return nil
	}
	for _, u := range []upload{
		{step: documentStep(idv.Front), depiction: idv.Front, kind: onfidoapi.Documents},
		{step: documentStep(idv.Back), depiction: idv.Back, kind: onfidoapi.Documents},
		{step: stepLivePhoto, depiction: idv.Selfie, kind: onfidoapi.LivePhotos},
		{step: stepLiveVideo, depiction: idv.Video, kind: onfidoapi.LiveVideos},
		{step: stepMotion, depiction: idv.Video, kind: onfidoapi.MotionCaptures},
	} {
		if u.ref = k.Journal.Step(u.step).Ref; u.ref != "" {
			found = append(found, u)
		}
	}
	return found
}
