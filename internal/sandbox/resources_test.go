package sandbox_test

import (
	"bytes"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// keys demands exactly these keys (Onfido contract section 1, "Object shapes").
func keys(t *testing.T, what string, v any, want string) {
	t.Helper()
	o, _ := v.(object)
	got := slices.Sorted(maps.Keys(o))
	expected := strings.Fields(want)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		t.Errorf("%s has keys\n%v, want\n%v", what, got, expected)
	}
}

func TestKeySets(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	a := b.call("POST", "/applicants", object{
		"first_name": "A", "last_name": "B", "address": object{"postcode": "S2 2DF", "country": "GBR"},
		"location": object{"ip_address": "176.78.162.201"}, "id_numbers": []object{{"type": "ssn", "value": "1"}},
	}).want(201)
	keys(t, "applicant", a, "id created_at delete_at href sandbox first_name last_name email dob id_numbers phone_number address location")
	keys(t, "address", a["address"], "flat_number building_number building_name street sub_street town state postcode country line1 line2 line3")
	keys(t, "location", a["location"], "ip_address country_of_residence")
	if a["href"] != "/v3.6/applicants/"+id(a) || !is(a["sandbox"]) || a["delete_at"] != nil || a["dob"] != nil {
		t.Errorf("applicant %v", a)
	}
	if dig(a, "location", "country_of_residence") != "PRT" {
		t.Errorf("location %v, want the country of the address", a["location"])
	}
	d := b.upload("/documents", map[string]string{"applicant_id": id(a), "type": "passport"}, `C:\scans\Front.JPG`, picture("jpeg")).want(201)
	keys(t, "document", d, "id created_at href download_href applicant_id file_name file_type file_size type side issuing_country")
	if d["file_name"] != "Front.JPG" || d["file_type"] != "jpg" || d["side"] != nil || d["download_href"] != d["href"].(string)+"/download" {
		t.Errorf("document %v", d)
	}
	p := b.upload("/live_photos", map[string]string{"applicant_id": id(a), "advanced_validation": "false"}, "me.png", picture("png")).want(201)
	keys(t, "live photo", p, "id created_at href download_href file_name file_type file_size")
	if p["file_type"] != "image/png" || p["file_name"] != "me.png" {
		t.Errorf("live photo %v", p)
	}
	h := b.call("POST", "/webhooks", object{"url": "https://receiver.test/"}).want(201)
	keys(t, "webhook", h, "id url name enabled events environments token href payload_version oauth_enabled oauth_server_url oauth_server_client_id oauth_server_client_secret oauth_server_scope")
	if dig(h, "environments", 0) != "sandbox" || h["payload_version"] != 3.0 || h["token"] == "" {
		t.Errorf("webhook %v", h)
	}
	c := b.call("POST", "/checks", object{"applicant_id": id(a), "report_names": []string{"document", "facial_similarity_photo", "identity_enhanced"}}).want(201)
	keys(t, "check", c, "id created_at href applicant_id applicant_provides_data sandbox status tags result form_uri redirect_uri results_uri report_ids webhook_ids privacy_notices_read_consent_given paused version")
	reports := b.call("GET", "/reports?check_id="+id(c), nil).want(200)
	envelope := "id created_at href name status result sub_result check_id documents breakdown properties"
	keys(t, "document report", dig(reports, "reports", 0), envelope)
	keys(t, "face report", dig(reports, "reports", 1), envelope+" live_photos live_videos motion_captures id_photos")
	keys(t, "identity report", dig(reports, "reports", 2), envelope)
}

func TestApplicantLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, documentID := b.ready("X", "passport")
		path := "/applicants/" + applicantID
		updated := b.call("PUT", path, object{"email": "a@example.com", "dob": "1990-02-03"}).want(200)
		if updated["first_name"] != "Anna" || updated["email"] != "a@example.com" {
			t.Errorf("after a partial update: %v", updated)
		}
		if cleared := b.call("PUT", path, object{"email": nil}).want(200); cleared["email"] != nil || cleared["dob"] != "1990-02-03" {
			t.Errorf("after clearing: %v", cleared)
		}
		live := b.call("POST", path+"/restore", nil)
		live.want(422)
		if got := dig(live.want(422), "error", "fields"); got != "Applicant "+applicantID+" is not scheduled for deletion" {
			t.Errorf("restoring a live applicant: fields %v", got)
		}
		b.call("DELETE", path, nil).want(204)
		for _, gone := range []string{path, path + "/consents", "/documents/" + documentID, "/documents/" + documentID + "/download", "/documents?applicant_id=" + applicantID} {
			b.call("GET", gone, nil).refused(410, "gone")
		}
		b.call("DELETE", path, nil).refused(410, "gone")
		b.call("POST", path+"/restore", nil).want(204)
		b.call("GET", "/documents/"+documentID+"/download", nil).want(200)
		b.call("DELETE", path, nil).want(204)
		time.Sleep(25 * time.Hour)
		b.call("POST", path+"/restore", nil).refused(410, "gone")
	})
}

func TestDeletionWaitsForChecks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		applicantID, _ := b.ready("X", "passport")
		b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports}).want(201)
		b.call("DELETE", "/applicants/"+applicantID, nil).refused(422, "deletion_incomplete_checks")
		time.Sleep(time.Second)
		synctest.Wait()
		b.call("DELETE", "/applicants/"+applicantID, nil).want(204)
	})
}

func TestApplicantRefusals(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	ok := object{"first_name": "A", "last_name": "B"}
	cases := []struct {
		name string
		with object
		path []any // into fields, to a text
	}{
		{"blank name", object{"first_name": " "}, []any{"first_name", 0}},
		{"name of a wrong type", object{"first_name": 5}, []any{"first_name", 0}},
		{"sign in a name", object{"last_name": "B;"}, []any{"last_name", 0}},
		{"bad date", object{"dob": "1990-02-30"}, []any{"dob", 0}},
		{"bad email", object{"email": "nobody"}, []any{"email", 0}},
		{"address without country", object{"address": object{"postcode": "1"}}, []any{"address", 0, "country", 0}},
		{"unknown country", object{"address": object{"postcode": "1", "country": "XYZ"}}, []any{"address", 0, "country", 0}},
		{"bad postcode", object{"address": object{"postcode": "1", "country": "GBR"}}, []any{"address", 0, "postcode", 0}},
		{"no state", object{"address": object{"postcode": "10001", "country": "USA"}}, []any{"address", 0, "state", 0}},
		{"sign in a street", object{"address": object{"postcode": "1011", "country": "NLD", "street": "<"}}, []any{"address", 0, "street", 0}},
		{"no address", object{"location": object{"ip_address": "300.1.1.1"}}, []any{"location", 0, "ip_address", 0}},
		{"private", object{"location": object{"ip_address": "10.0.0.1"}}, []any{"location", 0, "ip_address", 0}},
		{"loopback", object{"location": object{"ip_address": "::1"}}, []any{"location", 0, "ip_address", 0}},
		{"mapped", object{"location": object{"ip_address": "::ffff:192.168.0.1"}}, []any{"location", 0, "ip_address", 0}},
		{"documentation", object{"location": object{"ip_address": "203.0.113.9"}}, []any{"location", 0, "ip_address", 0}},
		{"documentation v6", object{"location": object{"ip_address": "2001:db8::1"}}, []any{"location", 0, "ip_address", 0}},
		{"unspecified", object{"location": object{"ip_address": "0.0.0.0"}}, []any{"location", 0, "ip_address", 0}},
		{"location is a text", object{"location": "NLD"}, []any{"location", 0}},
		{"consent unknown", object{"consents": []object{{"name": "x", "granted": true}}}, []any{"consents", 0, "name", 0}},
		{"consent undecided", object{"consents": []object{{"name": "privacy_notices_read"}}}, []any{"consents", 0, "granted", 0}},
		{"id number", object{"id_numbers": []object{{"type": "odd", "value": "1"}}}, []any{"id_numbers", 0, "type", 0}},
	}
	for _, c := range cases {
		body := maps.Clone(ok)
		maps.Copy(body, c.with)
		fields := b.call("POST", "/applicants", body).refused(422, "validation_error")
		if _, isText := dig(fields, c.path...).(string); !isText {
			t.Errorf("%s: fields %v, want a text at %v", c.name, fields, c.path)
		}
	}
	for _, body := range []string{"{", "[]", `"x"`, "nul"} {
		b.call("POST", "/applicants", body).refused(400, "bad_request")
	}
	b.call("POST", "/applicants", `{"first_name":"`+strings.Repeat("x", 2<<20)+`"}`).refused(413, "bad_request")
	if total := b.call("GET", "/applicants", nil).header.Get("X-Total-Count"); total != "0" {
		t.Errorf("refused requests left %s applicants", total)
	}
}

// TestUnknownPublicAddressIsAccepted: only an address that cannot be anywhere is refused.
func TestUnknownPublicAddressIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	for ip, country := range map[string]any{"93.184.216.34": nil, "8.8.8.8": "USA", "176.78.162.201": "PRT"} {
		a := b.call("POST", "/applicants", object{"first_name": "A", "last_name": "B", "location": object{"ip_address": ip}}).want(201)
		if got := dig(a, "location", "country_of_residence"); got != country {
			t.Errorf("%s is in %v, want %v", ip, got, country)
		}
	}
	home := object{"ip_address": "127.0.0.1", "country_of_residence": "GBR"}
	a := b.call("POST", "/applicants", object{"first_name": "A", "last_name": "B", "location": home}).want(201)
	if dig(a, "location", "ip_address") != "127.0.0.1" {
		t.Errorf("location %v", a["location"])
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	for _, name := range []string{"One", "Two", "Three", "Four", "Five"} {
		b.applicant(name)
	}
	got := b.call("GET", "/applicants?page=2&per_page=2", nil)
	rows := got.want(200)
	if dig(rows, "applicants", 0, "last_name") != "Three" || dig(rows, "applicants", 1, "last_name") != "Two" || dig(rows, "applicants", 2) != nil {
		t.Errorf("page 2 of the newest first is %v", rows)
	}
	if got.header.Get("X-Total-Count") != "5" {
		t.Errorf("X-Total-Count %q", got.header.Get("X-Total-Count"))
	}
	for _, link := range []string{`page=1&per_page=2>; rel="first"`, `page=1&per_page=2>; rel="prev"`, `page=3&per_page=2>; rel="next"`, `page=3&per_page=2>; rel="last"`} {
		if !strings.Contains(got.header.Get("Link"), "<http://sandbox.test/v3.6/applicants?"+link) {
			t.Errorf("Link %q lacks %q", got.header.Get("Link"), link)
		}
	}
	if far := b.call("GET", "/applicants?page=9223372036854775807", nil).want(200); len(far["applicants"].([]any)) != 0 {
		t.Errorf("a page far beyond the end is %v", far)
	}
	for _, bad := range []string{"page=0", "page=x", "per_page=-1", "include_deleted=perhaps"} {
		b.call("GET", "/applicants?"+bad, nil).refused(422, "validation_error")
	}
}

func TestDeletedApplicantsAreListedOnRequest(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	b.applicant("Stays")
	b.call("DELETE", "/applicants/"+b.applicant("Goes"), nil).want(204)
	if got := b.call("GET", "/applicants", nil).header.Get("X-Total-Count"); got != "1" {
		t.Errorf("%s without deleted", got)
	}
	all := b.call("GET", "/applicants?include_deleted=true", nil).want(200)
	if dig(all, "applicants", 0, "delete_at") == nil || dig(all, "applicants", 1, "delete_at") != nil {
		t.Errorf("with deleted: %v", all)
	}
}

func TestConsents(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	a := b.call("POST", "/applicants", object{"first_name": "A", "last_name": "B", "consents": []object{
		{"name": "privacy_notices_read", "granted": true}, {"name": "ssn_verification", "granted": false},
	}}).want(201)
	got := string(b.call("GET", "/applicants/"+id(a)+"/consents", nil).body)
	if !strings.HasPrefix(got, `[{"name":"privacy_notices_read","granted":true,"granted_at":"2`) ||
		!strings.HasSuffix(got, `{"name":"ssn_verification","granted":false,"granted_at":null}]`) {
		t.Errorf("consents %s", got)
	}
	if got := string(b.call("GET", "/applicants/"+b.applicant("X")+"/consents", nil).body); got != "[]" {
		t.Errorf("without consents: %s", got)
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	for path, kind := range map[string]string{"applicants": "Applicant", "documents": "Document", "live_photos": "Live photo", "checks": "Check", "reports": "Report", "webhooks": "Webhook"} {
		a := b.call("GET", "/"+path+"/no-such-id", nil)
		a.refused(404, "resource_not_found")
		if got := dig(a.want(404), "error", "message"); got != "Could not find the following resource: "+kind+" with id=no-such-id" {
			t.Errorf("%s: message %q", path, got)
		}
	}
	b.call("GET", "/no/such/thing", nil).refused(404, "resource_not_found")
	b.call("PATCH", "/applicants", nil).refused(404, "resource_not_found")
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID := b.applicant("X")
	good := map[string]string{"applicant_id": applicantID, "type": "passport"}
	with := func(key, value string) map[string]string {
		m := maps.Clone(good)
		m[key] = value
		return m
	}
	cut := picture("png")[:20]
	cases := []struct {
		name, path string
		fields     map[string]string
		data       []byte
		field      string
	}{
		{"text called a JPEG", "/documents", good, []byte("this is not a picture"), "file"},
		{"empty", "/documents", good, []byte{}, "file"},
		{"header only", "/documents", good, cut, "file"},
		{"no file", "/documents", good, nil, "file"},
		{"too large", "/documents", good, append(picture("jpeg"), make([]byte, 10<<20)...), "file"},
		{"no type", "/documents", map[string]string{"applicant_id": applicantID}, picture("png"), "type"},
		{"unknown type", "/documents", with("type", "letter"), picture("png"), "type"},
		{"unknown side", "/documents", with("side", "left"), picture("png"), "side"},
		{"unknown country", "/documents", with("issuing_country", "NL"), picture("png"), "issuing_country"},
		{"bad location", "/documents", with("location", "{"), picture("png"), "location"},
		{"private location", "/documents", with("location", `{"ip_address":"10.1.1.1"}`), picture("png"), "location"},
		{"bad boolean", "/documents", with("validate_image_quality", "perhaps"), picture("png"), "validate_image_quality"},
		{"unknown applicant", "/documents", with("applicant_id", "nobody"), picture("png"), "applicant_id"},
		{"text as photo", "/live_photos", good, []byte("text"), "attachment_content_type"},
		{"empty photo", "/live_photos", good, []byte{}, "attachment_file_size"},
		{"no photo", "/live_photos", good, nil, "attachment"},
		{"too large a photo", "/live_photos", good, append(picture("jpeg"), make([]byte, 12<<20)...), "attachment_file_size"},
	}
	for _, c := range cases {
		fields := b.upload(c.path, c.fields, "photo.jpg", c.data).refused(422, "validation_error")
		if fields[c.field] == nil {
			t.Errorf("%s: fields %v, want %s", c.name, fields, c.field)
		}
	}
	for contentType, body := range map[string]string{
		"application/json":                `{}`,
		"multipart/form-data":             "no boundary",
		"multipart/form-data; boundary=x": "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nand nothing more",
	} {
		b.send("POST", "/documents", contentType, strings.NewReader(body)).refused(400, "bad_request")
	}
	if docs := b.call("GET", "/documents?applicant_id="+applicantID, nil).want(200); len(docs["documents"].([]any)) != 0 {
		t.Errorf("refused uploads left %v", docs)
	}
}

func TestUploadKeepsWhatItGot(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID := b.applicant("X")
	pdf := []byte("%PDF-1.7\n%%EOF")
	for name, data := range map[string][]byte{"a.jpeg": picture("jpeg"), "b.png": picture("png"), "c.pdf": pdf} {
		fields := map[string]string{"applicant_id": applicantID, "type": "passport", "side": "front", "issuing_country": "NLD", "location": `{"country_of_residence":"NLD"}`}
		d := b.upload("/documents", fields, name, data).want(201)
		if d["file_type"] != strings.Split(name, ".")[1] || d["file_size"] != float64(len(data)) || d["side"] != "front" {
			t.Errorf("%s: %v", name, d)
		}
		file := b.call("GET", "/documents/"+id(d)+"/download", nil)
		if !bytes.Equal(file.body, data) || file.header.Get("Content-Disposition") != `attachment; filename="`+name+`"` {
			t.Errorf("%s: %d bytes, %q", name, len(file.body), file.header.Get("Content-Disposition"))
		}
	}
	if a := b.call("GET", "/applicants/"+applicantID, nil).want(200); dig(a, "location", "country_of_residence") != "NLD" {
		t.Errorf("the location of the upload is not the applicant's: %v", a["location"])
	}
}

// TestMemoryIsBounded: beyond the limit the oldest files go, those of deleted applicants first.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	data := append([]byte("%PDF-"), make([]byte, 1000)...)
	b := newBox(t, sandbox.Options{MaxFileBytes: 3500})
	put := func(applicantID string) string {
		return id(b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "a.pdf", data).want(201))
	}
	stays, goes := b.applicant("Stays"), b.applicant("Goes")
	first, deleted, third := put(stays), put(goes), put(stays)
	b.call("DELETE", "/applicants/"+goes, nil).want(204)
	fourth := put(stays)
	b.call("GET", "/documents/"+first+"/download", nil).want(200)
	b.call("POST", "/applicants/"+goes+"/restore", nil).want(204)
	b.call("GET", "/documents/"+deleted+"/download", nil).refused(410, "gone")
	put(stays)
	b.call("GET", "/documents/"+first+"/download", nil).refused(410, "gone")
	b.call("GET", "/documents/"+first, nil).want(200)
	b.call("GET", "/documents/"+third+"/download", nil).want(200)
	b.call("GET", "/documents/"+fourth+"/download", nil).want(200)
}

// TestOldestApplicantsGo: beyond the limit with everything that is theirs, and whoever waits for a check is let go.
func TestOldestApplicantsGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{MaxApplicants: 2, CompleteAfter: time.Hour})
		first, documentID := b.ready("First", "passport")
		answered := make(chan answer, 1)
		go func() {
			answered <- b.call("POST", "/checks", object{"applicant_id": first, "report_names": bothReports, "asynchronous": false})
		}()
		synctest.Wait()
		b.workflow(first, anyWorkflow)
		second := b.applicant("Second")
		b.call("GET", "/applicants/"+first, nil).want(200)
		third := b.applicant("Third")
		for _, path := range []string{"/applicants/" + first, "/documents/" + documentID, "/checks?applicant_id=" + first} {
			b.call("GET", path, nil).refused(404, "resource_not_found")
		}
		(<-answered).refused(404, "resource_not_found")
		b.call("GET", "/applicants/"+second, nil).want(200)
		b.call("GET", "/applicants/"+third, nil).want(200)
		left := b.call("GET", "/sandbox/state", nil).want(200)
		for _, key := range []string{"documents", "live_photos", "checks", "reports", "files"} {
			if rows, _ := left[key].([]any); len(rows) != 0 {
				t.Errorf("%s are left: %v", key, rows)
			}
		}
		if runs, _ := dig(left, "studio", "workflow_runs").([]any); len(runs) != 0 {
			t.Errorf("runs are left: %v", runs)
		}
	})
}

// TestCloseLetsWaitersGo: a request that waits for its check is answered when the sandbox ends.
func TestCloseLetsWaitersGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{CompleteAfter: time.Hour})
		applicantID, _ := b.ready("X", "passport")
		answered := make(chan answer, 1)
		go func() {
			answered <- b.call("POST", "/checks", object{"applicant_id": applicantID, "report_names": bothReports, "asynchronous": false})
		}()
		synctest.Wait()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if got := (<-answered).want(201); got["status"] != "in_progress" {
			t.Errorf("check %v", got)
		}
	})
}

func TestWebhookCRUD(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	for _, good := range []string{"https://example.com", "https://example.com:8443/x?y=z", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:99/"} {
		b.call("POST", "/webhooks", object{"url": good}).want(201)
	}
	for _, bad := range []any{"http://example.com", "ftp://127.0.0.1/", "https://", "https://me:pw@example.com/", "http://127.0.0.1.example.com/", "", nil, 5} {
		if fields := b.call("POST", "/webhooks", object{"url": bad}).refused(422, "validation_error"); fields["url"] == nil {
			t.Errorf("%v: fields %v", bad, fields)
		}
	}
	if fields := b.call("POST", "/webhooks", object{"url": "https://example.com", "events": []string{"check.eaten"}}).refused(422, "validation_error"); fields["events"] == nil {
		t.Errorf("unknown event: fields %v", fields)
	}
	h := b.call("POST", "/webhooks", object{"url": "https://example.com", "events": []string{"check.completed"}}).want(201)
	changed := b.call("PUT", "/webhooks/"+id(h), object{"enabled": false, "name": "Mine"}).want(200)
	if is(changed["enabled"]) || changed["name"] != "Mine" || changed["token"] != h["token"] || dig(changed, "events", 0) != "check.completed" {
		t.Errorf("updated: %v", changed)
	}
	b.call("DELETE", "/webhooks/"+id(h), nil).want(204)
	b.call("GET", "/webhooks/"+id(h), nil).want(404)
	b.call("DELETE", "/webhooks/"+id(h), nil).want(404)
	b.call("PUT", "/webhooks/"+id(h), object{}).want(404)
	if all := b.call("GET", "/webhooks", nil).want(200); len(all["webhooks"].([]any)) != 5 {
		t.Errorf("left: %v", all)
	}
}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{Token: "api_sandbox.secret"})
		for _, wrong := range []string{"Token token=", "Token token=api_sandbox.secre", "Bearer api_sandbox.secret", "api_sandbox.secret", "Basic x", "Bearer a.b.c"} {
			b.auth = wrong
			a := b.call("GET", "/applicants", nil)
			a.refused(401, "authorization_error")
			if got := dig(a.want(401), "error", "message"); got != "Authorization error: please re-check your credentials" {
				t.Errorf("message %q", got)
			}
			b.upload("/documents", nil, "", nil).refused(401, "authorization_error")
		}
		form := func(clientID, secret string) answer {
			body := url.Values{"client_id": {clientID}, "client_secret": {secret}}.Encode()
			req := httptest.NewRequestWithContext(t.Context(), "POST", "/v3.6/oauth/token", strings.NewReader(body))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			b.Handler().ServeHTTP(w, req)
			return answer{t, w.Code, w.Header(), w.Body.Bytes()}
		}
		form("me", "wrong").refused(401, "authorization_error")
		form("", "api_sandbox.secret").refused(401, "authorization_error")
		token := form("me", "api_sandbox.secret").want(200)
		b.auth = "Bearer " + token["access_token"].(string)
		b.call("GET", "/applicants", nil).want(200)
		seconds, _ := token["expires_in"].(float64)
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		b.call("GET", "/applicants", nil).refused(401, "expired_token")
	})
}

func TestSDKTokenUploadsForItsApplicantOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, sandbox.Options{})
		own, other := b.applicant("Own"), b.applicant("Other")
		token, _ := b.call("POST", "/sdk_token", object{"applicant_id": own, "application_id": "com.example.app"}).want(200)["token"].(string)
		if strings.Count(token, ".") != 2 || strings.Trim(token, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") != "" {
			t.Errorf("token %q is no JWT", token)
		}
		b.call("POST", "/sdk_token", object{"applicant_id": "nobody"}).refused(422, "validation_error")
		b.auth = "Bearer " + token
		to := func(applicantID string) answer {
			return b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "a.png", picture("png"))
		}
		to(own).want(201)
		to(other).refused(401, "authorization_error")
		b.call("GET", "/applicants", nil).refused(401, "authorization_error")
		b.auth = "Bearer " + token[:len(token)-8] + "AAAAAAAA"
		to(own).refused(401, "authorization_error")
		b.auth = "Bearer " + token
		time.Sleep(90 * time.Minute)
		to(own).refused(401, "expired_token")
	})
}
