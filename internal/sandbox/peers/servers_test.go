package peers_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// top is the top of the repository, seen from here.
const top = "../../.."

// apiKey is what the sandbox is told to accept.
const apiKey = "api_sandbox.bench"

// server is one of those compared.
type server struct {
	name    string
	install func(ctx context.Context) error
	command func(addr string) []string
	path    string                                                 // what is asked; of the sandbox it is made by prepare
	auth    string                                                 // Authorization header
	prepare func(ctx context.Context, base string) (string, error) // makes what is asked; nil: nothing to make
}

// servers are the sandbox, a bare handler and the peers, installed below dir.
func servers(dir string) []server {
	dossier, self := filepath.Join(dir, "dossier"), os.Args[0]
	return []server{
		{
			name: "bare", path: "/",
			command: func(addr string) []string { return []string{"env", bareVariable + "=" + addr, self} },
		},
		{
			name: "sandbox", auth: "Token token=" + apiKey, prepare: makeApplicant,
			install: func(ctx context.Context) error {
				return run(ctx, top, nil, "go", "build", "-o", dossier, "./cmd/dossier")
			},
			command: func(addr string) []string { return []string{dossier, "sandbox", "--addr", addr, "--token", apiKey} },
		},
		{
			name: "Prism", path: "/applicants/1", auth: "Token token=x",
			install: func(ctx context.Context) error { return npm(ctx, dir) },
			command: func(addr string) []string {
				_, port, _ := net.SplitHostPort(addr)
				return []string{filepath.Join(dir, "node_modules", ".bin", "prism"), "mock", "-p", port, "-h", "127.0.0.1", "-v", "silent", filepath.Join(top, "api", "onfido.yaml")}
			},
		},
		{
			name: "WireMock", path: "/applicants/1", prepare: makeStub,
			install: func(ctx context.Context) error {
				if _, err := exec.LookPath("java"); err != nil {
					return errors.New("it needs Java")
				}
				return npm(ctx, dir)
			},
			command: func(addr string) []string {
				_, port, _ := net.SplitHostPort(addr)
				return []string{filepath.Join(dir, "node_modules", ".bin", "wiremock"), "--port", port, "--bind-address", "127.0.0.1", "--no-request-journal"}
			},
		},
		{
			name: "stripe-mock", path: "/v1/customers/cus_1", auth: "Bearer sk_test_123",
			install: func(ctx context.Context) error {
				return run(ctx, dir, []string{"GOBIN=" + dir}, "go", "install", "github.com/stripe/stripe-mock@v0.203.0")
			},
			command: func(addr string) []string { return []string{filepath.Join(dir, "stripe-mock"), "-http-addr", addr} },
		},
	}
}

// npm installs the peers of package-lock.json into dir, once.
func npm(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil {
		return nil
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o600); err != nil {
			return fmt.Errorf("copy: %w", err)
		}
	}
	return run(ctx, dir, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
}

func run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %.200s", name, err, out)
	}
	return nil
}

// makeApplicant makes the applicant that the sandbox is asked for.
func makeApplicant(ctx context.Context, base string) (string, error) {
	var made struct{ Href string }
	body := `{"first_name":"Anna","last_name":"Specimen"}`
	if err := post(ctx, base+"/v3.6/applicants", body, http.StatusCreated, &made); err != nil {
		return "", err
	}
	return made.Href, nil
}

// makeStub gives WireMock an answer of the same size.
func makeStub(ctx context.Context, base string) (string, error) {
	body := fmt.Sprintf(`{"request":{"method":"GET","url":"/applicants/1"},"response":{"status":200,"jsonBody":{"id":"%0360d"}}}`, 1)
	var made struct{ ID string }
	return "/applicants/1", post(ctx, base+"/__admin/mappings", body, http.StatusCreated, &made)
}
