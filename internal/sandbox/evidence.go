package sandbox

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"

	"github.com/dossier-id/dossier/internal/sandbox/upload"
)

// sign gives a signing task its signed documents and the receipt. The caller holds mu.
func (s *Sandbox) sign(row taskRow) {
	var ids [2]string
	for i := range ids {
		id, err := s.newID()
		if err != nil {
			s.log.Error("sign documents", "error", err)
			return
		}
		ids[i] = id
		s.state.signed[id] = row.Item.WorkflowRunID
	}
	row.Output = map[string]any{"properties": map[string]any{
		"signed_documents": []map[string]any{{"id": ids[0]}},
		"receipt_document": map[string]any{"id": ids[1]},
	}}
	row.Item.UpdatedAt = s.stamp()
	s.state.tasks.put(taskKey(row.Item.WorkflowRunID, row.Item.ID), row.Item.WorkflowRunID, row)
}

// signature is a document that a task of a run signed; the file's id is in the query under either name.
func (s *Sandbox) signature(_ http.ResponseWriter, r *http.Request) (reply, error) {
	q := r.URL.Query()
	runID, fileID := q.Get("workflow_run_id"), q.Get("file_id")
	if fileID == "" {
		fileID = q.Get("id")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.state.liveRun(runID); err != nil {
		return reply{}, err
	}
	if s.state.signed[fileID] != runID {
		return reply{}, notFound("Document", fileID)
	}
	return fileReply(file{pdf("Signed document "+fileID, "Workflow run "+runID), upload.PDF, fileID + ".pdf"})
}

// signedEvidence is a run's evidence as a PDF. Onfido may answer with a redirect to its storage; here it is served
// at once, which clients take as well (Onfido contract section 1).
func (s *Sandbox) signedEvidence(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	run, err := s.state.liveRun(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return fileReply(file{pdf("Evidence of workflow run "+run.ID, "Status: "+run.Status), upload.PDF, run.ID + ".pdf"})
}

// evidenceFolder is the same as an archive.
func (s *Sandbox) evidenceFolder(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	run, err := s.state.liveRun(r.PathValue("id"))
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	w, err := archive.Create("evidence.pdf")
	if err == nil {
		_, err = w.Write(pdf("Evidence of workflow run " + run.ID))
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		return reply{}, fmt.Errorf("write evidence folder: %w", err)
	}
	return fileReply(file{out.Bytes(), "application/zip", run.ID + ".zip"})
}

func (s *Sandbox) createTimeline(_ http.ResponseWriter, r *http.Request) (reply, error) {
	id, err := s.newID()
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	run, err := s.state.liveRun(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	s.state.timelines[id] = run.ID
	href := prefix + "/workflow_runs/" + run.ID + "/timeline_file/" + id
	s.notifyFile("workflow_timeline_file", id, href, run)
	return reply{status: http.StatusAccepted, json: map[string]string{"workflow_timeline_file_id": id, "href": href}}, nil
}

// findTimeline is the timeline as a PDF.
func (s *Sandbox) findTimeline(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	run, err := s.state.liveRun(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	id := r.PathValue("file")
	if s.state.timelines[id] != run.ID {
		return reply{}, notFound("Timeline file", id)
	}
	return fileReply(file{pdf("Timeline of workflow run " + run.ID), "application/pdf", id + ".pdf"})
}
