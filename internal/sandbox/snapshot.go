package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// snapshotVersion is raised when older snapshots can no longer be read.
const snapshotVersion = 1

// snapshot is the whole state as JSON. SDK tokens are not part of it: their key lives as long as the sandbox.
type snapshot struct {
	Version    int                  `json:"version"`
	Applicants []saved[applicant]   `json:"applicants"`
	Consents   map[string][]consent `json:"consents"`
	Documents  []saved[document]    `json:"documents"`
	LivePhotos []saved[media]       `json:"live_photos"`
	LiveVideos []saved[media]       `json:"live_videos"`
	Motions    []saved[media]       `json:"motion_captures"`
	IDPhotos   []saved[media]       `json:"id_photos"`
	Checks     []saved[check]       `json:"checks"`
	Plans      map[string]plan      `json:"plans"`
	Reports    []saved[reportRow]   `json:"reports"`
	Webhooks   []saved[webhook]     `json:"webhooks"`
	OAuth      map[string]time.Time `json:"oauth_tokens"`
	Scenarios  []scenario           `json:"scenarios"`
	Filmed     map[string]filming   `json:"filmed,omitempty"`
	Studio     savedStudio          `json:"studio"`
	Files      []savedFile          `json:"files"`
}

type saved[T any] struct {
	ID    string `json:"id"`
	Owner string `json:"owner,omitempty"`
	Row   T      `json:"row"`
}

type savedFile struct {
	ID   string `json:"id"`
	MIME string `json:"mime"`
	Name string `json:"name"`
	Size int    `json:"size"`
	Data []byte `json:"data,omitempty"`
}

func (t *table[T]) save() []saved[T] {
	out := make([]saved[T], 0, len(t.ids))
	for _, id := range t.ids {
		out = append(out, saved[T]{id, t.rows[id].owner, t.rows[id].row})
	}
	return out
}

func load[T any](rows []saved[T]) *table[T] {
	t := newTable[T]()
	for _, r := range rows {
		t.put(r.ID, r.Owner, r.Row)
	}
	return t
}

// snapshot copies the state, with the bytes of its files or without.
func (s *Sandbox) snapshot(withFiles bool) snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.state
	return snapshot{
		Version: snapshotVersion, Applicants: st.applicants.save(), Consents: maps.Clone(st.consents),
		Documents: st.documents.save(), LivePhotos: st.photos.save(), LiveVideos: st.videos.save(),
		Motions: st.motions.save(), IDPhotos: st.idPhotos.save(), Checks: st.checks.save(), Plans: maps.Clone(st.plans),
		Reports: st.reports.save(), Webhooks: st.webhooks.save(), OAuth: maps.Clone(st.oauth),
		Scenarios: append([]scenario{}, st.scenarios...), Filmed: maps.Clone(st.filmed), Studio: st.saveStudio(), Files: st.files.save(withFiles),
	}
}

func (f *files) save(withData bool) []savedFile {
	out := []savedFile{}
	for _, id := range f.order {
		content, held := f.byID[id]
		if !held {
			continue
		}
		one := savedFile{ID: id, MIME: content.mime, Name: content.name, Size: len(content.data)}
		if withData {
			one.Data = content.data
		}
		out = append(out, one)
	}
	return out
}

// restore puts a snapshot in the place of the state and lets its checks run on.
func (s *Sandbox) restore(from snapshot) error {
	if from.Version != snapshotVersion {
		return fmt.Errorf("snapshot has version %d, want %d", from.Version, snapshotVersion)
	}
	st := newState(s.opts.MaxFileBytes)
	st.applicants, st.documents, st.checks = load(from.Applicants), load(from.Documents), load(from.Checks)
	st.photos, st.videos, st.motions, st.idPhotos = load(from.LivePhotos), load(from.LiveVideos), load(from.Motions), load(from.IDPhotos)
	st.reports, st.webhooks, st.scenarios = load(from.Reports), load(from.Webhooks), from.Scenarios
	maps.Copy(st.consents, from.Consents)
	maps.Copy(st.plans, from.Plans)
	maps.Copy(st.filmed, from.Filmed)
	maps.Copy(st.oauth, from.OAuth)
	st.loadStudio(from.Studio)
	for _, f := range from.Files {
		if len(f.Data) > 0 {
			st.files.put(f.ID, file{f.Data, f.MIME, f.Name}, st.isOrphan)
		}
	}
	s.replace(st)
	return nil
}

// replace makes st the state. Whatever was to happen to the old one is dropped, whoever waits for it let go.
func (s *Sandbox) replace(st *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.Drop()
	for id := range s.done {
		s.release(id)
	}
	s.state = st
	for _, c := range st.checks.all() {
		if c.Status == statusInProgress {
			s.done[c.ID] = make(chan struct{})
			s.run(c.ID)
		}
	}
	for _, run := range st.runs.all() {
		if run.Status == runProcessing {
			s.clock.After(s.opts.CompleteAfter, func() { s.finishRun(run.ID) })
		}
	}
	for _, a := range st.applicants.all() {
		if a.DeleteAt != nil {
			s.scheduleDeletion(a.ID, *a.DeleteAt)
		}
	}
}

func (s *Sandbox) readState(_ http.ResponseWriter, r *http.Request) (reply, error) {
	return ok(s.snapshot(r.URL.Query().Get("files") == "true"))
}

func (s *Sandbox) writeState(w http.ResponseWriter, r *http.Request) (reply, error) {
	var from snapshot
	limit := 2*s.opts.MaxFileBytes + 64<<20 // base64, and the rows
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit)).Decode(&from); err != nil {
		return reply{}, controlError(fmt.Errorf("decode snapshot: %w", err))
	}
	if err := s.restore(from); err != nil {
		return reply{}, controlError(err)
	}
	return noContent()
}

// resetState forgets everything: state, faults, records.
func (s *Sandbox) resetState(http.ResponseWriter, *http.Request) (reply, error) {
	if err := s.faults.Set(0, nil); err != nil {
		return reply{}, err
	}
	s.replace(newState(s.opts.MaxFileBytes))
	s.records.forget()
	s.hooks.Forget()
	return noContent()
}

// saveState writes the state to the file of the options; a request cannot choose another.
func (s *Sandbox) saveState(http.ResponseWriter, *http.Request) (reply, error) {
	if s.opts.StateFile == "" {
		return reply{}, controlError(errors.New("the sandbox was started without a state file"))
	}
	if err := s.save(); err != nil {
		return reply{}, err
	}
	return noContent()
}

// save writes the state file as a whole or not at all; only its owner may read it.
func (s *Sandbox) save() error {
	text, err := json.Marshal(s.snapshot(true))
	if err != nil {
		return fmt.Errorf("encode state: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.opts.StateFile), ".sandbox-*")
	if err != nil {
		return fmt.Errorf("create state file: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // fails once it is renamed, as it should
	_, err = temporary.Write(text)
	if err = errors.Join(err, temporary.Close()); err != nil {
		return fmt.Errorf("write state file: %w", err)
	}
	if err := os.Rename(temporary.Name(), s.opts.StateFile); err != nil {
		return fmt.Errorf("replace state file: %w", err)
	}
	return nil
}

// loadFile takes the state from the state file, if there is one.
func (s *Sandbox) loadFile() error {
	text, err := os.ReadFile(s.opts.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read state file: %w", err)
	}
	var from snapshot
	if err := json.Unmarshal(text, &from); err != nil {
		return fmt.Errorf("decode state file: %w", err)
	}
	if err := s.restore(from); err != nil {
		return fmt.Errorf("restore state file: %w", err)
	}
	return nil
}
