package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/client"
)

func TestCreateProcessRules(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		d, err := s.api.CreateDossier(t.Context(), "")
		check(t, err)
		path, token := "/assure/dossiers/"+d.DossierID+"/processes", s.token()
		for name, c := range map[string]struct {
			body   string
			params []string
		}{
			"broken JSON":        {`{"provider":`, nil},
			"not an object":      {`[]`, nil},
			"nothing":            {`{}`, []string{"provider", "processType"}},
			"unknown provider":   {`{"provider":"acme","processType":"document"}`, []string{"provider"}},
			"unknown type":       {`{"provider":"onfido","processType":"retina"}`, []string{"processType"}},
			"unknown document":   {`{"provider":"onfido","processType":"document","documentType":"libraryCard"}`, []string{"documentType"}},
			"number for a word":  {`{"provider":7,"processType":"document"}`, []string{"provider"}},
			"text for a boolean": {`{"provider":"onfido","processType":"document","requestExtraDataFromDrivingLicense":"yes"}`, []string{"requestExtraDataFromDrivingLicense"}},
			"alpha-2 country":    {`{"provider":"onfido","processType":"document","processParameters":{"location":{"countryOfResidence":"NL"}}}`, []string{"processParameters.location.countryOfResidence"}},
			"no address":         {`{"provider":"onfido","processType":"document","processParameters":{"location":{"ipAddress":"1.2.3"}}}`, []string{"processParameters.location.ipAddress"}},
			"two faults at once": {`{"provider":"onfido","processType":"document","documentType":"x","notificationUrl":"ftp://x"}`, []string{"documentType", "notificationUrl"}},
		} {
			got := s.call(token, http.MethodPost, path, c.body)
			t.Run(name, func(t *testing.T) { s.in(t).wantRefusal(got, 400, "invalid_request", c.params...) })
			if bytes.Contains(got.body, []byte("libraryCard")) || bytes.Contains(got.body, []byte("retina")) {
				t.Errorf("%s: the problem repeats what was sent: %s", name, got.body)
			}
		}
		taken := s.call(token, http.MethodPost, path, `{"provider":"onfido","processType":"document","documentType":null,"future":{"x":1}}`)
		if taken.status != 201 || taken.header.Get("Location") != path+"/"+taken.json(t)["processId"].(string) {
			t.Errorf("null and unknown fields: %d %s", taken.status, taken.body)
		}
		s.wantRefusal(s.call(token, http.MethodPost, path, `provider=onfido`, "Content-Type", "text/plain"), 415, "unsupported_media_type")
	})
}

// in reports to another test.
func (s *stack) in(t *testing.T) *stack {
	t.Helper()
	again := *s
	again.t = t
	return &again
}

func TestStartRules(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token := s.token()
		start := func(request client.ProcessRequest, depictions ...string) reply {
			return s.call(token, http.MethodPost, pathOf(s.pendingProcess(request, client.UserData{}, depictions...)), "")
		}
		request := passportOrder()
		request.ProcessParameters = nil
		s.wantRefusal(start(request, "front", "selfie"), 400, "location_required", "processParameters.location")
		request = passportOrder()
		request.DocumentType = ""
		s.wantRefusal(start(request, "front", "selfie"), 400, "document_type_required", "documentType")
		s.wantRefusal(start(passportOrder()), 400, "images_missing", "front", "selfie")
		request = passportOrder()
		request.DocumentType = "identityCard"
		s.wantRefusal(start(request, "front", "selfie"), 400, "images_missing", "back")
		request.ProcessType = "documentVideo"
		s.wantRefusal(start(request, "front", "back"), 400, "capture_required")

		ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		first := s.call(token, http.MethodPost, pathOf(ref), "")
		if first.status != 202 || first.json(t)["status"] != "processing" {
			t.Errorf("first start: %d %s", first.status, first.body)
		}
		s.wantRefusal(s.call(token, http.MethodPost, pathOf(ref), ""), 409, "invalid_state")
		s.wantRefusal(s.call(token, http.MethodPost, pathOf(ref)+"/images", `{"front":"`+dataURL(specimenFile(s.t, "front"))+`"}`), 409, "invalid_state")
	})
}

func TestTwoStartsAtOnceMakeOneCheck(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token, ref := s.token(), s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		statuses := make(chan int)
		for range 8 {
			go func() { statuses <- s.call(token, http.MethodPost, pathOf(ref), "").status }()
		}
		count := map[int]int{}
		for range 8 {
			count[<-statuses]++
		}
		if count[202] != 1 || count[409] != 7 {
			t.Errorf("answers %v, want one 202 and seven 409", count)
		}
		_, err := s.api.WaitForResult(t.Context(), ref, nil)
		check(t, err)
		if n := bytes.Count(s.atSandbox("/checks?applicant_id="+s.onlyApplicant()).body, []byte(`"report_ids"`)); n != 1 {
			t.Errorf("%d checks at the sandbox, want 1", n)
		}
	})
}

func TestImageRules(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token, ref := s.token(), s.pendingProcess(passportOrder(), client.UserData{})
		path := pathOf(ref) + "/images"
		animation := &bytes.Buffer{}
		check(t, gif.Encode(animation, noise(200, 200), nil))
		for name, c := range map[string]struct {
			body, code string
			status     int
			params     []string
		}{
			"broken JSON":            {`{"front":"data:image/jpeg;base64,`, "invalid_request", 400, nil},
			"not an object":          {`["front"]`, "invalid_request", 400, nil},
			"no image":               {`{"portrait":"x"}`, "invalid_request", 400, nil},
			"no data URL":            {`{"front":"https://example.org/x.jpg"}`, "invalid_request", 400, []string{"front"}},
			"no base64":              {`{"front":"data:image/jpeg;base64,%%%"}`, "invalid_request", 400, []string{"front"}},
			"a number":               {`{"selfie":7}`, "invalid_request", 400, []string{"selfie"}},
			"text called JPEG":       {`{"front":"` + dataURL([]byte(strings.Repeat("hello ", 1000))) + `"}`, "unsupported_image", 415, []string{"front"}},
			"a GIF":                  {`{"front":"` + dataURL(animation.Bytes()) + `"}`, "unsupported_image", 415, []string{"front"}},
			"a bomb of 34 bytes":     {`{"front":"` + dataURL(bomb(60_000, 60_000)) + `"}`, "too_large", 413, []string{"front"}},
			"too small a file":       {`{"front":"` + dataURL(encodePNG(t, image.NewGray(image.Rect(0, 0, 100, 100)))) + `"}`, "invalid_request", 400, []string{"front"}},
			"too small a side":       {`{"front":"` + dataURL(encodePNG(t, noise(63, 200))) + `"}`, "invalid_request", 400, []string{"front"}},
			"good one beside bad":    {`{"front":"` + dataURL(specimenFile(s.t, "front")) + `","selfie":"` + dataURL([]byte("no")) + `"}`, "unsupported_image", 415, []string{"selfie"}},
			"larger than 10 MB":      {`{"front":"` + dataURL(append(bytes.Clone(specimenFile(s.t, "front")), make([]byte, 10_000_000)...)) + `"}`, "too_large", 413, []string{"front"}},
			"a body larger than all": {`{"front":"` + strings.Repeat("A", 40<<20) + `"}`, "too_large", 413, nil},
		} {
			for _, method := range []string{http.MethodPost, http.MethodPut} {
				got := s.call(token, method, path, c.body)
				t.Run(name+" "+method, func(t *testing.T) { s.in(t).wantRefusal(got, c.status, c.code, c.params...) })
			}
		}
		s.wantRefusal(s.call(token, http.MethodPost, path, "<x/>", "Content-Type", "application/xml"), 415, "unsupported_media_type")
		if p := s.call(token, http.MethodGet, pathOf(ref), "").json(t); p["depictions"] != nil {
			t.Errorf("refused requests stored %v", p["depictions"])
		}
		s.wantNoBlobs()
	})
}

func TestMultipartImages(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token, ref := s.token(), s.pendingProcess(passportOrder(), client.UserData{})
		send := func(parts map[string][]byte, cut int) reply {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			for name, content := range parts {
				w, err := form.CreateFormFile(name, name+".jpg")
				check(t, err)
				_, err = w.Write(content)
				check(t, err)
			}
			check(t, form.Close())
			return s.call(token, http.MethodPut, pathOf(ref)+"/images", body.String()[:body.Len()-cut], "Content-Type", form.FormDataContentType())
		}
		s.wantRefusal(send(map[string][]byte{"front": specimenFile(s.t, "front")}, 200), 400, "invalid_request")
		s.wantRefusal(send(map[string][]byte{"other": specimenFile(s.t, "front")}, 0), 400, "invalid_request")
		s.wantRefusal(send(map[string][]byte{"front": []byte("text")}, 0), 415, "unsupported_image", "front")
		if got := send(map[string][]byte{"front": specimenFile(s.t, "front"), "selfie": specimenFile(s.t, "selfie"), "note": []byte("x")}, 0); got.status != 204 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if p := s.result(ref); p.Status != "accepted" {
			t.Errorf("status %s", p.Status)
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		id, secret := s.config.ID, s.config.Secret
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
		for name, c := range map[string]struct {
			form, authorization, wantError string
			status                         int
		}{
			"form":               {"grant_type=client_credentials&scope=signicat-api&client_id=" + id + "&client_secret=" + secret, "", "", 200},
			"basic":              {"grant_type=client_credentials&scope=signicat-api", basic, "", 200},
			"older scopes":       {"grant_type=client_credentials&scope=client.assure.api+client.capture.api", basic, "", 200},
			"no scope":           {"grant_type=client_credentials", basic, "", 200},
			"wrong secret":       {"grant_type=client_credentials&client_id=" + id + "&client_secret=x", "", "invalid_client", 401},
			"unknown client":     {"grant_type=client_credentials&client_id=x&client_secret=" + secret, "", "invalid_client", 401},
			"no client":          {"grant_type=client_credentials", "", "invalid_client", 401},
			"unknown scope":      {"grant_type=client_credentials&scope=root", basic, "invalid_scope", 400},
			"another grant":      {"grant_type=password&username=x&password=y", basic, "unsupported_grant_type", 400},
			"no grant":           {"scope=signicat-api", basic, "invalid_request", 400},
			"a parameter twice":  {"grant_type=client_credentials&scope=a&scope=b", basic, "invalid_request", 400},
			"two ways at once":   {"grant_type=client_credentials&client_secret=" + secret, basic, "invalid_request", 400},
			"a header of no use": {"grant_type=client_credentials", "Basic %%%", "invalid_client", 401},
		} {
			for _, path := range []string{"/auth/open/connect/token", "/oidc/token"} {
				headers := []string{"Content-Type", "application/x-www-form-urlencoded"}
				if c.authorization != "" {
					headers = append(headers, "Authorization", c.authorization)
				}
				got := s.call("", http.MethodPost, path, c.form, headers...)
				answer := got.json(t)
				if got.status != c.status || (c.wantError != "" && answer["error"] != c.wantError) {
					t.Errorf("%s at %s: %d %s", name, path, got.status, got.body)
				}
				if c.status == 200 && (answer["token_type"] != "Bearer" || answer["expires_in"] != 600.0 || answer["access_token"] == "") {
					t.Errorf("%s: %s", name, got.body)
				}
				if got.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s: a token may be cached", name)
				}
			}
		}
	})
}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		for name, c := range map[string]struct {
			authorization, code string
			status              int
		}{
			"none":        {"", "unauthorized", 401},
			"forged":      {"Bearer " + strings.Repeat("A", 43), "unauthorized", 401},
			"not bearer":  {"Basic eDp5", "invalid_request", 400},
			"no token":    {"Bearer", "invalid_request", 400},
			"bad letters": {"Bearer ü", "invalid_request", 400},
		} {
			var headers []string
			if c.authorization != "" {
				headers = []string{"Authorization", c.authorization}
			}
			got := s.call("", http.MethodGet, "/assure/dossiers", "", headers...)
			s.wantRefusal(got, c.status, c.code)
			if got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: no WWW-Authenticate", name)
			}
		}
		capture := s.scoped("client.capture.api")
		s.wantRefusal(s.call(capture, http.MethodGet, "/assure/dossiers", ""), 403, "forbidden")
		good := s.token()
		check(t, s.server.auth.Rows.RevokeClient(t.Context(), "default", s.config.ID, s.server.auth.Now()))
		s.wantRefusal(s.call(good, http.MethodGet, "/assure/dossiers", ""), 401, "unauthorized")
	})
}

func (s *stack) scoped(scope string) string {
	s.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.config.ID}, "client_secret": {s.config.Secret}, "scope": {scope}}
	got := s.call("", http.MethodPost, "/oidc/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	return got.json(s.t)["access_token"].(string)
}

func TestForeignIsUnknown(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		check(t, s.server.db.CreateTenant(t.Context(), "other", "Other", s.server.auth.Now()))
		s.loginTo("other", "stranger")
		stranger, dossier := s.token(), "/assure/dossiers/"+ref.DossierID
		unknown := client.Ref{DossierID: uuid.NewString(), ProcessID: uuid.NewString()}
		for _, path := range []string{dossier, "/assure/dossiers/" + unknown.DossierID, "/assure/dossiers/x"} {
			for _, call := range []struct{ method, path, body string }{
				{"GET", "", ""},
				{"DELETE", "", ""},
				{"GET", "/userdata", ""},
				{"POST", "/userdata", `{"firstName":"Eve"}`},
				{"POST", "/processes", `{"provider":"onfido","processType":"document"}`},
				{"GET", "/processes/" + ref.ProcessID, ""},
				{"POST", "/processes/" + ref.ProcessID, ""},
				{"DELETE", "/processes/" + ref.ProcessID, ""},
				{"POST", "/processes/" + ref.ProcessID + "/images", `{"front":"` + dataURL(specimenFile(s.t, "front")) + `"}`},
				{"GET", "/processes/" + ref.ProcessID + "/images/front", ""},
				{"POST", "/processes/" + ref.ProcessID + "/images/from-files", ""},
				{"POST", "/processes/" + ref.ProcessID + "/images/to-files", ""},
				{"POST", "/processes/" + ref.ProcessID + "/cancel", ""},
				{"GET", "/processes/" + ref.ProcessID + "/video", ""},
				{"GET", "/processes/" + ref.ProcessID + "/download", ""},
				{"GET", "/files", ""},
				{"POST", "/files", `{"front":"` + dataURL(specimenFile(s.t, "front")) + `"}`},
				{"POST", "/files/front", `{"image":"` + dataURL(specimenFile(s.t, "front")) + `"}`},
				{"GET", "/files/front", ""},
				{"DELETE", "/files/front", ""},
				{"DELETE", "/files", ""},
			} {
				s.wantRefusal(s.call(stranger, call.method, path+call.path, call.body), 404, "not_found")
			}
		}
		if got := s.call(stranger, http.MethodGet, "/assure/dossiers", ""); string(bytes.TrimSpace(got.body)) != "[]" {
			t.Errorf("a stranger's list: %s", got.body)
		}
	})
}

func TestUserData(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		d, err := s.api.CreateDossier(t.Context(), "")
		check(t, err)
		token, path := s.token(), "/assure/dossiers/"+d.DossierID+"/userdata"
		s.wantRefusal(s.call(token, http.MethodGet, path, ""), 404, "not_found")
		s.wantRefusal(s.call(token, http.MethodPost, path, `{"dateOfBirth":"1.2.1990","nationality":"NL","gender":"?","firstName":"<b>"}`),
			400, "invalid_request", "dateOfBirth", "nationality", "gender", "firstName")
		body := `{"firstName":"Zoë","lastName":"O’Neil","dateOfBirth":"1990-02-01","address":{"postcode":"1000 AA","country":"NLD"}}`
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			if got := s.call(token, method, path, body); got.status != 204 {
				t.Fatalf("%s: %d %s", method, got.status, got.body)
			}
		}
		if got := s.call(token, http.MethodGet, path, "").json(t); got["firstName"] != "Zoë" || got["address"].(map[string]any)["country"] != "NLD" {
			t.Errorf("user data %v", got)
		}
		if got := s.call(token, http.MethodGet, "/assure/dossiers/"+d.DossierID, "").json(t); got["userData"].(map[string]any)["lastName"] != "O’Neil" {
			t.Errorf("in the dossier: %v", got["userData"])
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token := s.token()
		create := func(key, body string) reply {
			return s.call(token, http.MethodPost, "/assure/dossiers", body, "Idempotency-Key", key)
		}
		first, again := create("k1", `{"externalReference":"a"}`), create("k1", `{"externalReference":"a"}`)
		if first.status != 201 || again.status != 201 || !bytes.Equal(first.body, again.body) || first.header.Get("Location") != again.header.Get("Location") {
			t.Errorf("the same request: %s, then %d %s", first.body, again.status, again.body)
		}
		s.wantRefusal(create("k1", `{"externalReference":"b"}`), 422, "idempotency_key_reused")
		s.wantRefusal(create(strings.Repeat("k", 256), `{}`), 400, "invalid_request", "Idempotency-Key")
		s.wantRefusal(create("k2", `{"externalReference":7}`), 400, "invalid_request")
		if after := create("k2", `{"externalReference":"c"}`); after.status != 201 {
			t.Errorf("a refusal was remembered: %d %s", after.status, after.body)
		}
		ref := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie")
		images := `{"front":"` + dataURL(specimenFile(s.t, "front")) + `"}`
		for range 2 {
			if got := s.call(token, http.MethodPost, pathOf(ref)+"/images", images, "Idempotency-Key", "k3"); got.status != 204 {
				t.Errorf("images: %d %s", got.status, got.body)
			}
			if got := s.call(token, http.MethodPost, pathOf(ref), "", "Idempotency-Key", "k4"); got.status != 202 {
				t.Errorf("start: %d %s", got.status, got.body)
			}
		}
		_, err := s.api.WaitForResult(t.Context(), ref, nil)
		check(t, err)
	})
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token := s.token()
		s.wantRefusal(s.call(token, http.MethodGet, "/assure/unicorns", ""), 404, "not_found")
		s.wantRefusal(s.call("", http.MethodGet, "/unicorns", ""), 404, "not_found")
		refused := s.call(token, http.MethodPatch, "/assure/dossiers", `{}`)
		s.wantRefusal(refused, 405, "method_not_allowed")
		if allow := refused.header.Get("Allow"); !strings.Contains(allow, "POST") {
			t.Errorf("Allow: %s", allow)
		}
		s.wantRefusal(s.call(token, http.MethodGet, "/assure/dossiers?limit=0", ""), 400, "invalid_request", "limit")
		s.wantRefusal(s.call(token, http.MethodGet, "/assure/dossiers?after=x", ""), 400, "invalid_request", "after")
		for _, path := range []string{"/healthz", "/readyz", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/openapi.yaml"} {
			if got := s.call("", http.MethodGet, path, ""); got.status != 200 {
				t.Errorf("%s: %d", path, got.status)
			}
		}
		traced := s.call(token, http.MethodGet, "/assure/unicorns", "", "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").json(t)
		if traced["traceId"] != "0af7651916cd43dd8448eb211c80319c" || traced["type"] != "base:client-problem" || traced["instance"] != "/assure/unicorns" || traced["method"] != "GET" {
			t.Errorf("problem %v", traced)
		}
	})
}

func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		body := `{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"` + uuid.NewString() + `","status":"complete"}}}`
		for _, signature := range []string{"", "x", strings.Repeat("0", 64)} {
			s.wantRefusal(s.call("", http.MethodPost, "/callbacks/onfido", body, "X-SHA2-Signature", signature), 401, "unauthorized")
		}
		s.wantRefusal(s.call("", http.MethodPost, "/callbacks/onfido", strings.Repeat("x", 300<<10)), 413, "too_large")
	})
}

func dataURL(content []byte) string {
	return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(content)
}

// bomb is a PNG of 34 bytes that declares the given sides.
func bomb(width, height uint32) []byte {
	header := []byte("IHDR")
	header = binary.BigEndian.AppendUint32(header, width)
	header = binary.BigEndian.AppendUint32(header, height)
	header = append(header, 8, 0, 0, 0, 0)
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	b = append(b, header...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(header))
	return append(b, 0)
}

func encodePNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, png.Encode(&b, m))
	return b.Bytes()
}

// noise is a picture that does not compress.
func noise(width, height int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White, color.Gray{99}, color.Gray{199}})
	x := uint32(1)
	for i := range m.Pix {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		m.Pix[i] = uint8(x % 4)
	}
	return m
}
