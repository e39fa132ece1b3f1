package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Targets of a server that has nothing to do.
const (
	wantReady  = 300 * time.Millisecond
	wantMemory = 50.0 // MB
)

// BenchmarkIdle starts a server on an empty folder until it is ready. ratio is
// the worse of what is wanted to what was taken, in time and in memory: 1 is just
// reached.
func BenchmarkIdle(b *testing.B) {
	program := build(b)
	var ready time.Duration
	var memory float64
	for b.Loop() {
		begun := time.Now()
		s := serve(b, program, b.TempDir(), freeAddr(b))
		ready += time.Since(begun)
		memory += s.status("VmRSS:")
		s.stop()
	}
	took, held := ready/time.Duration(b.N), memory/float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took.Milliseconds()), "ms-to-ready")
	b.ReportMetric(held, "MB-idle")
	b.ReportMetric(min(float64(wantReady)/float64(took), wantMemory/held), "ratio")
}

// build builds the program as it is shipped.
func build(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "dossier")
	command := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "../cmd/dossier")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		b.Fatalf("build: %v: %s", err, said)
	}
	return path
}

// process is a server that runs.
type process struct {
	*exec.Cmd
	b   *testing.B
	url string
}

func serve(b *testing.B, program, data, addr string, env ...string) *process {
	b.Helper()
	p := &process{exec.CommandContext(b.Context(), program, "serve"), b, "http://" + addr}
	p.Env = append([]string{"DOSSIER_ADDR=" + addr, "DOSSIER_DATA=" + data, "DOSSIER_ONFIDO_TOKEN=api_sandbox.bench", "DOSSIER_DRAIN=0s", "DOSSIER_LOG_LEVEL=error"}, env...)
	p.Stderr = os.Stderr
	if err := p.Start(); err != nil {
		b.Fatal(err)
	}
	p.await("/readyz")
	return p
}

// stop ends the process and waits for it.
func (p *process) stop() {
	_ = p.Process.Signal(syscall.SIGTERM)
	_ = p.Wait()
}

// await asks until the process answers: with 200, or anything at all where it has
// nothing to say at the path.
func (p *process) await(path string) {
	p.b.Helper()
	ctx, cancel := context.WithTimeout(p.b.Context(), 30*time.Second)
	defer cancel()
	wake := time.NewTicker(time.Millisecond)
	defer wake.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
		if err != nil {
			p.b.Fatal(err)
		}
		answer, err := caller().Do(request)
		if err == nil && answer.Body.Close() == nil && (path == "/" || answer.StatusCode == http.StatusOK) {
			return
		}
		select {
		case <-ctx.Done():
			p.b.Fatal("the server does not get ready")
		case <-wake.C:
		}
	}
}

// status reads a number of kilobytes from the kernel's view of the process, as MB.
func (p *process) status(name string) float64 {
	p.b.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		p.b.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), name); found {
			var kilobytes float64
			if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
				p.b.Fatal(err)
			}
			return kilobytes / 1024
		}
	}
	p.b.Fatalf("the kernel says nothing of %s", name)
	return 0
}

// tick is the unit in which the kernel counts a process's time.
const tick = 10 * time.Millisecond

// cpu gives how long the process has computed, in it and for it in the kernel.
func (p *process) cpu() time.Duration {
	p.b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		p.b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // The name before may hold spaces.
	fields := strings.Fields(rest)
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		p.b.Fatal(err)
	}
	return time.Duration(user+system) * tick
}

func freeAddr(b *testing.B) string {
	b.Helper()
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
