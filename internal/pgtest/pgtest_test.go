package pgtest_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/dossier-id/dossier/internal/pgtest"
)

// childVariable asks this test binary to start a server, name it and wait.
const childVariable = "PGTEST_CHILD"

// TestMain makes sure that packages which look for leaks can use pgtest.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNewGivesEachTestItsOwnEmptyDatabase(t *testing.T) {
	t.Parallel()
	first, second := connect(t, pgtest.New(t)), connect(t, pgtest.New(t))
	if _, err := first.Exec(t.Context(), "CREATE TABLE only_here (id int)"); err != nil {
		t.Fatal(err)
	}
	const tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
	if got := number(t, first, tables); got != 1 {
		t.Errorf("tables in the first database = %d, want 1", got)
	}
	if got := number(t, second, tables); got != 0 {
		t.Errorf("tables in the second database = %d, want 0", got)
	}
}

func TestDatabaseIsDroppedThoughConnectionsAreOpen(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("uses one", func(t *testing.T) {
		conn := connect(t, pgtest.New(t))
		name = conn.Config().Database
	})
	outside := connect(t, pgtest.New(t))
	if got := number(t, outside, "SELECT count(*) FROM pg_database WHERE datname = $1", name); got != 0 {
		t.Errorf("the database %s is still there", name)
	}
}

func TestServerIsSetUpUnlikeOurs(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.New(t))
	// Bytes put every capital first; a language does not.
	if got := number(t, conn, "SELECT CASE WHEN 'a' < 'B' THEN 1 ELSE 0 END"); got != 1 {
		t.Error("text sorts by bytes: a query that relies on that would pass here and fail elsewhere")
	}
	if got := number(t, conn, "SELECT extract(timezone FROM now())::int"); got == 0 {
		t.Error("the server's zone is UTC: a query that relies on that would pass here and fail elsewhere")
	}
}

// TestServerEndsWithItsBinary kills a test binary that has a server, as no
// deferred call survives that, and waits for the server's directory to go.
func TestServerEndsWithItsBinary(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		holdServer(t)
		return
	}
	t.Parallel()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), childVariable+"=1", "DOSSIER_TEST_POSTGRES=")
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	dir := socketDirectory(t, bufio.NewReader(output))
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the child's server is not there: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("the killed child ended well")
	}
	awaitGone(t, dir)
}

// holdServer prints the server's address and waits to be killed.
func holdServer(t *testing.T) {
	t.Helper()
	config, err := pgx.ParseConfig(pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("socket " + config.Host + "\n"); err != nil {
		t.Fatal(err)
	}
	<-t.Context().Done()
}

func socketDirectory(t *testing.T, output *bufio.Reader) string {
	t.Helper()
	for {
		line, err := output.ReadString('\n')
		if err != nil {
			t.Fatalf("read the child's address: %v", err)
		}
		if dir, found := strings.CutPrefix(line, "socket "); found {
			return strings.TrimSpace(dir)
		}
	}
}

// awaitGone looks at the directory until it is gone: the server is another
// process that no longer has a parent to tell.
func awaitGone(t *testing.T, dir string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s is still there: the server outlived its binary", dir)
		}
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect to %s: %v", url, err)
	}
	return conn
}

func number(t *testing.T, conn *pgx.Conn, query string, arguments ...any) int {
	t.Helper()
	var n int
	if err := conn.QueryRow(t.Context(), query, arguments...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
