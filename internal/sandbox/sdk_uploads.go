package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// sdkSnapshot takes one of the small pictures that the SDK makes while a selfie is taken. It is looked at for its
// form and forgotten.
func (s *Sandbox) sdkSnapshot(w http.ResponseWriter, r *http.Request) (reply, error) {
	form, err := s.receive(w, r, "file", invalid("attachment_file_size", textFileSize))
	if err != nil {
		return reply{}, err
	}
	in := fieldsOf(form)
	if mime := upload.Sniff(form.Data); !form.HasFile {
		in.fail("attachment", textBlank)
	} else if mime != upload.JPEG && mime != upload.PNG {
		in.fail("attachment_content_type", textInvalid)
	}
	if err := in.err(); err != nil {
		return reply{}, err
	}
	id, err := s.newID()
	if err != nil {
		return reply{}, err
	}
	return created(map[string]string{"uuid": id})
}

// filming is what only live videos have: what was asked of the end-user, and in which languages.
type filming struct {
	Challenge any `json:"challenge"`
	Languages any `json:"languages"`
}

// posed is a challenge that waits for its film.
type posed struct {
	id        string
	challenge []challengeTask
}

type challengeTask struct {
	Type  string `json:"type"`
	Query any    `json:"query"`
}

// maxPosed is how many challenges of an applicant can still be answered.
const maxPosed = 10

// sdkChallenge poses a random challenge: three digits and a turn, in either order (Onfido contract section 5).
func (s *Sandbox) sdkChallenge(_ http.ResponseWriter, r *http.Request) (reply, error) {
	id, err := s.newID()
	if err != nil {
		return reply{}, err
	}
	dice, err := s.bytes(5)
	if err != nil {
		return reply{}, err
	}
	digits := []int{int(dice[0] % 10), int(dice[1] % 10), int(dice[2] % 10)}
	turn := []string{"turnLeft", "turnRight"}[dice[3]%2]
	p := posed{id, []challengeTask{{"recite", digits}, {"movement", turn}}}
	if dice[4]%2 == 1 {
		slices.Reverse(p.challenge)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.state.liveApplicant(sdkApplicant(r.Context()))
	if err != nil {
		return reply{}, err
	}
	all := append(s.state.posed[a.ID], p)
	s.state.posed[a.ID] = all[max(0, len(all)-maxPosed):]
	return ok(map[string]any{"data": map[string]any{"id": id, "challenge": p.challenge}})
}

// sdkLiveVideo takes a film of a challenge that was posed. The film is not looked at, and neither is the signature.
func (s *Sandbox) sdkLiveVideo(w http.ResponseWriter, r *http.Request) (reply, error) {
	form, err := s.receive(w, r, "file", invalid("attachment_file_size", textFileSize))
	if err != nil {
		return reply{}, err
	}
	in := fieldsOf(form, "languages", "challenge_switch_at")
	applicantID := applicantOf(r.Context(), in)
	challengeID := in.require("challenge_id")
	in.integer("challenge_switch_at")
	var languages any
	in.value("languages", textArray, &languages)
	f := s.judgeFilm(in, form)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	m, err := s.newMedia(liveVideos(), f)
	if err != nil {
		return reply{}, err
	}
	asked, err := s.answered(applicantID, challengeID)
	if err != nil {
		return reply{}, err
	}
	if err := s.keepMedia(liveVideos(), applicantID, m, f.data, nil); err != nil {
		return reply{}, err
	}
	about := filming{asked, languages}
	s.mu.Lock()
	s.state.filmed[m.ID] = about
	s.mu.Unlock()
	return created(liveVideo{media: m, filming: about})
}

// answered gives the challenge of that id, if it was posed to the applicant.
func (s *Sandbox) answered(applicantID, challengeID string) ([]challengeTask, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, p := range s.state.posed[applicantID] {
		if p.id == challengeID {
			return p.challenge, nil
		}
	}
	return nil, invalid("challenge_id", textNotFound)
}

// judgeFilm is the file of a film, or a problem of it.
func (s *Sandbox) judgeFilm(in *input, form *upload.Form) file {
	f := file{form.Data, upload.Sniff(form.Data), form.FileName}
	switch {
	case !form.HasFile:
		in.fail("attachment", textBlank)
	case !slices.Contains([]string{upload.MP4, upload.QuickTime, upload.WebM}, f.mime):
		in.fail("attachment_content_type", textInvalid)
		in.fail("attachment", textInvalid)
	}
	return f
}

// sdkMotion takes a motion capture.
func (s *Sandbox) sdkMotion(w http.ResponseWriter, r *http.Request) (reply, error) {
	form, err := s.receive(w, r, "media", invalid("attachment_file_size", textFileSize))
	if err != nil {
		return reply{}, err
	}
	in := fieldsOf(form)
	applicantID := applicantOf(r.Context(), in)
	in.require("type", oneOf("liveness"))
	f := s.judgeFilm(in, form)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	m, err := s.newMedia(motionCaptures(), f)
	if err != nil {
		return reply{}, err
	}
	m.FileName = m.ID + ".mp4"
	if err := s.keepMedia(motionCaptures(), applicantID, m, f.data, nil); err != nil {
		return reply{}, err
	}
	return created(map[string]any{"media": map[string]string{"uuid": m.ID}})
}

// sdkDocumentVideo takes further frames of a document, and forgets them.
func (s *Sandbox) sdkDocumentVideo(w http.ResponseWriter, r *http.Request) (reply, error) {
	if _, err := s.receive(w, r, "media", invalid("file", textFileSize)); err != nil {
		return reply{}, err
	}
	id, err := s.newID()
	if err != nil {
		return reply{}, err
	}
	return created(map[string]string{"id": id, "media_uuid": id, "uuid": id})
}

// sdkTask is the task that a workflow run waits for, 204 when it waits for none any more.
func (s *Sandbox) sdkTask(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	run, err := s.ownRun(r)
	if err != nil {
		return reply{}, err
	}
	for _, row := range s.state.tasks.of(run.ID) {
		if row.ByClient && row.Output == nil {
			return ok(map[string]any{"id": row.Item.ID, "task_def_id": row.Item.TaskDefID, "config": map[string]any{}, "input": json.RawMessage(`{}`)})
		}
	}
	return noContent()
}

// ownRun finds a workflow run of the token's applicant. The caller holds mu.
func (s *Sandbox) ownRun(r *http.Request) (workflowRun, error) {
	run, err := s.state.liveRun(r.PathValue("id"))
	if err == nil {
		err = mayUploadTo(r.Context(), run.ApplicantID)
	}
	return run, err
}

func (s *Sandbox) sdkCompleteTask(w http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	_, err := s.ownRun(r)
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	return s.completeTask(w, r)
}
