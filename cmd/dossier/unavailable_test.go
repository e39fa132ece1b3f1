package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/store"
)

// TestStoreThatCannotWrite: on a full disk and on a read-only one, what changes
// something is a 503 that says when to come back, what only reads goes on, and
// once it is mended everything is as it was.
func TestStoreThatCannotWrite(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front", "selfie")
		token := s.token()
		for name, c := range s.ailments() {
			c.fall(s.t.Context())
			got := s.call(token, http.MethodPost, "/assure/dossiers", "")
			for range 200 { // a full file has some room left
				if got.status != http.StatusCreated {
					break
				}
				got = s.call(token, http.MethodPost, "/assure/dossiers", `{"externalReference":"`+name+`"}`)
			}
			s.wantWait(got, 503, "unavailable")
			if got := s.call(token, http.MethodGet, "/assure/dossiers", ""); got.status != 200 {
				s.t.Errorf("%s: reading: %d %s", name, got.status, got.body)
			}
			// What is personal is not shown unless the audit trail can say who looked.
			if got := s.call(token, http.MethodGet, pathOf(ref), ""); got.status != 200 {
				s.wantWait(got, 503, "unavailable")
			}
			c.mend(s.t.Context())
			if got := s.call(token, http.MethodPost, "/assure/dossiers", ""); got.status != http.StatusCreated {
				s.t.Errorf("%s, mended: %d %s", name, got.status, got.body)
			}
		}
		if p := s.result(ref); p.Status != "accepted" {
			s.t.Errorf("the process that was there: %s", p.Status)
		}
	})
}

// ailment is a way in which a store cannot write.
type ailment struct{ fall, mend func(context.Context) }

func (s *stack) ailments() map[string]ailment {
	run := func(db *sql.DB, statements ...string) func(context.Context) {
		return func(ctx context.Context) {
			for _, statement := range statements {
				_, err := db.ExecContext(ctx, statement)
				check(s.t, err)
			}
		}
	}
	writer := s.server.db.Writer()
	if s.server.db.Engine() == store.SQLite {
		return map[string]ailment{
			"read-only": {run(writer, "PRAGMA query_only = 1"), run(writer, "PRAGMA query_only = 0")},
			"full":      {run(writer, "PRAGMA max_page_count = 1"), run(writer, "PRAGMA max_page_count = 4294967294")},
		}
	}
	var name string
	check(s.t, writer.QueryRowContext(s.t.Context(), "SELECT current_database()").Scan(&name))
	const others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
	return map[string]ailment{"read-only": {
		run(writer, fmt.Sprintf("ALTER DATABASE %q SET default_transaction_read_only = on", name), others, "SET default_transaction_read_only = on"),
		run(writer, "SET default_transaction_read_only = off", fmt.Sprintf("ALTER DATABASE %q RESET default_transaction_read_only", name), others),
	}}
}
