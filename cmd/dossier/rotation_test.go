package main

import (
	"context"
	"database/sql"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/client"
)

// TestKeyIsRotatedUnderRequests rotates the key-encryption key by the command
// line and has everything sealed by the new one, while clients make, fill, run,
// read and delete dossiers over HTTP: no request fails, and the keys before seal
// nothing in the end.
func TestKeyIsRotatedUnderRequests(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		old := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		ctx, stop := context.WithCancel(s.t.Context())
		done, token := make(chan struct{}, 10_000), s.token()
		var load sync.WaitGroup
		for range 3 {
			load.Go(func() {
				for ctx.Err() == nil && !s.t.Failed() {
					s.useOnce(token, old)
					done <- struct{}{}
				}
			})
		}
		for range 3 {
			for range 4 {
				<-done
			}
			s.command("key", "rotate")
			for range 4 {
				<-done
			}
			s.command("key", "rewrap")
		}
		stop()
		load.Wait()
		s.command("key", "rewrap") // what was sealed while the last one ran
		if keys := regexp.MustCompile(`(?m)^[0-9a-f]{8} +(\d+) values`).FindAllStringSubmatch(s.command("key", "list"), -1); len(keys) != 4 {
			s.t.Errorf("%d keys are listed, want 4", len(keys))
		} else {
			for _, key := range keys[:3] {
				if key[1] != "0" {
					s.t.Errorf("a key before seals %s values", key[1])
				}
			}
		}
		if p := s.result(old); p.Status != "accepted" {
			s.t.Errorf("the process from before: %s", p.Status)
		}
	})
}

// useOnce does what a client does with one person, and reads of another. Whatever
// is refused fails the test.
func (s *stack) useOnce(token string, old client.Ref) {
	want := func(status int, method, path, body string) reply {
		got := s.call(token, method, path, body)
		if got.status != status {
			s.t.Errorf("%s %s: %d %.200s", method, path, got.status, got.body)
		}
		return got
	}
	made := want(http.StatusCreated, http.MethodPost, "/assure/dossiers", `{"externalReference":"new"}`)
	dossier := made.header.Get("Location")
	want(http.StatusNoContent, http.MethodPut, dossier+"/userdata", `{"firstName":"Zoe"}`)
	process := want(http.StatusCreated, http.MethodPost, dossier+"/processes", `{"provider":"onfido","processType":"document"}`).header.Get("Location")
	want(http.StatusNoContent, http.MethodPost, process+"/images", `{"front":"`+dataURL(specimenFile(s.t, "front"))+`"}`)
	if got := want(http.StatusOK, http.MethodGet, dossier+"/userdata", ""); !strings.Contains(string(got.body), "Zoe") {
		s.t.Errorf("the user data: %s", got.body)
	}
	want(http.StatusOK, http.MethodGet, process+"/images/front", "")
	want(http.StatusOK, http.MethodGet, pathOf(old)+"/images/front", "")
	want(http.StatusNoContent, http.MethodDelete, dossier, "")
}

// wantWhole fails unless SQLite finds nothing wrong with a database file.
func wantWhole(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	check(t, err)
	defer db.Close()
	var said string
	check(t, db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&said))
	if said != "ok" {
		t.Errorf("the database is damaged: %s", said)
	}
}
