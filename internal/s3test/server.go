package s3test

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/dossier-id/dossier/internal/leash"
)

//go:embed server.sh
var script string

// version is that of scripts/test-needs, which builds the program.
const version = "v1.8.0"

// server is a running versitygw.
type server struct {
	dir, endpoint string
	pid           int
	script        *leash.Script
}

// start runs a server and returns when it answers.
func start() (*server, error) {
	program, err := program()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{endpoint: "http://" + addr}
	s.script, err = leash.Start(script, func(c *exec.Cmd) {
		c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+accessKey, "ROOT_SECRET_KEY="+secretKey)
	}, program, addr)
	if err != nil {
		return nil, fmt.Errorf("start the S3 server: %w", err)
	}
	if _, err := fmt.Fscanf(s.script.Said, "pid %d %s\n", &s.pid, &s.dir); err != nil {
		s.stop()
		return nil, fmt.Errorf("start the S3 server: %w", err)
	}
	if err := s.await(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// stop ends the server and removes what it holds.
func (s *server) stop() { _ = s.script.Stop() }

// await asks until the server answers, half a minute at most.
func (s *server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if healthy(ctx, s.endpoint) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the S3 server does not answer")
		case <-tick.C:
		}
	}
}

func healthy(ctx context.Context, endpoint string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/health", nil)
	if err != nil {
		return false
	}
	r.Close = true // leaves no goroutine behind for those who look for leaks
	answer, err := http.DefaultClient.Do(r)
	return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// freeAddress gives an address that nobody listens on at the moment.
func freeAddress() (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// program finds versitygw where scripts/test-needs puts it.
func program() (string, error) {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		path := filepath.Join(dir, ".tools", "versitygw-"+version, "versitygw")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		dir = filepath.Dir(dir)
	}
	return "", fmt.Errorf("there is no versitygw %s for %s in .tools: run scripts/test-needs", version, runtime.GOOS)
}
