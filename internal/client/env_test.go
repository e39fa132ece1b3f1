package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/client"
)

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dev.env")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLoadEnv(t *testing.T) {
	t.Parallel()
	got, err := client.LoadEnv(write(t, "# of today\n\nDOSSIER_URL=http://127.0.0.1:8080\r\nDOSSIER_TOKEN_URL=http://127.0.0.1:8080/auth/open/connect/token\n"+
		"DOSSIER_CLIENT_ID=demo\n DOSSIER_CLIENT_SECRET=a=b==\nOTHER=x\nSANDBOX_URL=http://127.0.0.1:9/v3.6\nSANDBOX_TOKEN=t"))
	want := client.Env{
		URL: "http://127.0.0.1:8080", TokenURL: "http://127.0.0.1:8080/auth/open/connect/token", ClientID: "demo",
		ClientSecret: "a=b==", SandboxURL: "http://127.0.0.1:9/v3.6", SandboxToken: "t",
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := client.New(got.Config()); err != nil {
		t.Error(err)
	}
}

func TestLoadEnvFails(t *testing.T) {
	t.Parallel()
	if _, err := client.LoadEnv(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there was read")
	}
	_, err := client.LoadEnv(write(t, "A=b\ns3cret\n"))
	if err == nil || !strings.HasSuffix(err.Error(), "dev.env:2: expected KEY=value") {
		t.Errorf("got %v", err)
	}
	if _, err := client.LoadEnv(write(t, strings.Repeat("x", 1<<20))); err == nil {
		t.Error("an endless line was read")
	}
}
