package sandbox

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// livePrefix begins the tokens of Onfido's live environment (Onfido contract section 0). With one, pictures are
// looked at; with any other, answers are canned.
const livePrefix = "api_live"

func (s *Sandbox) looks() bool { return strings.HasPrefix(s.opts.Token, livePrefix) }

// look reads the pictures of a check that were not read before. It fails when the sandbox closes; a picture that
// could not be read in time is not judged.
func (s *Sandbox) look(checkID string) error {
	if !s.looks() {
		return nil
	}
	ctx, cancel := s.untilClosed(context.Background())
	defer cancel()
	var readings sync.WaitGroup
	for id, content := range s.unseen(checkID) {
		readings.Go(func() { s.lookAt(ctx, id, content) })
	}
	readings.Wait()
	return ctx.Err()
}

// untilClosed ends with ctx or with the sandbox.
func (s *Sandbox) untilClosed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-s.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// unseen are the files that the reports of a check are about and that were not read yet.
func (s *Sandbox) unseen(checkID string) map[string]file {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]file{}
	for _, row := range s.state.reports.of(checkID) {
		ids := slices.Clone(row.Body.Documents)
		if row.Faces != nil {
			ids = append(ids, row.Faces.all()...)
		}
		for _, r := range ids {
			content, held := s.state.files.get(r.ID)
			if held && s.state.views[r.ID] == nil {
				out[r.ID] = content
			}
		}
	}
	return out
}

func (s *Sandbox) lookAt(ctx context.Context, id string, content file) {
	read := s.eye.Look
	switch content.mime {
	case upload.JPEG, upload.PNG:
		if s.isDocument(id) {
			read = s.eye.LookAtDocument
		}
	case upload.JSON:
		read = func(_ context.Context, data []byte, today time.Time) (*evidence.View, error) {
			return evidence.LookAtChip(data, today)
		}
	case upload.WebM, upload.MP4, upload.QuickTime:
		read = s.eye.LookAtFilm
	}
	v, err := read(ctx, content.data, s.clock.Now())
	if err != nil {
		s.log.WarnContext(ctx, "an upload was not read", "upload", id, "error", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, held := s.state.files.get(id); held {
		s.state.views[id] = v
	}
}

func (s *Sandbox) isDocument(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.state.documents.owner(id) != ""
}

// lookForFace reads the photo of a person and refuses one without a face or with several (Onfido contract section
// 5), unless a scenario waits for the next photo. The view is nil when nobody looked.
func (s *Sandbox) lookForFace(ctx context.Context, data []byte, unchecked bool) (*evidence.View, error) {
	if !s.looks() || unchecked {
		return nil, nil //nolint:nilnil // nobody looked, which is no error
	}
	ctx, cancel := s.untilClosed(ctx)
	defer cancel()
	v, err := s.eye.Look(ctx, data, s.clock.Now())
	switch {
	case ctx.Err() != nil:
		return nil, badRequest("The request was given up")
	case errors.Is(err, context.DeadlineExceeded):
		s.log.WarnContext(ctx, "a photo was not read in time", "error", err)
		return nil, nil //nolint:nilnil // it is taken as it is
	case err != nil:
		return nil, err
	}
	if problem := v.FaceProblem(); problem != "" && !s.forces(nextLivePhoto) {
		return nil, invalid("face_detection", problem)
	}
	return v, nil
}

// forces tells whether a scenario waits for the next of a kind: it wins over what is seen.
func (s *Sandbox) forces(next string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.state.scenarios, func(sc scenario) bool { return sc.Next == next })
}

// judge lets what was seen decide a report as far as neither trigger nor scenario does: where these give a result,
// it only fills the properties. Where no data were read, known, the applicant's licence, stands in for them. Findings are
// nil for reports that are not about pictures. The caller holds mu.
func (s *Sandbox) judge(row reportRow, c check, asked report.Outcome, known map[string]any) (report.Outcome, *evidence.Findings) {
	if !s.looks() {
		return asked, nil
	}
	f := s.findings(row, c)
	if f != nil && !f.Read {
		maps.DeleteFunc(f.Properties, func(name string, _ any) bool { return known[name] != nil })
	}
	switch {
	case f == nil:
		return asked, nil
	case asked.Result != "" || asked.SubResult != "":
		return report.Outcome{Properties: f.Properties}.Merge(asked), nil
	default:
		return f.Outcome(s.reports.Paths(row.Body.Name)).Merge(asked), f
	}
}

// findings are those of document reports and of facial similarity reports of photos.
func (s *Sandbox) findings(row reportRow, c check) *evidence.Findings {
	sides := s.sides(row.Body.Documents)
	switch {
	case row.Faces != nil && len(row.Faces.all()) > 0:
		return evidence.Face(s.state.views[row.Faces.all()[0].ID], sides, s.opts.FaceThreshold)
	case row.Faces != nil || !s.reports.HasSubResult(row.Body.Name) || len(row.Body.Documents) == 0:
		return nil
	}
	a, _ := s.state.applicants.get(c.ApplicantID)
	return evidence.Document(evidence.Case{
		Report: row.Body.Name, Sides: sides, Chip: s.chip(row.Body.Documents), Who: person(a), Earlier: s.attempts(person(a)), Today: s.clock.Now(),
	})
}

// sides are the pictures among the documents of a report.
func (s *Sandbox) sides(documents []ref) []evidence.Side {
	var out []evidence.Side
	for _, r := range documents {
		d, _ := s.state.documents.get(r.ID)
		if s.isChip(d) {
			continue
		}
		out = append(out, evidence.Side{Type: d.Type, Name: text(d.Side), Country: text(d.IssuingCountry), View: s.state.views[r.ID]})
	}
	return out
}

// attempts are the documents that were looked at, of applicants who cannot be that person and are not deleted.
func (s *Sandbox) attempts(who evidence.Person) []*evidence.View {
	var out []*evidence.View
	for id, v := range s.state.views {
		a, known := s.state.applicants.get(s.state.documents.owner(id))
		if known && a.DeleteAt == nil && person(a).Differs(who) {
			out = append(out, v)
		}
	}
	return out
}

func person(a applicant) evidence.Person {
	return evidence.Person{FirstName: a.FirstName, LastName: a.LastName, Birth: text(a.DOB)}
}

// isChip tells a chip file from a picture, even when its bytes are no longer held.
func (s *Sandbox) isChip(d document) bool { return d.FileType == extension("", upload.JSON) }

// chip is the first chip file among the documents of a report, if it was read.
func (s *Sandbox) chip(documents []ref) *evidence.View {
	for _, r := range documents {
		if d, _ := s.state.documents.get(r.ID); s.isChip(d) {
			return s.state.views[r.ID]
		}
	}
	return nil
}
