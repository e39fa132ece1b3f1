package pgtest

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/dossier-id/dossier/internal/leash"
)

// errMissing says what a machine without PostgreSQL needs.
var errMissing = errors.New("no PostgreSQL found: install version 15 or newer " +
	"(Debian: apt-get install postgresql), or set " + serverVariable)

//go:embed server.sh
var script string

// server is a running PostgreSQL, and the directory of its socket.
type server struct {
	dir    string
	script *leash.Script
}

// start runs a throw-away PostgreSQL and returns when it answers.
func start() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	attributes, err := unprivileged()
	if err != nil {
		return nil, err
	}
	running, err := leash.Start(script, func(c *exec.Cmd) {
		c.Dir = "/" // The server's user may not be allowed to read ours.
		c.SysProcAttr = attributes
	}, bin)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	dir, err := awaitReady(running.Said)
	if err != nil {
		return nil, errors.Join(err, running.Stop())
	}
	return &server{dir, running}, nil
}

// url returns the address of the database that every server has.
func (s *server) url() *url.URL {
	query := url.Values{"host": {s.dir}}
	return &url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: query.Encode()}
}

// awaitReady returns the directory that the script names once the server
// answers. The script ends by itself when the server does not come up in time.
func awaitReady(reader *bufio.Reader) (string, error) {
	first, err := reader.ReadString('\n')
	if dir, ready := strings.CutPrefix(first, "ready "); ready && err == nil {
		return strings.TrimSpace(dir), nil
	}
	rest, err := io.ReadAll(io.LimitReader(reader, 16<<10))
	return "", errors.Join(fmt.Errorf("start PostgreSQL: %s%s", first, rest), err)
}

// binaries returns the directory of the newest PostgreSQL on this machine.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	onPath, err := exec.LookPath("initdb")
	if err != nil {
		return "", errMissing
	}
	return filepath.Dir(onPath), nil
}

// version reads the 15 of /usr/lib/postgresql/15/bin/initdb, and is 0 for a
// directory whose name is no number.
func version(initdb string) int {
	number, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	if err != nil {
		return 0
	}
	return number
}

// unprivileged returns how to run the server: in a process group of its own, so
// that an interrupt at the terminal leaves it time to clean up, and never as
// root, which PostgreSQL refuses.
func unprivileged() (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: tests that run as root start it as the user postgres: %w", errMissing, err)
	}
	uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return nil, fmt.Errorf("read the ids of the user postgres: %w", err)
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, nil
}
