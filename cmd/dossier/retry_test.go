package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
)

// keysEach is how many words each of the clients uses: few where every change
// runs the test, 200 with DOSSIER_TEST_KEYS=200.
func keysEach(t *testing.T) int {
	t.Helper()
	if given := os.Getenv("DOSSIER_TEST_KEYS"); given != "" {
		n, err := strconv.Atoi(given)
		check(t, err)
		return n
	}
	return 5
}

// TestManyClientsUseTheSameKeys: 64 clients send the same words at once, each
// request twice. Every client gets one dossier for each of its words.
func TestManyClientsUseTheSameKeys(t *testing.T) {
	t.Parallel()
	keys := keysEach(t)
	eachEngine(t, func(s *stack) {
		t := s.t
		tokens := make([]string, 64)
		for i := range tokens {
			s.login(fmt.Sprint("client ", i))
			tokens[i] = s.token()
		}
		s.http = http.DefaultClient
		var mu sync.Mutex
		made := map[string]string{} // dossier by client and word
		var clients sync.WaitGroup
		for i, token := range tokens {
			clients.Go(func() {
				for key := range keys {
					var twins sync.WaitGroup
					for range 2 {
						twins.Go(func() {
							id := s.createUntilMade(token, fmt.Sprint("word ", key))
							mu.Lock()
							defer mu.Unlock()
							at := fmt.Sprint(i, "/", key)
							if before, there := made[at]; there && before != id {
								t.Errorf("client and word %s made %s and %s", at, before, id)
							}
							made[at] = id
						})
					}
					twins.Wait()
				}
			})
		}
		clients.Wait()
		distinct := map[string]bool{}
		for _, id := range made {
			distinct[id] = true
		}
		var rows int
		check(t, s.server.db.Writer().QueryRowContext(t.Context(), "SELECT count(*) FROM dossiers").Scan(&rows))
		if want := 64 * keys; len(made) != want || len(distinct) != want || rows != want {
			t.Errorf("%d answers, %d dossiers named, %d stored, want %d", len(made), len(distinct), rows, want)
		}
	})
}

// createUntilMade creates a dossier and tries again while the first try is
// still being answered.
func (s *stack) createUntilMade(token, key string) string {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		got := s.call(token, http.MethodPost, "/assure/dossiers", `{"externalReference":"x"}`, "Idempotency-Key", key)
		switch got.status {
		case http.StatusCreated:
			var d struct{ DossierID string }
			if err := json.Unmarshal(got.body, &d); err != nil {
				s.t.Error(err)
			}
			return d.DossierID
		case http.StatusConflict:
			<-tick.C
		default:
			s.t.Errorf("%d %s", got.status, got.body)
			return ""
		}
	}
}

// TestRetryAfterAKillMakesNothingTwice kills the server while dossiers and
// processes are made under Idempotency-Keys; each try is repeated until it is
// answered. On SQLite a restart frees the keys at once, on PostgreSQL they are
// free after DOSSIER_TAKE_OVER_AFTER.
func TestRetryAfterAKillMakesNothingTwice(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		retryAfterKills(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		retryAfterKills(t, pgtest.New(t))
	})
}

func retryAfterKills(t *testing.T, database string) {
	t.Helper()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	v := newVictim(t, program(t), database, box)
	v.start()
	token := v.accessToken()
	const customers = 24
	var work sync.WaitGroup
	for i := range customers {
		work.Go(func() {
			dossier := v.postUntilMade(token, "/assure/dossiers", fmt.Sprintf(`{"externalReference":"customer %d"}`, i), fmt.Sprint("d", i))
			for n := range 8 {
				v.postUntilMade(token, "/assure/dossiers/"+dossier+"/processes", `{"provider":"onfido","processType":"document"}`, fmt.Sprint("p", i, "-", n))
			}
		})
	}
	v.killAgain(6, func(int) {})
	work.Wait()
	for i := range customers {
		list := v.get(token, "/assure/dossiers?externalReference="+url.QueryEscape(fmt.Sprint("customer ", i)))
		var dossiers []struct{ DossierID string }
		check(t, json.Unmarshal(list, &dossiers))
		if len(dossiers) != 1 {
			t.Fatalf("customer %d has %d dossiers", i, len(dossiers))
		}
		var folder struct{ Processes []struct{ ProcessID string } }
		check(t, json.Unmarshal(v.get(token, "/assure/dossiers/"+dossiers[0].DossierID), &folder))
		if len(folder.Processes) != 8 {
			t.Errorf("customer %d has %d processes, want 8", i, len(folder.Processes))
		}
	}
	v.kill()
}

// accessToken gets a token, which outlives the kills: tokens are stored.
func (v *victim) accessToken() string {
	v.t.Helper()
	answer, err := http.PostForm("http://"+v.addr+"/oidc/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {v.who["DOSSIER_CLIENT_ID"]}, "client_secret": {v.who["DOSSIER_CLIENT_SECRET"]},
	})
	check(v.t, err)
	defer answer.Body.Close()
	var grant struct {
		AccessToken string `json:"access_token"`
	}
	check(v.t, json.NewDecoder(answer.Body).Decode(&grant))
	return grant.AccessToken
}

// postUntilMade repeats a request until it is answered with what was made, and
// gives its id.
func (v *victim) postUntilMade(token, path, body, key string) string {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if location := v.post(token, path, body, key); location != "" {
			return location[strings.LastIndex(location, "/")+1:]
		}
		select {
		case <-v.t.Context().Done():
			return ""
		case <-tick.C:
		}
	}
}

// post gives the Location of what was made, "" when the server died or says that
// the first try is still being answered.
func (v *victim) post(token, path, body, key string) string {
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, "http://"+v.addr+path, strings.NewReader(body))
	if err != nil {
		v.t.Error(err)
		return ""
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusUnprocessableEntity || answer.StatusCode == http.StatusBadRequest {
		v.t.Errorf("a retry was answered %s", answer.Status)
	}
	return answer.Header.Get("Location")
}

func (v *victim) get(token, path string) []byte {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, "http://"+v.addr+path, http.NoBody)
	check(v.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	check(v.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(v.t, err)
	return body
}
