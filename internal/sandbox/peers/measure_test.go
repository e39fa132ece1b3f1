package peers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	startTime = 60 * time.Second // by then a server has to answer
	warmUp    = 2 * time.Second
	span      = 3 * time.Second // that it is asked for
	atOnce    = 8               // requests under way
)

// measure installs a server, starts it, asks it for as long as the benchmark wants and ends it.
func (s server) measure(b *testing.B) {
	b.Helper()
	if s.install != nil {
		if err := s.install(b.Context()); err != nil {
			b.Logf("left out: %v", err)
			return
		}
	}
	addr, err := freeAddr(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	pid := start(b, s.command(addr))
	base := "http://" + addr
	first, err := firstAnswer(b.Context(), base+s.path, began)
	if err != nil {
		b.Fatal(err)
	}
	idle := memory(pid)
	if s.prepare != nil {
		if s.path, err = s.prepare(b.Context(), base); err != nil {
			b.Fatal(err)
		}
	}
	perSecond, err := askFor(b, base+s.path, s.auth)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op") // would be of one request at a time, which nobody asked
	b.ReportMetric(perSecond, "requests/s")
	b.ReportMetric(float64(first.Milliseconds()), "ms-to-first-answer")
	b.ReportMetric(idle, "MB-idle")
}

// start runs a command until the end of the benchmark and gives its process id.
func start(b *testing.B, args []string) int {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // npm's starters have children, which must end with them
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
		_ = cmd.Wait()                                      // it was killed
	})
	return cmd.Process.Pid
}

// askFor warms a server up and asks it for the benchmark's time.
func askFor(b *testing.B, url, auth string) (float64, error) {
	b.Helper()
	if _, err := ask(b.Context(), url, auth, warmUp); err != nil {
		return 0, err
	}
	perSecond := 0.0
	for b.Loop() { // each round is one span; the default time makes it one or two
		var err error
		if perSecond, err = ask(b.Context(), url, auth, span); err != nil {
			return 0, err
		}
	}
	return perSecond, nil
}

// firstAnswer waits for any answer at all.
func firstAnswer(ctx context.Context, url string, began time.Time) (time.Duration, error) {
	client := &http.Client{Timeout: time.Second}
	for time.Since(began) < startTime {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return 0, fmt.Errorf("make request: %w", err)
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
			return time.Since(began), nil
		}
		<-time.After(2 * time.Millisecond) // it does not listen yet, and nothing tells when it does
	}
	return 0, errors.New("it never answered")
}

// ask makes requests for the span and gives how many were answered in a second.
func ask(ctx context.Context, url, auth string, span time.Duration) (float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	var answered atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := one(ctx, client, url, auth); err != nil && ctx.Err() == nil {
					failed.Store(err)
					return
				}
				answered.Add(1)
			}
		})
	}
	all.Wait()
	if err, is := failed.Load().(error); is {
		return 0, err
	}
	return float64(answered.Load()) / span.Seconds(), nil
}

func one(ctx context.Context, client *http.Client, url, auth string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", resp.Status)
	}
	return nil
}

// post sends JSON with the sandbox's token and decodes the answer.
func post(ctx context.Context, url, body string, want int, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Token token="+apiKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		return fmt.Errorf("prepare: answered %s", resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return nil
}

// memory is what a process and its children hold, in MB; 0 where there is no /proc.
func memory(pid int) float64 {
	total := resident(pid)
	children, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, stat := range children {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue
		}
		_, after, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(after); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
			total += memory(child)
		}
	}
	return total
}

func resident(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, _ := strconv.ParseFloat(fields[0], 64)
	return kilobytes / 1024
}
