package capture

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// codeFaces refuses a selfie that shows no face or several.
const codeFaces idv.Code = "faces"

// uploadTime is how long a picture or a film may be on its way: phones have slow
// lines, and the server's own limit is for the calls of a program.
const uploadTime = 3 * time.Minute

// setImage takes one picture. A selfie is looked at: with no face or several it is
// refused once, and taken when the end-user insists (?anyway=1), because they may
// know better than we do; the provider has the last word.
func (p *pages) setImage(w http.ResponseWriter, r *http.Request) error {
	d, known := idv.ParseDepiction(r.PathValue("depiction"))
	if !known {
		return idv.NotFound("image")
	}
	body, err := upload(w, r, idv.MaxImageBytes)
	if err != nil {
		return err
	}
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	if d == idv.Selfie && r.URL.Query().Get("anyway") == "" {
		if err := p.oneFace(r.Context(), body); err != nil {
			return err
		}
	}
	err = p.Service.SetImages(r.Context(), v.Key(), func(put service.Upload) error { return put(d, bytes.NewReader(body)) })
	if err != nil {
		return err
	}
	return p.state(w, r)
}

// upload reads a body of at most most bytes.
func upload(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	deadline := http.NewResponseController(w)
	_ = deadline.SetReadDeadline(time.Time{}) // The server's limit is for small requests; the bound below holds.
	ctx, cancel := context.WithTimeout(r.Context(), uploadTime)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = deadline.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return nil, fmt.Errorf("read what is uploaded: %w", err)
	}
	return body, nil
}

// oneFace refuses a picture without exactly one face. What cannot be read is left
// to what stores it, which says why.
func (p *pages) oneFace(ctx context.Context, file []byte) error {
	select {
	case p.looks <- struct{}{}:
		defer func() { <-p.looks }()
	case <-ctx.Done():
		return ctx.Err()
	}
	n, err := p.Faces(ctx, file)
	switch {
	case err != nil, n == 1:
		return nil
	case n == 0:
		return idv.Refuse(codeFaces, "no face is to be seen", idv.InvalidParam{Name: "none"})
	default:
		return idv.Refuse(codeFaces, "several faces are to be seen", idv.InvalidParam{Name: "several"})
	}
}

// image gives back a picture for the review, for as long as it can be changed.
func (p *pages) image(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	d, known := idv.ParseDepiction(r.PathValue("depiction"))
	if !known || v.Status != idv.StatusPending {
		return idv.NotFound("image")
	}
	i, body, err := p.Service.Image(r.Context(), v.Key(), d)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	w.Header().Set("Content-Type", i.MediaType)
	w.Header().Set("Content-Length", strconv.FormatInt(i.Size, 10))
	_, _ = io.Copy(w, body)
	return nil
}

// task is one thing to do before the camera.
type task struct {
	Digits []int    `json:"digits,omitempty"`
	Turn   idv.Side `json:"turn,omitempty"`
}

// challenge poses what is to be done before the camera. Only the last one that
// was posed can be answered.
func (p *pages) challenge(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	c, err := p.Service.Pose(r.Context(), v.Key())
	if err != nil {
		return err
	}
	out := struct {
		Ref   string `json:"ref"`
		Tasks []task `json:"tasks"`
	}{Ref: c.Ref}
	for _, t := range c.Tasks {
		out.Tasks = append(out.Tasks, task{t.Digits, t.Side})
	}
	send(w, http.StatusOK, out)
	return nil
}

// setVideo takes the film of the challenge that was posed last.
func (p *pages) setVideo(w http.ResponseWriter, r *http.Request) error {
	body, err := upload(w, r, idv.MaxFilmBytes)
	if err != nil {
		return err
	}
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	switched, err := strconv.ParseUint(q.Get("switchedAt"), 10, 24)
	if err != nil {
		return idv.Refuse(idv.CodeInvalid, "switchedAt must be milliseconds", idv.InvalidParam{Name: "switchedAt", Reason: "must be milliseconds"})
	}
	err = p.Service.SetVideo(r.Context(), v.Key(), service.FilmAnswer{
		Challenge: q.Get("challenge"), SwitchedAt: time.Duration(switched) * time.Millisecond, Language: q.Get("language"),
	}, bytes.NewReader(body))
	if err != nil {
		return err
	}
	return p.state(w, r)
}
