package sandbox_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

func TestControlsNeedTheToken(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	controls, _ := b.call("GET", "/sandbox", nil).want(200)["controls"].([]any)
	if len(controls) < 20 {
		t.Fatalf("the index lists %v", controls)
	}
	b.auth = "Token token=wrong"
	for _, c := range controls {
		method, path, _ := strings.Cut(c.(string), " ")
		b.call(method, path, nil).refused(401, "authorization_error")
	}
	b.auth = ""
	b.call("GET", "/sandbox/nothing", nil).refused(404, "resource_not_found")
}

func TestClockAdvances(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		b := newBox(t, sandbox.Options{CompleteAfter: time.Hour})
		applicantID, _ := b.ready("X", "passport")
		made := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports}).want(201)
		if pending := b.call("GET", "/sandbox/clock", nil).want(200)["pending"]; pending != 1.0 {
			t.Errorf("%v pending", pending)
		}
		b.call("POST", "/sandbox/clock/advance", object{"duration": "61m"}).want(200)
		synctest.Wait()
		if got := b.call("GET", "/checks/"+id(made), nil).want(200); got["status"] != "complete" || time.Since(began) != 0 {
			t.Errorf("%v after %v", got["status"], time.Since(began))
		}
		later := b.call("GET", "/applicants/"+b.applicant("Y"), nil).want(200)["created_at"].(string)
		if want := began.Add(61 * time.Minute).UTC().Format("2006-01-02T15:04:05Z"); later != want {
			t.Errorf("made at %s, want %s", later, want)
		}
		for _, bad := range []string{`{}`, `{"duration":"-1h"}`, `{"duration":"1000000h"}`, `{"duration":3}`, `{"seconds":3}`} {
			b.call("POST", "/sandbox/clock/advance", bad).refused(422, "validation_error")
		}
	})
}

// TestFaultsStrikeTheAPI: over a real connection, with the controls unharmed.
func TestFaultsStrikeTheAPI(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	server := httptest.NewServer(b.Handler())
	defer server.Close()
	get := func() (int, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v3.6/applicants", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Token token="+b.Token())
		resp, err := server.Client().Do(req)
		if err != nil {
			return 0, "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text), err
	}
	b.call("PUT", "/sandbox/faults", object{"seed": 3, "faults": []object{
		{"kind": "status", "status": 500, "times": 1},
		{"kind": "status", "status": 429, "times": 1, "retry_after": 7},
		{"kind": "half_body", "times": 1},
		{"kind": "reset", "times": 1},
	}}).want(200)
	if status, text, err := get(); status != 500 || !strings.Contains(text, `"type":"internal_server_error"`) || err != nil {
		t.Errorf("first: %d %s %v", status, text, err)
	}
	b.call("PUT", "/sandbox/faults", object{"faults": []object{{"kind": "half_body", "times": 1}}}).want(200)
	if status, text, err := get(); status != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || strings.HasSuffix(text, "}") {
		t.Errorf("half a body: %d %q %v", status, text, err)
	}
	b.call("PUT", "/sandbox/faults", object{"faults": []object{{"kind": "reset", "times": 1, "method": "GET"}}}).want(200)
	// The client repeats a GET on a connection that broke before any answer, so the reset may go unseen.
	if _, _, err := get(); err != nil && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("reset: %v", err)
	}
	if left := b.call("GET", "/sandbox/faults", nil).want(200); len(left["faults"].([]any)) != 0 {
		t.Errorf("left: %v", left)
	}
	b.call("PUT", "/sandbox/faults", object{"faults": []object{{"kind": "gremlin"}}}).refused(422, "validation_error")
	b.call("PUT", "/sandbox/faults", object{"fault": 1}).refused(422, "validation_error")
	b.call("PUT", "/sandbox/faults", object{"faults": []object{{"kind": "rate_limit", "per_minute": 1}}}).want(200)
	b.call("GET", "/ping", nil).want(200)
	b.call("GET", "/ping", nil).refused(429, "rate_limit")
	b.call("DELETE", "/sandbox/faults", nil).want(204)
	b.call("GET", "/ping", nil).want(200)
}

func TestWebhookFaultsAndDeliveries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{status: func(n int) int {
			if n == 1 {
				return 500
			}
			return 200
		}}
		b := newBox(t, sandbox.Options{Transport: in, WebhookRetry: []time.Duration{time.Second}})
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/", "events": []string{"check.completed"}}).want(201)
		applicantID, _ := b.ready("X", "passport")
		b.call("PUT", "/sandbox/faults", object{"faults": []object{{"kind": "webhook_forged", "times": 1}, {"kind": "webhook_lost", "path": "report"}}}).want(200)
		b.run(applicantID, bothReports...)
		time.Sleep(time.Minute)
		synctest.Wait()
		deliveries, _ := b.call("GET", "/sandbox/deliveries", nil).want(200)["deliveries"].([]any)
		if len(in.got) != 3 || len(deliveries) != 3 {
			t.Fatalf("%d received, %d recorded, want a forged one, a true one and a retry", len(in.got), len(deliveries))
		}
		signatures := map[string]int{}
		for _, r := range in.got {
			signatures[r.signature]++
		}
		if len(signatures) != 2 {
			t.Errorf("signatures %v, want two different", signatures)
		}
		if dig(deliveries, 0, "status") != 500.0 || dig(deliveries, 2, "try") != 2.0 || dig(deliveries, 2, "status") != 200.0 {
			t.Errorf("deliveries %v", deliveries)
		}
		b.call("DELETE", "/sandbox/deliveries", nil).want(204)
		if left := b.call("GET", "/sandbox/deliveries", nil).want(200); len(left["deliveries"].([]any)) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID, _ := b.ready("X", "passport")
	b.call("GET", "/applicants?page=0", nil)
	requests, _ := b.call("GET", "/sandbox/requests", nil).want(200)["requests"].([]any)
	if len(requests) != 4 {
		t.Fatalf("%d requests recorded, want 4", len(requests))
	}
	first, upload, last := requests[0], requests[1], requests[3]
	if dig(first, "method") != "POST" || dig(first, "path") != "/v3.6/applicants" || dig(first, "status") != 201.0 ||
		!strings.Contains(dig(first, "body").(string), `"last_name":"X"`) || !strings.Contains(dig(first, "answer").(string), applicantID) {
		t.Errorf("first %v", first)
	}
	if size, _ := dig(upload, "body_size").(float64); dig(upload, "body") != nil || size < 500 {
		t.Errorf("upload %v", upload)
	}
	if dig(last, "query") != "page=0" || dig(last, "status") != 422.0 || dig(last, "headers", "Authorization") != nil {
		t.Errorf("last %v", last)
	}
	b.call("DELETE", "/sandbox/requests", nil).want(204)
	for range 1005 {
		b.call("GET", "/ping", nil)
	}
	b.call("GET", "/applicants", nil)
	requests, _ = b.call("GET", "/sandbox/requests", nil).want(200)["requests"].([]any)
	if len(requests) != 1000 || dig(requests, 999, "path") != "/v3.6/applicants" || dig(requests, 998, "path") != "/v3.6/ping" {
		t.Errorf("%d kept, the last %v", len(requests), requests[len(requests)-1])
	}
}

func TestStateMovesToAnotherSandbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from, to := newBox(t, sandbox.Options{}), newBox(t, sandbox.Options{})
		applicantID, documentID := from.ready("Consider", "passport")
		done, reports := from.run(applicantID, bothReports...)
		running := from.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports}).want(201)
		gone := from.applicant("Goes")
		from.call("DELETE", "/applicants/"+gone, nil).want(204)
		if listed := from.call("GET", "/sandbox/state", nil).want(200); dig(listed, "files", 0, "data") != nil || dig(listed, "files", 0, "size") == nil {
			t.Errorf("files are listed as %v", listed["files"])
		}
		whole := from.call("GET", "/sandbox/state?files=true", nil)
		to.applicant("Overwritten")
		to.call("PUT", "/sandbox/state", string(whole.body)).want(204)
		if got := to.call("GET", "/documents/"+documentID+"/download", nil); !bytes.Equal(got.body, picture("jpeg")) {
			t.Errorf("the document has %d bytes", len(got.body))
		}
		if again := to.call("GET", "/sandbox/state?files=true", nil).want(200); !reflect.DeepEqual(again, whole.want(200)) {
			t.Errorf("state changed on the way:\n%v\n%v", whole.want(200), again)
		}
		if got := to.call("GET", "/reports?check_id="+id(done), nil); dig(got.want(200), "reports", 0, "sub_result") != dig(reports, "reports", 0, "sub_result") {
			t.Errorf("reports %s", got.body)
		}
		to.call("GET", "/applicants/"+gone, nil).refused(410, "gone")
		time.Sleep(time.Second)
		synctest.Wait()
		if got := to.call("GET", "/checks/"+id(running), nil).want(200); got["result"] != "consider" {
			t.Errorf("the running check ended as %v", got)
		}
		to.call("DELETE", "/sandbox/state", nil).want(204)
		to.call("GET", "/applicants/"+applicantID, nil).refused(404, "resource_not_found")
		to.call("PUT", "/sandbox/state", `{"version":99}`).refused(422, "validation_error")
		to.call("PUT", "/sandbox/state", `[`).refused(422, "validation_error")
		to.call("POST", "/sandbox/state/save", nil).refused(422, "validation_error")
	})
}

func TestStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first, err := sandbox.New(sandbox.Options{StateFile: path})
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, Sandbox: first}
	applicantID, _ := b.ready("Stays", "passport")
	b.call("POST", "/sandbox/state/save", nil).want(204)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("state file: %v %v", info.Mode(), err)
	}
	second := newBox(t, sandbox.Options{StateFile: path})
	if got := second.call("GET", "/applicants/"+applicantID, nil).want(200); got["last_name"] != "Stays" {
		t.Errorf("after the restart: %v", got)
	}
	if err := os.WriteFile(path+".bad", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(sandbox.Options{StateFile: path + ".bad"}); err == nil {
		t.Error("a broken state file was taken")
	}
}

func TestChecksAreSteered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{}
		b := newBox(t, sandbox.Options{Transport: in})
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/"}).want(201)
		applicantID, _ := b.ready("X", "passport")
		form := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": []string{"document"}, "applicant_provides_data": true}).want(201)
		if form["status"] != "awaiting_applicant" || form["form_uri"] == nil {
			t.Errorf("a check that waits for its applicant: %v", form)
		}
		do := func(action string) answer { return b.call("POST", "/sandbox/checks/"+id(form)+"/"+action, nil) }
		time.Sleep(time.Minute)
		if got := do("form").want(200); got["status"] != "in_progress" {
			t.Errorf("after the form: %v", got)
		}
		if got := do("pause").want(200); got["status"] != "paused" || !is(got["paused"]) {
			t.Errorf("paused: %v", got)
		}
		time.Sleep(time.Minute)
		reportID := dig(form, "report_ids", 0).(string)
		if got := b.call("GET", "/reports/"+reportID, nil).want(200); got["status"] != "awaiting_approval" {
			t.Errorf("report of a paused check: %v", got)
		}
		b.call("POST", "/reports/"+reportID+"/resume", nil).want(204)
		b.call("POST", "/checks/"+id(form)+"/resume", nil).want(204)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := b.call("GET", "/checks/"+id(form), nil).want(200); got["status"] != "complete" || is(got["paused"]) {
			t.Errorf("resumed: %v", got)
		}
		do("withdraw").refused(422, "validation_error")
		if got := do("reopen").want(200); got["status"] != "reopened" {
			t.Errorf("reopened: %v", got)
		}
		do("complete").want(200)
		do("eat").refused(422, "validation_error")
		synctest.Wait()
		want := []string{"check.completed", "check.completed", "check.form_completed", "check.reopened", "report.completed", "report.completed", "report.resumed"}
		if got := in.actions(t); !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
		b.call("POST", "/sandbox/checks/nothing/complete", nil).refused(404, "resource_not_found")
	})
}

func TestCancelledReportDoesNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, _ := b.ready("X", "passport")
		made := b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports, "consider": []string{"document"}}).want(201)
		report := "/reports/" + dig(made, "report_ids", 1).(string)
		b.call("POST", report+"/cancel", nil).want(204) // not paused: without effect
		b.call("POST", "/sandbox/checks/"+id(made)+"/pause", nil).want(200)
		b.call("POST", report+"/cancel", nil).want(204)
		b.call("POST", "/checks/"+id(made)+"/resume", nil).want(204)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := b.call("GET", report, nil).want(200); got["status"] != "cancelled" || got["result"] != nil {
			t.Errorf("report %v", got)
		}
		if got := b.call("GET", "/checks/"+id(made), nil).want(200); got["result"] != "clear" {
			t.Errorf("check %v", got)
		}
	})
}

func TestWebhookResend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{}
		b := newBox(t, sandbox.Options{Transport: in})
		b.call("POST", "/webhooks", object{"url": "https://receiver.test/", "events": []string{"check.completed"}}).want(201)
		applicantID, _ := b.ready("X", "passport")
		check, _ := b.run(applicantID, "document")
		resend := func(id, event string) answer {
			return b.call("POST", "/webhooks/resend", object{"data": []object{{"resource_id": id, "event": event}}})
		}
		resend(id(check), "check.completed").want(204)
		synctest.Wait()
		if got := in.actions(t); len(got) != 2 {
			t.Errorf("received %v, want the event twice", got)
		}
		resend(id(check), "check.started").refused(422, "validation_error")
		resend("nothing", "check.completed").refused(422, "validation_error")
		b.call("POST", "/webhooks/resend", object{}).refused(422, "validation_error")
	})
}

func TestFilms(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID := b.applicant("X")
	video := b.call("POST", "/sandbox/live_videos", object{"applicant_id": applicantID}).want(201)
	motion := b.upload("/sandbox/motion_captures", map[string]string{"applicant_id": applicantID}, "me.mp4", []byte("\x00\x00\x00\x18ftypmp42 and so on")).want(201)
	base := "id created_at href download_href file_name file_type file_size"
	keys(t, "live video", b.call("GET", "/live_videos/"+id(video), nil).want(200), base+" challenge languages")
	keys(t, "motion capture", b.call("GET", "/motion_captures/"+id(motion), nil).want(200), base)
	if motion["file_name"] != id(motion)+".mp4" || motion["file_type"] != "video/mp4" {
		t.Errorf("motion capture %v", motion)
	}
	if alone := b.call("GET", "/live_videos/"+id(video), nil).want(200); dig(alone, "challenge", 0, "type") != "recite" || alone["languages"] != nil {
		t.Errorf("live video %v", alone)
	}
	if list := b.call("GET", "/live_videos?applicant_id="+applicantID, nil).want(200); dig(list, "live_videos", 0, "challenge") != nil {
		t.Errorf("live videos %v", list)
	}
	for _, path := range []string{"/live_videos/" + id(video), "/motion_captures/" + id(motion)} {
		if frame := b.call("GET", path+"/frame", nil); frame.header.Get("Content-Type") != "image/jpeg" || !bytes.HasPrefix(frame.body, []byte("\xff\xd8")) {
			t.Errorf("%s/frame: %s", path, frame.header.Get("Content-Type"))
		}
		if film := b.call("GET", path+"/download", nil); !strings.HasPrefix(film.header.Get("Content-Type"), "video/") || string(film.body[4:8]) != "ftyp" {
			t.Errorf("%s/download: %v", path, film.header)
		}
		b.call("GET", path+"x/frame", nil).refused(404, "resource_not_found")
	}
	b.upload("/sandbox/live_videos", map[string]string{"applicant_id": applicantID}, "a.mp4", []byte("no film")).refused(422, "validation_error")
	b.call("POST", "/sandbox/live_videos", object{"applicant_id": "nobody"}).refused(422, "validation_error")
	b.call("POST", "/sandbox/live_videos", object{}).refused(422, "validation_error")
}

func TestChecksOfFilmsAndChips(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, documentID := b.ready("X", "passport")
		video := b.call("POST", "/sandbox/live_videos", object{"applicant_id": applicantID}).want(201)
		motion := b.call("POST", "/sandbox/motion_captures", object{"applicant_id": applicantID}).want(201)
		check, reports := b.run(applicantID, "facial_similarity_video", "facial_similarity_motion", "device_intelligence")
		if dig(reports, "reports", 0, "live_videos", 0, "id") != id(video) || dig(reports, "reports", 1, "motion_captures", 0, "id") != id(motion) {
			t.Errorf("reports %v", reports)
		}
		if dig(reports, "reports", 2, "properties", "device", "raw_model") != "SM-G991B" {
			t.Errorf("device intelligence %v", dig(reports, "reports", 2))
		}
		page := b.call("GET", "/checks/"+id(check)+"/download", nil)
		if page.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(page.body, []byte("%PDF-")) || !bytes.Contains(page.body, []byte(id(check))) {
			t.Errorf("check as PDF: %v, %.60s", page.header, page.body)
		}
		chip := b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "nfc.json", []byte(`{"sod":[1,2],"dg1":[3]}`)).want(201)
		if face := b.call("GET", "/documents/"+id(chip)+"/nfc_face", nil); face.header.Get("Content-Type") != "image/png" {
			t.Errorf("face of the chip: %v", face.header)
		}
		b.call("GET", "/documents/"+documentID+"/nfc_face", nil).refused(404, "resource_not_found")
		b.call("GET", "/documents/"+documentID+"/video/download", nil).refused(404, "resource_not_found")
	})
}
