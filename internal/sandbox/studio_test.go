package sandbox_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

const (
	anyWorkflow      = "e8c921eb-0495-44fe-b655-bcdcaffdafe5"
	reportsWorkflow  = "5025d9fd-7842-4805-bce1-a7bfd7131b4e"
	endsByItself     = "221f9d24-cf72-4762-ac4a-01bf3ccc09dd"
	signsQualified   = "8b74614f-9e7f-42fd-852a-5f2bcc852587"
	makesTokens      = "b79dcf69-41a0-412d-b803-d1a618730f72"
	findsAlert       = "18effbfe-73c3-4680-ae43-e1c474767ff4"
	endsAtOnce       = "45092b29-f220-479e-aa6f-a6f989baac4c"
	workflowRunKeys  = "id applicant_id workflow_id workflow_version_id dashboard_url status output reasons error sdk_token link customer_user_id tags created_at updated_at"
	taskItemKeys     = "id workflow_run_id task_def_id task_def_version created_at updated_at"
	workflowLinkKeys = "url completed_redirect_url expired_redirect_url expires_at language"
)

func (b *box) workflow(applicantID, workflowID string) object {
	b.t.Helper()
	return b.call("POST", "/workflow_runs", object{"applicant_id": applicantID, "workflow_id": workflowID, "tags": []string{"x"}}).want(201)
}

func TestWorkflowRunWaitsForItsTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{}
		b := newBox(t, sandbox.Options{Transport: in})
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/"}).want(201)
		run := b.workflow(b.applicant("X"), anyWorkflow)
		keys(t, "workflow run", run, workflowRunKeys)
		keys(t, "link", run["link"], workflowLinkKeys)
		if run["status"] != "awaiting_input" || run["output"] != nil || run["sdk_token"] == nil || run["customer_user_id"] == nil {
			t.Errorf("workflow run %v", run)
		}
		path := "/workflow_runs/" + id(run)
		items := b.call("GET", path+"/tasks", nil)
		if !bytes.HasPrefix(items.body, []byte(`[{"id":"start"`)) || bytes.Count(items.body, []byte(`"task_def_id"`)) != 2 {
			t.Errorf("tasks %s", items.body)
		}
		task := path + "/tasks/profile_data_capture_1"
		keys(t, "task", b.call("GET", task, nil).want(200), taskItemKeys+" input output")
		data := object{"first_name": "Jane"}
		if got := b.call("POST", task+"/complete", object{"data": data}); string(got.body) != "{}" {
			t.Errorf("completed: %s", got.body)
		}
		if got := b.call("GET", task, nil).want(200); dig(got, "output", "first_name") != "Jane" {
			t.Errorf("task %v", got)
		}
		if got := b.call("GET", path, nil).want(200); got["status"] != "approved" || dig(got, "output", "profile_capture_data", "first_name") != "Jane" {
			t.Errorf("run %v", got)
		}
		b.call("POST", task+"/complete", object{"data": data}).refused(422, "validation_error")
		b.call("POST", path+"/tasks/start/complete", object{"data": data}).refused(422, "validation_error")
		b.call("POST", path+"/tasks/none/complete", object{"data": data}).refused(404, "resource_not_found")
		b.call("POST", task+"/complete", object{"data": "x"}).refused(422, "validation_error")
		b.call("POST", task+"/complete", object{}).refused(422, "validation_error")
		synctest.Wait()
		if got := in.actions(t); !slices.Equal(got, []string{"workflow_run.completed", "workflow_task.completed", "workflow_task.started"}) {
			t.Errorf("events %v", got)
		}
		if !slices.ContainsFunc(in.got, func(r received) bool { return strings.Contains(string(r.body), `"resource":{"id":"`+id(run)) }) {
			t.Error("no event carries the run")
		}
	})
}

func TestWorkflowRunWithReports(t *testing.T) {
	t.Parallel()
	for lastName, status := range map[string]string{"X": "approved", "consider": "declined"} {
		t.Run(lastName, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBox(t, sandbox.Options{})
				applicantID, _ := b.ready(lastName, "passport")
				run := b.workflow(applicantID, reportsWorkflow)
				for _, task := range []string{"profile_data_capture_1", "document_photo_1", "face_photo_1"} {
					b.call("POST", "/workflow_runs/"+id(run)+"/tasks/"+task+"/complete", object{"data": []object{{"id": "x"}}}).want(200)
				}
				if got := b.call("GET", "/workflow_runs/"+id(run), nil).want(200); got["status"] != "processing" {
					t.Errorf("at first %v", got["status"])
				}
				time.Sleep(time.Second)
				synctest.Wait()
				got := b.call("GET", "/workflow_runs/"+id(run), nil).want(200)
				if got["status"] != status || dig(got, "output", "doc", "sub_result") == nil || dig(got, "output", "doc", "repeat_attempts") == nil ||
					dig(got, "output", "selfie", "breakdown", "face_comparison") == nil {
					t.Errorf("in the end %v", got)
				}
			})
		})
	}
}

func TestWorkflowFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID := b.applicant("X")
		run, signing := b.workflow(applicantID, endsByItself), b.workflow(applicantID, signsQualified)
		if got := b.workflow(applicantID, endsAtOnce); got["status"] != "approved" {
			t.Errorf("a run that ends at once is %v", got["status"])
		}
		path := "/workflow_runs/" + id(run)
		for file, want := range map[string]string{"/signed_evidence_file": "application/pdf", "/evidence_folder": "application/zip"} {
			if got := b.call("GET", path+file, nil); got.status != 200 || got.header.Get("Content-Type") != want {
				t.Errorf("%s: %d %s", file, got.status, got.header.Get("Content-Type"))
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := b.call("GET", path, nil).want(200); got["status"] != "approved" {
			t.Errorf("after a second: %v", got["status"])
		}
		made := b.call("POST", path+"/timeline_file", nil).want(202)
		timeline := b.call("GET", strings.TrimPrefix(made["href"].(string), "/v3.6"), nil)
		if timeline.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(timeline.body, []byte("%PDF-")) {
			t.Errorf("timeline %v", timeline.header)
		}
		b.call("GET", path+"/timeline_file/none", nil).refused(404, "resource_not_found")
		task := b.call("GET", "/workflow_runs/"+id(signing)+"/tasks/qualified_electronic_signature_1", nil).want(200)
		fileID, _ := dig(task, "output", "properties", "signed_documents", 0, "id").(string)
		signed := b.call("GET", "/qualified_electronic_signature/documents?workflow_run_id="+id(signing)+"&file_id="+fileID, nil)
		if signed.status != 200 || !bytes.HasPrefix(signed.body, []byte("%PDF-")) {
			t.Errorf("signed document: %d %.40s", signed.status, signed.body)
		}
		b.call("GET", "/advanced_electronic_signature/documents?workflow_run_id="+id(run)+"&id="+fileID, nil).refused(404, "resource_not_found")
	})
}

func TestWorkflowRunList(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	first, second := b.applicant("X"), b.applicant("Y")
	for range 15 {
		b.workflow(first, anyWorkflow)
		b.workflow(second, endsAtOnce)
	}
	for query, want := range map[string]int{
		"": 20, "?page=2": 10, "?page=3": 0, "?applicant_id=" + first: 15, "?status=approved": 15, "?status=approved,awaiting_input": 20,
		"?status=declined": 0, "?tags=x": 20, "?tags=x,y": 0, "?created_at_gt=2999-01-01": 0, "?created_at_lt=2999-01-01&sort=asc": 20,
	} {
		got := b.call("GET", "/workflow_runs"+query, nil)
		if n := bytes.Count(got.body, []byte(`"workflow_version_id"`)); got.status != 200 || n != want || got.body[0] != '[' {
			t.Errorf("%s: %d with %d runs, want %d", query, got.status, n, want)
		}
	}
	for _, bad := range []string{"?page=x", "?sort=up", "?created_at_gt=yesterday"} {
		b.call("GET", "/workflow_runs"+bad, nil).refused(422, "validation_error")
	}
	b.call("POST", "/workflow_runs", object{"applicant_id": "nobody", "workflow_id": anyWorkflow}).refused(422, "validation_error")
	b.call("POST", "/workflow_runs", object{"applicant_id": first}).refused(422, "validation_error")
	b.call("GET", "/workflow_runs/none", nil).refused(404, "resource_not_found")
}

func TestWatchlistMonitors(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID := b.applicant("X")
	m := b.call("POST", "/watchlist_monitors", object{"applicant_id": applicantID, "report_name": "watchlist_standard"}).want(201)
	keys(t, "monitor", m, "id applicant_id report_name tags is_sandbox created_at deleted_at")
	path := "/watchlist_monitors/" + id(m)
	if got := b.call("POST", path+"/new_report", nil); got.status != 201 || !strings.HasPrefix(got.header.Get("Location"), "/v3.6/checks/") {
		t.Errorf("new report: %d %v", got.status, got.header)
	}
	if checks := b.call("GET", "/checks?applicant_id="+applicantID, nil).want(200); dig(checks, "checks", 1) == nil {
		t.Errorf("checks %v, want two", checks)
	}
	if got := b.call("GET", path+"/matches", nil); string(got.body) != `{"matches":[]}` {
		t.Errorf("matches %s", got.body)
	}
	b.call("PATCH", path+"/matches", object{"enable": []string{"a", "b"}}).want(200)
	if got := b.call("PATCH", path+"/matches", object{"disable": []string{"a"}}); string(got.body) != `{"matches":[{"id":"a","enabled":false},{"id":"b","enabled":true}]}` {
		t.Errorf("matches %s", got.body)
	}
	b.call("GET", path, nil).want(200)
	b.call("DELETE", path, nil).want(204)
	b.call("DELETE", path, nil).refused(410, "gone")
	if got := b.call("GET", path, nil).want(200); got["deleted_at"] == nil {
		t.Errorf("deleted monitor %v", got)
	}
	for query, want := range map[string]int{"": 0, "&include_deleted=true": 1} {
		if list := b.call("GET", "/watchlist_monitors?applicant_id="+applicantID+query, nil).want(200); len(list["monitors"].([]any)) != want {
			t.Errorf("%q: %v", query, list)
		}
	}
	b.call("POST", "/watchlist_monitors", object{"applicant_id": applicantID, "report_name": "document"}).refused(422, "validation_error")
}

func TestScriptedPeriphery(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID, documentID := b.ready("X", "passport")
	picked := string(b.call("GET", "/addresses/pick?postcode=S2+2DF", nil).body)
	if !strings.Contains(picked, `"building_number":"18"`) || !strings.Contains(picked, `"flat_number":""`) || strings.Contains(picked, "line1") {
		t.Errorf("addresses %s", picked)
	}
	if none := string(b.call("GET", "/addresses/pick?postcode=X1", nil).body); none != `{"addresses":[]}` {
		t.Errorf("addresses %s", none)
	}
	b.call("GET", "/addresses/pick", nil).refused(422, "validation_error")
	extracted := b.call("POST", "/extractions", object{"document_id": documentID}).want(200)
	if extracted["document_id"] != documentID || dig(extracted, "extracted_data", "last_name") != "MORGAN" {
		t.Errorf("extraction %v", extracted)
	}
	if failed := b.call("POST", "/extractions", object{"document_id": "none"}).want(404); failed["document_id"] != "none" || dig(failed, "error", "type") != "resource_not_found" {
		t.Errorf("failed extraction %v", failed)
	}
	check := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports}).want(201)
	faceID, reportID := dig(check, "report_ids", 0).(string), dig(check, "report_ids", 1).(string)
	keys(t, "repeat attempts", b.call("GET", "/repeat_attempts/"+reportID, nil).want(200), "report_id repeat_attempts attempts_count attempts_clear_rate unique_mismatches_count")
	b.call("GET", "/repeat_attempts/"+faceID, nil).refused(404, "resource_not_found")
	feedback := object{"expected_result": "clear", "check_id": id(check)}
	if echo := b.call("POST", "/results_feedback", feedback).want(200); echo["check_id"] != id(check) || echo["report_id"] != nil {
		t.Errorf("feedback %v", echo)
	}
	b.call("POST", "/results_feedback", object{"expected_result": "clear"}).refused(422, "validation_error")
	b.call("POST", "/results_feedback", object{"expected_result": "clear", "report_id": "none"}).refused(404, "resource_not_found")
	photo := b.upload("/id_photos", map[string]string{"applicant_id": applicantID}, "me.png", picture("png")).want(201)
	if photo["file_name"] != id(photo)+".png" || photo["file_type"] != "image/png" {
		t.Errorf("ID photo %v", photo)
	}
	contract := b.upload("/signing_documents", map[string]string{"applicant_id": applicantID}, "contract.pdf", []byte("%PDF-1.7 and so on")).want(201)
	if contract["file_type"] != "pdf" || contract["applicant_id"] != applicantID {
		t.Errorf("signing document %v", contract)
	}
	if got := b.call("GET", "/signing_documents/"+id(contract)+"/download", nil); string(got.body) != "%PDF-1.7 and so on" {
		t.Errorf("signing document holds %q", got.body)
	}
	b.call("GET", "/signing_documents/"+id(contract), nil).want(200)
	if list := b.call("GET", "/signing_documents?applicant_id="+applicantID, nil).want(200); dig(list, "signing_documents", 0, "id") != id(contract) {
		t.Errorf("signing documents %v", list)
	}
	b.upload("/signing_documents", map[string]string{"applicant_id": applicantID}, "a.png", picture("png")).refused(422, "validation_error")
	b.call("GET", "/signing_documents/none/download", nil).refused(404, "resource_not_found")
}

func TestRisksOfAWatchlistAlert(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	run := b.workflow(b.applicant("X"), findsAlert)
	task := b.call("GET", "/workflow_runs/"+id(run)+"/tasks/query_watchlists_complyadvantage_mesh_1", nil).want(200)
	alertID, _ := dig(task, "output", "properties", "alert_identifier").(string)
	path := "/complyadvantage_watchlists/alerts/" + alertID + "/risks"
	var all, second []object
	for query, into := range map[string]*[]object{"": &all, "?page=2&per_page=1": &second} {
		got := b.call("GET", path+query, nil)
		if err := json.Unmarshal(got.body, into); err != nil || got.header.Get("X-Total-Count") != "2" {
			t.Errorf("%q: %v, header %v", query, err, got.header)
		}
	}
	if len(all) != 2 || len(second) != 1 || second[0]["identifier"] != all[1]["identifier"] || dig(all[0], "detail", "profile", "match_score") == nil {
		t.Errorf("all %v, the second %v", all, second)
	}
	b.call("GET", path+"?per_page=0", nil).refused(422, "validation_error")
	b.call("GET", "/complyadvantage_watchlists/alerts/none/risks", nil).refused(404, "resource_not_found")
}

func TestPasskeysAndBiometricTokens(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	const keyPath = "/passkeys/sample-username/00000000-0000-0000-0000-000000000000"
	keys(t, "passkey", b.call("GET", keyPath, nil).want(200), "id application_domain state created_at last_used_at")
	if got := b.call("PUT", keyPath, object{"state": "INACTIVE"}).want(200); got["state"] != "INACTIVE" {
		t.Errorf("passkey %v", got)
	}
	b.call("PUT", keyPath, object{"state": "asleep"}).refused(422, "validation_error")
	b.call("DELETE", keyPath, nil).want(204)
	b.call("DELETE", "/passkeys/sample-username", nil).want(204)
	if got := b.call("GET", "/passkeys/sample-username", nil).want(200); dig(got, "passkeys", 0, "state") != "ACTIVE" {
		t.Errorf("after the deletion %v", got)
	}
	b.call("GET", "/passkeys/nobody/1", nil).refused(404, "resource_not_found")

	run := object{"applicant_id": b.applicant("X"), "workflow_id": makesTokens, "customer_user_id": "user-1"}
	b.call("POST", "/workflow_runs", run).want(201)
	b.call("POST", "/workflow_runs", run).want(201)
	list := b.call("GET", "/biometric_tokens/user-1", nil).want(200)
	uuid, _ := dig(list, "biometric_tokens", 0, "uuid").(string)
	path := "/biometric_tokens/user-1/" + uuid
	keys(t, "biometric token", dig(b.call("GET", path, nil).want(200), "biometric_token", "data"), "inserted_at media_type status")
	if got := b.call("PUT", path, object{"status": "approved"}).want(200); dig(got, "biometric_token", "data", "status") != "approved" {
		t.Errorf("token %v", got)
	}
	if got := b.call("DELETE", path, nil).want(200); dig(got, "biometric_token", "deleted_items", "count") != 1.0 {
		t.Errorf("deleted %v", got)
	}
	again := b.call("DELETE", path, nil)
	again.refused(404, "resource_not_found")
	if got := dig(again.want(404), "error", "message"); got != "Not found" {
		t.Errorf("message %q", got)
	}
	b.call("GET", "/biometric_tokens/user-2/"+uuid, nil).want(404)
	if got := b.call("DELETE", "/biometric_tokens/user-1", nil).want(200); dig(got, "biometric_tokens", "deleted_items", "count") != 1.0 {
		t.Errorf("deleted %v", got)
	}
	b.call("DELETE", "/biometric_tokens/user-1", nil).refused(404, "resource_not_found")
}
