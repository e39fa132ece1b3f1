package bench

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
)

const (
	// inFlight is how many customers wait for their verification at once.
	inFlight = 100
	// verifications is how many each server is given.
	verifications = 400
	token         = "api_sandbox.bench"
)

// BenchmarkVerification runs whole verifications, from the dossier to the verdict,
// its signed event at the customer's endpoint, and the look at the result that
// follows, at Dossier and at the same flow written plainly on Node, against one
// sandbox each. ratio is ours to Node's rate; memory is that beyond the idle
// server.
func BenchmarkVerification(b *testing.B) {
	if err := installRival(b.Context()); err != nil {
		b.Logf("left out: %v", err)
		return
	}
	program := build(b)
	front, selfie := draw(b, program, "passport"), draw(b, program, "selfie")
	for b.Loop() {
		ours := measure(b, func(in *inbox) (*process, func(context.Context) error) { return dossier(b, program, in, front, selfie) })
		node := measure(b, func(in *inbox) (*process, func(context.Context) error) { return rival(b, program, in, front, selfie) })
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(ours.rate, "ours/s")
		b.ReportMetric(node.rate, "node/s")
		b.ReportMetric(ours.memory, "MB-ours")
		b.ReportMetric(node.memory, "MB-node")
		b.ReportMetric(ours.cpu, "ms-cpu-ours")
		b.ReportMetric(node.cpu, "ms-cpu-node")
		b.ReportMetric(ours.rate/node.rate, "ratio")
	}
}

// figures are what a run came to.
type figures struct {
	// rate is verifications a second; memory MB; cpu milliseconds of a core that the
	// server alone took for each, which says more than the rate where the
	// customers, the sandbox and others compete for the cores.
	rate, memory, cpu float64
}

// measure has customers share the verifications and gives the rate, and the
// memory at its highest beyond that of the idle server.
func measure(b *testing.B, start func(*inbox) (*process, func(context.Context) error)) figures {
	b.Helper()
	server, verify := start(newInbox(b))
	defer server.stop()
	idle, spent := server.status("VmRSS:"), server.cpu()
	work := make(chan struct{}, verifications)
	for range verifications {
		work <- struct{}{}
	}
	close(work)
	begun := time.Now()
	var customers sync.WaitGroup
	for range inFlight {
		customers.Go(func() {
			for range work {
				if err := verify(b.Context()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	customers.Wait()
	return figures{
		rate:   verifications / time.Since(begun).Seconds(),
		memory: server.status("VmHWM:") - idle,
		cpu:    float64((server.cpu() - spent).Milliseconds()) / verifications,
	}
}

// installRival installs what the rival needs, once. better-sqlite3 is compiled.
func installRival(ctx context.Context) error {
	if _, err := os.Stat("rivals/node_modules"); err == nil {
		return nil
	}
	command := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	command.Dir = "rivals"
	if _, err := os.Stat("/usr/include/node"); err == nil { // Debian's headers spare a download.
		command.Env = append(os.Environ(), "npm_config_nodedir=/usr")
	}
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("install the rival: %w: %s", err, said)
	}
	return nil
}

func draw(b *testing.B, program, kind string) []byte {
	b.Helper()
	path := filepath.Join(b.TempDir(), kind+".jpg")
	if said, err := exec.CommandContext(b.Context(), program, "specimen", "--type", kind, "--out", path).CombinedOutput(); err != nil {
		b.Fatalf("draw a specimen: %v: %s", err, said)
	}
	picture, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return picture
}

// onfido starts a sandbox and gives its address.
func onfido(b *testing.B, program string) string {
	b.Helper()
	addr := freeAddr(b)
	p := &process{exec.CommandContext(b.Context(), program, "sandbox", "--addr", addr, "--token", token, "--complete", "100ms"), b, "http://" + addr}
	if err := p.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.stop)
	p.await("/")
	return p.url + "/v3.6"
}

func dossier(b *testing.B, program string, in *inbox, front, selfie []byte) (*process, func(context.Context) error) {
	b.Helper()
	c := newCustomer(b, program)
	if _, err := c.api.Subscribe(b.Context(), in.url, []string{"process.complete"}); err != nil {
		b.Fatal(err)
	}
	return c.at, func(ctx context.Context) error { return verifyAt(ctx, c.api, in, front, selfie) }
}

func verifyAt(ctx context.Context, api *client.Client, in *inbox, front, selfie []byte) error {
	d, err := api.CreateDossier(ctx, "")
	if err != nil {
		return err
	}
	p, err := api.CreateProcess(ctx, d.DossierID, order())
	if err != nil {
		return err
	}
	ref := client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
	if err := api.SetImages(ctx, ref, client.Bytes("front", front), client.Bytes("selfie", selfie)); err != nil {
		return err
	}
	if _, err := api.StartVerification(ctx, ref); err != nil {
		return err
	}
	if err := in.await(ctx, p.ProcessID); err != nil {
		return err
	}
	p, err = api.GetProcess(ctx, ref)
	if err != nil {
		return err
	}
	return isAccepted(p.Status)
}

func rival(b *testing.B, program string, in *inbox, front, selfie []byte) (*process, func(context.Context) error) {
	b.Helper()
	addr := freeAddr(b)
	_, port, _ := strings.Cut(addr, ":")
	p := &process{exec.CommandContext(b.Context(), "node", "rivals/server.js", port, filepath.Join(b.TempDir(), "rival.db"), onfido(b, program), token, in.url), b, "http://" + addr}
	p.Stderr = os.Stderr
	if err := p.Start(); err != nil {
		b.Fatal(err)
	}
	p.await("/healthz")
	url := func(picture []byte) string {
		return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture)
	}
	body, err := json.Marshal(map[string]string{"front": url(front), "selfie": url(selfie)})
	if err != nil {
		b.Fatal(err)
	}
	return p, func(ctx context.Context) error {
		var made, seen struct{ ID, Status string }
		if err := exchange(ctx, http.MethodPost, p.url+"/verifications", body, &made); err != nil {
			return err
		}
		if err := in.await(ctx, made.ID); err != nil {
			return err
		}
		if err := exchange(ctx, http.MethodGet, p.url+"/verifications/"+made.ID, nil, &seen); err != nil {
			return err
		}
		return isAccepted(seen.Status)
	}
}

func isAccepted(status string) error {
	if status != "accepted" {
		return errors.New("a verification ended " + status)
	}
	return nil
}
