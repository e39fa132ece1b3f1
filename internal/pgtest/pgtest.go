package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// serverVariable names the environment variable that holds the URL of a
// running server to use instead of a throw-away one.
const serverVariable = "DOSSIER_TEST_POSTGRES"

// shared is the one server of a test binary: starting it costs about a second.
var shared = sync.OnceValues(start)

// New returns the postgres:// URL of a fresh, empty database that only this
// test uses. The database is dropped when the test ends, together with any
// connection that is still open to it.
//
// New fails the test, and never skips it, where no PostgreSQL can be started.
func New(tb testing.TB) string {
	tb.Helper()
	admin, err := maintenanceURL()
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	name := "dossier_" + strings.ToLower(rand.Text())
	if err := execute(tb.Context(), admin, "CREATE DATABASE "+name); err != nil {
		tb.Fatalf("pgtest: create a database: %v", err)
	}
	tb.Cleanup(func() { drop(tb, admin, name) })
	return databaseURL(admin, name)
}

// Server is a PostgreSQL that one test may be rough with.
type Server struct {
	running *server
	admin   *url.URL
}

// Start returns a server that ends with the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	running, err := start()
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() { _ = running.script.Stop() })
	return &Server{running, running.url()}
}

// New returns the URL of a fresh, empty database. Unlike those of the shared server
// it has lost nothing of what it acknowledged when it is restarted.
func (s *Server) New(tb testing.TB) string {
	tb.Helper()
	name := "dossier_" + strings.ToLower(rand.Text())
	s.Execute(tb, "CREATE DATABASE "+name)
	s.Execute(tb, "ALTER DATABASE "+name+" SET synchronous_commit = on")
	return databaseURL(s.admin, name)
}

// Execute runs a statement as the server's owner.
func (s *Server) Execute(tb testing.TB, statement string) {
	tb.Helper()
	if err := execute(tb.Context(), s.admin, statement); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
}

// Restart kills the server with all connections to it and starts it again.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	if err := s.running.script.Tell("restart"); err != nil {
		tb.Fatalf("pgtest: restart PostgreSQL: %v", err)
	}
	if _, err := awaitReady(s.running.script.Said); err != nil {
		tb.Fatalf("pgtest: restart PostgreSQL: %v", err)
	}
}

// maintenanceURL returns the URL of the database from which others are made.
func maintenanceURL() (*url.URL, error) {
	if given := os.Getenv(serverVariable); given != "" {
		admin, err := url.Parse(given)
		if err != nil {
			return nil, fmt.Errorf("%s is not a URL", serverVariable) // The cause would repeat the password.
		}
		return admin, nil
	}
	running, err := shared()
	if err != nil {
		return nil, err
	}
	return running.url(), nil
}

func databaseURL(admin *url.URL, name string) string {
	database := *admin
	database.Path = "/" + name
	return database.String()
}

// drop runs in a cleanup, when the test's own context has already ended.
func drop(tb testing.TB, admin *url.URL, name string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), 30*time.Second)
	defer cancel()
	if err := execute(ctx, admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		tb.Errorf("pgtest: drop the database: %v", err)
	}
}

// execute runs one statement on a connection of its own.
func execute(ctx context.Context, admin *url.URL, statement string) error {
	conn, err := pgx.Connect(ctx, admin.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	if closeErr := conn.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}
