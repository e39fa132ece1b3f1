package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
)

func TestFilesOfADossier(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		d, err := s.api.CreateDossier(t.Context(), "")
		check(t, err)
		token, path := s.token(), "/assure/dossiers/"+d.DossierID+"/files"
		s.wantNames(token, path)
		send := func(status int, path, body string, headers ...string) reply {
			t.Helper()
			got := s.call(token, http.MethodPost, path, body, headers...)
			if got.status != status {
				t.Fatalf("%s: %d %s", path, got.status, got.body)
			}
			return got
		}
		send(204, path, `{"front":"`+dataURL(specimenFile(s.t, "back"))+`","selfie":"`+dataURL(specimenFile(s.t, "selfie"))+`","other":1}`)
		s.wantNames(token, path, "front", "selfie")
		send(204, path+"/front", string(specimenFile(s.t, "front")), "Content-Type", "image/jpeg")
		s.wantBytes(token, path+"/FRONT", specimenFile(s.t, "front"))
		send(204, path+"/back", `{"image":"`+dataURL(specimenFile(s.t, "back"))+`"}`)
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("image", "x.jpg")
		check(t, err)
		_, err = part.Write(specimenFile(s.t, "front"))
		check(t, err)
		check(t, w.Close())
		send(204, path+"/selfie", form.String(), "Content-Type", w.FormDataContentType())
		s.wantNames(token, path, "front", "back", "selfie")
		s.wantBytes(token, path+"/selfie", specimenFile(s.t, "front"))
		if folder := s.call(token, http.MethodGet, "/assure/dossiers/"+d.DossierID, "").json(t); len(folder["files"].([]any)) != 3 {
			t.Errorf("the dossier shows the files %v", folder["files"])
		}

		s.wantRefusal(send(400, path, `{}`), 400, "invalid_request")
		s.wantRefusal(send(415, path, "x", "Content-Type", "image/jpeg"), 415, "unsupported_media_type")
		s.wantRefusal(send(415, path+"/front", "no image", "Content-Type", "image/png"), 415, "unsupported_image", "front")
		s.wantRefusal(send(404, path+"/portrait", `{}`), 404, "not_found")
		s.wantRefusal(s.call(token, http.MethodDelete, path+"/video", ""), 404, "not_found")
		s.wantBytes(token, path+"/front", specimenFile(s.t, "front"))

		for _, left := range []string{path + "/front", path} {
			if got := s.call(token, http.MethodDelete, left, ""); got.status != 204 {
				t.Errorf("delete: %d %s", got.status, got.body)
			}
			s.wantRefusal(s.call(token, http.MethodGet, path+"/front", ""), 404, "not_found")
		}
		s.wantRefusal(s.call(token, http.MethodDelete, path+"/front", ""), 404, "not_found")
		s.wantNames(token, path)
		s.eventually("the bytes of deleted and replaced files are gone", func() bool { return s.blobCount() == 0 })
	})
}

func (s *stack) wantNames(token, path string, want ...string) {
	s.t.Helper()
	got := s.call(token, http.MethodGet, path, "")
	var files []struct{ Name string }
	check(s.t, json.Unmarshal(got.body, &files))
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if strings.Join(names, " ") != strings.Join(want, " ") || !bytes.HasPrefix(got.body, []byte("[")) {
		s.t.Errorf("files %s, want %v", got.body, want)
	}
}

func (s *stack) wantBytes(token, path string, want []byte) {
	s.t.Helper()
	got := s.call(token, http.MethodGet, path, "")
	if got.status != 200 || got.header.Get("Content-Type") != "image/jpeg" || !bytes.Equal(got.body, want) {
		s.t.Errorf("%s: %d %s, %d bytes", path, got.status, got.header.Get("Content-Type"), len(got.body))
	}
}

// TestImagesGoBetweenProcessAndFiles verifies once with uploaded images, keeps
// them in the dossier, and verifies again with those.
func TestImagesGoBetweenProcessAndFiles(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		first, token := s.pendingProcess(passportOrder(), client.UserData{}, "front", "selfie"), s.token()
		files := "/assure/dossiers/" + first.DossierID + "/files"
		post := func(status int, path, body string) reply {
			t.Helper()
			got := s.call(token, http.MethodPost, path, body)
			if got.status != status {
				t.Fatalf("%s: %d %s", path, got.status, got.body)
			}
			return got
		}
		s.wantRefusal(post(400, pathOf(first)+"/images/from-files", ""), 400, "images_missing")
		if p := s.result(first); p.Status != "accepted" {
			t.Fatal(p.Status)
		}
		s.wantRefusal(post(400, pathOf(first)+"/images/to-files", `{"depictions":["front","back"]}`), 400, "images_missing", "back")
		s.wantRefusal(post(400, pathOf(first)+"/images/to-files", `{"depictions":["video"]}`), 400, "invalid_request")
		post(204, pathOf(first)+"/images/to-files", `{"depictions":["front"]}`)
		s.wantNames(token, files, "front")
		post(204, pathOf(first)+"/images/to-files", "")
		s.wantNames(token, files, "front", "selfie")
		if got := s.call(token, http.MethodDelete, pathOf(first), ""); got.status != 204 {
			t.Fatal(got.status)
		}
		s.wantBytes(token, files+"/front", specimenFile(s.t, "front"))

		p, err := s.api.CreateProcess(t.Context(), first.DossierID, passportOrder())
		check(t, err)
		second := client.Ref{DossierID: first.DossierID, ProcessID: p.ProcessID}
		post(204, pathOf(second)+"/images/from-files", `{}`)
		s.wantBytes(token, pathOf(second)+"/images/selfie", specimenFile(s.t, "selfie"))
		if p := s.result(second); p.Status != "accepted" {
			t.Errorf("from files: %s", p.Status)
		}
		s.wantRefusal(post(409, pathOf(second)+"/images/from-files", ""), 409, "invalid_state")
		check(t, s.api.DeleteDossier(t.Context(), first.DossierID))
		s.eventually("all bytes are gone with the dossier", func() bool { return s.blobCount() == 0 })
	})
}

func TestDocumentTypes(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		t := s.t
		token, path := s.token(), "/assure/onfido/document-types"
		list := func(query string) (rows []map[string]any) {
			t.Helper()
			got := s.call(token, http.MethodGet, path+query, "")
			if got.status != 200 {
				t.Fatalf("%s: %d %s", query, got.status, got.body)
			}
			check(t, json.Unmarshal(got.body, &rows))
			return rows
		}
		if all, passports := list(""), list("?type=passport"); len(all) < 500 || len(passports) < 200 {
			t.Errorf("%d rows, %d of passports", len(all), len(passports))
		}
		dutch := list("?country=NLD&type=identityCard")
		if len(dutch) != 1 || dutch[0]["countryName"] != "Netherlands" || dutch[0]["sides"] != 2.0 || fmt.Sprint(dutch[0]["backRequired"]) != "true" {
			t.Errorf("%v", dutch)
		}
		american := list("?country=USA&type=driversLicense")
		if len(american) != 1 || fmt.Sprint(american[0]["extraDrivingLicenseData"]) != "true" || len(american[0]["extraDrivingLicenseDataRegions"].([]any)) != 18 {
			t.Errorf("%v", american)
		}
		if visas := list("?type=visa"); visas == nil || len(visas) != 0 {
			t.Errorf("a type that the table does not cover: %v, want []", visas)
		}
		s.wantRefusal(s.call(token, http.MethodGet, path+"?country=nl&type=x", ""), 400, "invalid_request", "country", "type")
		s.wantRefusal(s.call(token, http.MethodGet, "/assure/acme/document-types", ""), 404, "not_found")

		first := s.call(token, http.MethodGet, path+"?country=NLD", "")
		tag := first.header.Get("ETag")
		for _, match := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			if again := s.call(token, http.MethodGet, path+"?country=NLD", "", "If-None-Match", match); again.status != 304 || len(again.body) != 0 || again.header.Get("ETag") != tag {
				t.Errorf("If-None-Match %s: %d, %d bytes", match, again.status, len(again.body))
			}
		}
		if other := s.call(token, http.MethodGet, path+"?country=DEU", "", "If-None-Match", tag); other.status != 200 {
			t.Errorf("another list under an old tag: %d", other.status)
		}
	})
}
