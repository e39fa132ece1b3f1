package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/store"
)

// marks are what must be found nowhere in clear.
type marks struct{ all []string }

// word gives a new mark.
func (m *marks) word() string { return m.add(fmt.Sprintf("Qzx%02dvw", len(m.all))) }

func (m *marks) add(mark string) string {
	m.all = append(m.all, mark)
	return mark
}

// in says which marks are in some bytes, as they are or in base64 or hex.
func (m *marks) in(content []byte) (found []string) {
	lower := bytes.ToLower(content)
	for _, mark := range m.all {
		for form, written := range forms(mark) {
			in := content
			if form == "hex" {
				in = lower
			}
			if bytes.Contains(in, []byte(written)) {
				found = append(found, mark+" ("+form+")")
			}
		}
	}
	return found
}

// forms gives a mark as it may be written: in base64 it looks different at each
// of three places.
func forms(mark string) map[string]string {
	f := map[string]string{"clear": mark, "hex": hex.EncodeToString([]byte(mark))}
	for shift := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:shift] + mark))
		f[fmt.Sprint("base64 ", shift)] = text[shift+1 : len(text)-2] // Without what its neighbours decide.
	}
	return f
}

// TestNothingPersonalIsFoundInClear puts 40 marks into every field that may be
// personal, runs the flows, and searches all that the server leaves behind.
func TestNothingPersonalIsFoundInClear(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "dossier.db") },
		"postgres": func() string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := new(journal)
			box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
			check(t, err)
			t.Cleanup(func() { check(t, box.stop()) })
			url := database()
			traces := new(journal)
			s := newLoggedStack(t, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), url, box.url(), box.Token(),
				"DOSSIER_METRICS_ADDR", "127.0.0.1:0", "OTEL_EXPORTER_OTLP_ENDPOINT", collector(t, traces))
			s.sandbox = box
			receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			t.Cleanup(receiver.Close)
			m := new(marks)
			for range 2 {
				s.flow(m, receiver.URL)
			}
			s.films(m)
			s.breakdown(m)
			if len(m.all) < 40 {
				t.Fatalf("%d marks, want 40", len(m.all))
			}
			places := map[string][]byte{"the addresses of the console": s.addresses(m), "the metrics": s.metrics(), "the log": log.bytes()}
			check(t, s.server.obs.Close(t.Context())) // sends what was traced
			places["the traces"] = traces.bytes()
			s.searchEverything(m, url, places)
		})
	}
}

// journal keeps what is logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) bytes() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return bytes.Clone(j.b.Bytes())
}

// marked gives the user data of a dossier, each field with a mark.
func (m *marks) marked() client.UserData {
	birth := m.add(fmt.Sprintf("19%02d-11-07", 30+len(m.all)%60))
	return client.UserData{
		FirstName: m.word(), LastName: m.word(), DateOfBirth: birth, Email: m.word() + "@example.com",
		PhoneNumber: m.add(fmt.Sprintf("+3161234%04d", len(m.all))),
		Address: &client.Address{
			Street: m.word(), BuildingNumber: m.word(), FlatNumber: m.word(), Town: m.word(), State: m.word(), Postcode: m.word(), Country: "NLD",
		},
	}
}

// flow does with one person what an API can do.
func (s *stack) flow(m *marks, receiver string) {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	token := s.token()
	made := s.call(token, http.MethodPost, "/assure/dossiers", `{"externalReference":"`+m.word()+`"}`, "Idempotency-Key", m.word())
	if made.status != http.StatusCreated {
		t.Fatalf("create: %d %s", made.status, made.body)
	}
	dossier, _ := made.json(t)["dossierId"].(string)
	check(t, s.api.SetUserData(ctx, dossier, m.marked()))
	order := passportOrder()
	order.ProcessParameters.Location.IPAddress = m.add(fmt.Sprintf("198.51.100.%d", 100+len(m.all)))
	order.NotificationURL = receiver + "/" + m.word()
	order.AuthorizationHeader = "Bearer " + m.word()
	p, err := s.api.CreateProcess(ctx, dossier, order)
	check(t, err)
	ref := client.Ref{DossierID: dossier, ProcessID: p.ProcessID}
	for _, depiction := range []string{"front", "selfie"} {
		check(t, s.api.SetImages(ctx, ref, client.Bytes(depiction, commented(specimenFile(t, depiction), m.word()))))
	}
	if got := s.call(token, http.MethodPost, pathOf(ref)+"/images/to-files", "", "Idempotency-Key", m.word()); got.status != 204 {
		t.Fatalf("to files: %d %s", got.status, got.body)
	}
	if got := s.result(ref); got.Status != "accepted" {
		t.Fatalf("the process is %s", got.Status)
	}
	for _, path := range []string{
		pathOf(ref), pathOf(ref) + "/download", pathOf(ref) + "/images/front", "/assure/dossiers/" + dossier, "/assure/dossiers/" + dossier + "/userdata",
		"/assure/dossiers/" + dossier + "/files/front", "/assure/dossiers?externalReference=" + m.all[0],
	} {
		if got := s.call(token, http.MethodGet, path, ""); got.status != http.StatusOK {
			t.Fatalf("%s: %d %.200s", path, got.status, got.body)
		}
	}
	keep := keeper(s.server.base, service.Policies{})
	check(t, keep.Hold(ctx, store.DefaultTenant, dossier, idv.Personal(m.word())))
	check(t, keep.Release(ctx, store.DefaultTenant, dossier, idv.Personal(m.word())))
	s.subscribe(receiver+"/"+m.word(), "process.complete")
	if len(m.all) > 25 { // The second is deleted, and must have left nothing either.
		check(t, s.api.DeleteDossier(ctx, dossier))
	}
}

// breakdown sends what is refused and what fails, with marks in it.
func (s *stack) breakdown(m *marks) {
	s.t.Helper()
	token, ref := s.token(), s.pendingProcess(passportOrder(), client.UserData{})
	for _, body := range []string{
		`{"firstName":"` + m.word() + `<"}`, `{"dateOfBirth":"` + m.word() + `"}`, `{"firstName":["` + m.word() + `"]}`, `{"` + m.word() + `"`,
	} {
		if got := s.call(token, http.MethodPost, "/assure/dossiers/"+ref.DossierID+"/userdata", body); got.status != http.StatusBadRequest {
			s.t.Errorf("%s: %d", body, got.status)
		}
	}
	_, err := s.server.db.Writer().ExecContext(s.t.Context(), "ALTER TABLE dossier_keys RENAME TO dossier_keys_away")
	check(s.t, err)
	got := s.call(token, http.MethodPost, "/assure/dossiers/"+ref.DossierID+"/userdata", `{"firstName":"`+m.word()+`"}`)
	if got.status != http.StatusInternalServerError {
		s.t.Errorf("without its table: %d", got.status)
	}
	_, err = s.server.db.Writer().ExecContext(s.t.Context(), "ALTER TABLE dossier_keys_away RENAME TO dossier_keys")
	check(s.t, err)
}

// commented gives a JPEG with a comment behind its first marker.
func commented(jpeg []byte, comment string) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(2+len(comment))) // #nosec G115 -- some ten bytes
	return slices.Concat(jpeg[:2], segment, []byte(comment), jpeg[2:])
}

// searchEverything looks through the data folder, the database in each form, and
// the other places. That the search finds what is there it shows first.
func (s *stack) searchEverything(m *marks, url string, places map[string][]byte) {
	t := s.t
	t.Helper()
	if shown := m.in([]byte(strings.Join(m.all, " "))); len(shown) != len(m.all) {
		t.Fatalf("the search finds %d of %d marks", len(shown), len(m.all))
	}
	for _, encode := range []func([]byte) string{base64.StdEncoding.EncodeToString, hex.EncodeToString} {
		if shown := m.in([]byte(encode([]byte("x" + m.all[0])))); len(shown) == 0 {
			t.Fatal("the search does not find what is encoded")
		}
	}
	for place, content := range places {
		if len(content) == 0 {
			t.Errorf("%s: there is nothing to search", place)
		}
	}
	if file, isFile := strings.CutPrefix(url, "sqlite:"); isFile {
		backup := filepath.Join(t.TempDir(), "backup")
		s.command("backup", backup)
		addFiles(t, places, backup)
		addFiles(t, places, filepath.Dir(file))
	} else {
		places["the rows"] = dump(t, s.server.db.Writer())
		said, err := exec.CommandContext(t.Context(), "pg_dump", url).Output()
		check(t, err)
		places["a dump"] = said
	}
	addFiles(t, places, s.data)
	for place, content := range places {
		if found := m.in(content); len(found) > 0 {
			t.Errorf("%s holds in clear: %s", place, strings.Join(found, ", "))
		}
	}
	if len(places) < 10 {
		t.Errorf("only %d places were searched", len(places))
	}
}

func addFiles(t *testing.T, places map[string][]byte, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		places[path], err = os.ReadFile(path)
		return err
	})
	check(t, err)
}

// dump gives every row of every table as text; bytes are hex in it.
func dump(t *testing.T, db *sql.DB) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, table := range column(t, db, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'`) {
		for _, row := range column(t, db, `SELECT r::text FROM "`+table+`" r`) {
			all.WriteString(row + "\n")
		}
	}
	if all.Len() == 0 {
		t.Fatal("the dump is empty")
	}
	return all.Bytes()
}

func column(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(context.WithoutCancel(t.Context()), query)
	check(t, err)
	defer rows.Close()
	for rows.Next() {
		var v string
		check(t, rows.Scan(&v))
		values = append(values, v)
	}
	check(t, rows.Err())
	return values
}
