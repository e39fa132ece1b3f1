package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// file is what the page of a process shows.
type file struct {
	*service.View
	Checks   []archive.Node
	Findings []string
	Final    []archive.Fact
	Steps    []step
	Looks    []idv.Record
	// Operator is who looks; FourEyes says that a decision takes two.
	Operator           string
	FourEyes, Reviewer bool
}

// Path is where the process is.
func (f file) Path() string { return Root + "/processes/" + f.DossierID + "/" + f.ID }

// CanReview says whether there is something to decide.
func (f file) CanReview() bool { return f.Status == idv.StatusInconclusive && f.Reviewed == nil }

// Proposed says whether a proposal waits, Own whether it is the operator's.
func (f file) Proposed() bool { return f.Reviewed != nil && !f.Reviewed.Decided() }

// Own says whether the proposal is the operator's.
func (f file) Own() bool { return f.Proposed() && f.Reviewed.By == f.Operator }

// step is an event with how long it was after the one before.
type step struct {
	service.Step
	After time.Duration
	First bool
	Sent  []sent
}

// sent is a delivery with the name of its endpoint.
type sent struct {
	idv.Delivery
	Endpoint string
}

// Last gives the last attempt in words.
func (s sent) Last() string {
	if len(s.Attempts) == 0 {
		return ""
	}
	last := s.Attempts[len(s.Attempts)-1]
	if last.Status != 0 {
		return fmt.Sprintf("HTTP %d in %s", last.Status, took(last.Took))
	}
	return words(last.Problem)
}

func (c *console) process(q *request) error {
	ctx, k := q.Context(), q.key()
	v, err := c.Service.Process(ctx, k)
	if err != nil {
		return err
	}
	f := file{View: v, Operator: q.op.Name, Reviewer: q.may(idv.RoleReviewer)}
	if f.Steps, err = c.steps(ctx, k); err != nil {
		return err
	}
	if f.Looks, err = c.looksAt(ctx, k); err != nil {
		return err
	}
	if f.FourEyes, err = c.Service.FourEyes(ctx, k.Tenant); err != nil {
		return err
	}
	if err := f.readVerdict(); err != nil {
		return err
	}
	return c.show(q, "process", frame{Title: "Process " + short(v.ID), Here: "find", Body: f})
}

// readVerdict puts what was found into words.
func (f *file) readVerdict() (err error) {
	if f.Verdict == nil {
		return nil
	}
	var final []byte
	if f.Verdict.Final != nil {
		var facts map[string]any
		if final, err = json.Marshal(f.Verdict.Final); err == nil {
			err = json.Unmarshal(final, &facts)
		}
		if err != nil {
			return fmt.Errorf("read the final result: %w", err)
		}
		f.Final = archive.FactsOf(facts)
	}
	if f.Checks, err = archive.Checks(f.Verdict.ProviderSpecific, final); err != nil {
		return err
	}
	f.Findings, err = archive.Findings(f.Verdict.ProviderSpecific)
	return err
}

// steps gives the timeline with the names of endpoints.
func (c *console) steps(ctx context.Context, k idv.ProcessKey) (steps []step, err error) {
	events, err := c.Service.Timeline(ctx, k)
	if err != nil {
		return nil, err
	}
	subscriptions, err := c.Service.Subscriptions(ctx, k.Tenant)
	if err != nil {
		return nil, err
	}
	names := map[string]string{"": "notificationUrl of the process"}
	for _, s := range subscriptions {
		names[s.ID] = host(s.URL)
	}
	for i, e := range events {
		made := step{Step: e, First: i == 0}
		if i > 0 {
			made.After = e.At.Sub(events[i-1].At)
		}
		for _, d := range e.Deliveries {
			made.Sent = append(made.Sent, sent{d, names[d.SubscriptionID]})
		}
		steps = append(steps, made)
	}
	return steps, nil
}

// mostLooks is how many records of a dossier are looked through for those of a
// process.
const mostLooks = 100

// looksAt gives who did what with a process, the newest first.
func (c *console) looksAt(ctx context.Context, k idv.ProcessKey) (of []idv.Record, err error) {
	records, err := c.Service.Trail(ctx, k.Tenant, idv.TrailQuery{Dossier: k.Dossier, Limit: mostLooks})
	for _, r := range records {
		if r.Process == k.Process || r.Process == "" {
			of = append(of, r)
		}
	}
	return of, err
}

func (c *console) looks(q *request) error {
	if _, err := c.line(q); err != nil {
		return err
	}
	records, err := c.looksAt(q.Context(), q.key())
	if err != nil {
		return err
	}
	return c.part(q, "process", "records", records)
}

// line gives what is in clear of the process of the path.
func (c *console) line(q *request) (idv.ProcessLine, error) {
	k := q.key()
	lines, err := c.Service.FindProcesses(q.Context(), k.Tenant, idv.ProcessQuery{ID: k.Process, Limit: 1})
	if err != nil {
		return idv.ProcessLine{}, err
	}
	if len(lines) == 0 || lines[0].ProcessKey != k {
		return idv.ProcessLine{}, idv.NotFound("process")
	}
	return lines[0], nil
}

// state is asked for again and again while a verification runs, and has the page
// loaded anew once it has ended.
func (c *console) state(q *request) error {
	line, err := c.line(q)
	if err != nil {
		return err
	}
	if line.Status.Final() {
		q.w.Header().Set("HX-Refresh", "true")
	}
	return c.part(q, "process", "state", line)
}

func (c *console) image(q *request) error {
	depiction, known := idv.ParseDepiction(q.PathValue("depiction"))
	if !known {
		return idv.NotFound("image")
	}
	image, body, err := c.Service.Image(q.Context(), q.key(), depiction)
	if err != nil {
		return err
	}
	return send(q, image, body)
}

func (c *console) video(q *request) error {
	film, body, err := c.Service.Video(q.Context(), q.key())
	if err != nil {
		return err
	}
	return send(q, film, body)
}

// send answers with the bytes of an image or a film. A film's media type is what
// the provider said: anything else than a film is for saving only.
func send(q *request, i idv.Image, body io.ReadCloser) error {
	defer func() { _ = body.Close() }()
	mediaType, _, err := mime.ParseMediaType(i.MediaType)
	known := map[string]bool{idv.MediaJPEG: true, idv.MediaPNG: true, "video/mp4": true, "video/webm": true, "video/quicktime": true}
	if err != nil || !known[mediaType] {
		mediaType = "application/octet-stream"
	}
	q.w.Header().Set("Content-Type", mediaType)
	if i.Size > 0 {
		q.w.Header().Set("Content-Length", strconv.FormatInt(i.Size, 10))
	}
	if _, err := io.Copy(q.w, body); err != nil {
		panic(http.ErrAbortHandler) // Half an image must not look like a whole one.
	}
	return nil
}

// rawReport is a report as it is shown.
type rawReport struct{ Name, Text string }

func (c *console) reports(q *request) error {
	found, err := c.Service.Reports(q.Context(), q.key())
	if err != nil {
		return err
	}
	var shown []rawReport
	for _, r := range found {
		shown = append(shown, rawReport{string(r.Kind), pretty(r.Raw)})
	}
	return c.part(q, "process", "reports", shown)
}

// result sends the signed zip.
func (c *console) result(q *request) error {
	made, err := c.Result(q.Context(), q.key())
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/zip")
	q.w.Header().Set("Content-Length", strconv.FormatInt(made.Size(), 10))
	q.w.Header().Set("Content-Disposition", `attachment; filename="`+q.key().Process+`.zip"`)
	if err := made.Write(q.w); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}
