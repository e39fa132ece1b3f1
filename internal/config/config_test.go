package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/config"
)

func env(pairs ...string) func(string) (string, bool) {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load("", env("DOSSIER_ONFIDO_TOKEN", "api_live.x"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.Onfido.Region != "eu" || c.Onfido.RequestsPerMinute != 400 || c.GiveUpAfter != 24*time.Hour {
		t.Errorf("unexpected defaults: %+v", c)
	}
	if c.Database.Reveal() != "sqlite:"+filepath.Join("dossier-data", "dossier.db") {
		t.Errorf("database %q", c.Database.Reveal())
	}
}

func TestWebhookSettings(t *testing.T) {
	t.Parallel()
	c, err := config.Load("", env("DOSSIER_ONFIDO_TOKEN", "t", "DOSSIER_WEBHOOK_ALLOW", "10.1.0.0/16, hooks.internal,", "DOSSIER_WEBHOOK_PORTS", "443, 8443"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.WebhookAllow, []string{"10.1.0.0/16", "hooks.internal"}) || !slices.Equal(c.WebhookPorts, []uint16{443, 8443}) {
		t.Errorf("allow %q, ports %v", c.WebhookAllow, c.WebhookPorts)
	}
}

func TestEnvironmentWinsOverFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "dossier.conf")
	if err := os.WriteFile(file, []byte("DOSSIER_ONFIDO_REGION=us\nDOSSIER_ONFIDO_TOKEN=t\nDOSSIER_ADDR=0.0.0.0:80\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, env("DOSSIER_ONFIDO_REGION", "ca"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Onfido.Region != "ca" || c.Addr != "0.0.0.0:80" {
		t.Errorf("region %s, addr %s", c.Onfido.Region, c.Addr)
	}
}

func TestAllFaultsAtOnceAndNoSecret(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "dossier.conf")
	if err := os.WriteFile(file, []byte("DOSSIER_DATABSE=x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(file, env(
		"DOSSIER_ADDR", "8080", "DOSSIER_ONFIDO_REGION", "mars", "DOSSIER_DATABASE", "mysql://root:hunter2@h/d",
		"DOSSIER_GIVE_UP_AFTER", "soon", "DOSSIER_ONFIDO_TOKEN", "hunter2", "DOSSIER_ONFIDO_CLIENT_ID", "x",
		"DOSSIER_ONFIDO_REQUESTS_PER_MINUTE", "0", "DOSSIER_PUBLIC_URL", "example.org", "DOSSIER_WEBHOOK_PORTS", "80,http",
	))
	if err == nil {
		t.Fatal("a broken configuration was taken")
	}
	for _, want := range []string{
		"DOSSIER_ADDR", "DOSSIER_ONFIDO_REGION", "DOSSIER_DATABASE", "DOSSIER_GIVE_UP_AFTER", "DOSSIER_ONFIDO_REQUESTS_PER_MINUTE",
		"DOSSIER_PUBLIC_URL", "DOSSIER_WEBHOOK_PORTS", "DOSSIER_DATABSE", "DOSSIER_ONFIDO_CLIENT_SECRET", "exclude each other",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not speak of %s:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error holds a secret:\n%v", err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	c, err := config.Load("", env("DOSSIER_ONFIDO_TOKEN", "hunter2", "DOSSIER_KEY", "hunter2", "DOSSIER_DATABASE", "postgres://u:hunter2@h/d"))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if out := fmt.Sprintf(verb, c); strings.Contains(out, "hunter2") {
			t.Errorf("%s prints a secret: %s", verb, out)
		}
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	const postgres = "postgres://h/d"
	for _, c := range []struct {
		role, database string
		answers, works bool
	}{{"", "", true, true}, {"all", postgres, true, true}, {"api", postgres, true, false}, {"worker", postgres, false, true}} {
		got, err := config.Load("", env("DOSSIER_ONFIDO_TOKEN", "t", "DOSSIER_ROLE", c.role, "DOSSIER_DATABASE", c.database))
		if err != nil {
			t.Fatal(err)
		}
		if got.Role.Answers() != c.answers || got.Role.Works() != c.works {
			t.Errorf("%q answers %v and works %v", c.role, got.Role.Answers(), got.Role.Works())
		}
	}
	for _, settings := range [][]string{
		{"DOSSIER_ROLE", "worker"},
		{"DOSSIER_ROLE", "leader", "DOSSIER_DATABASE", postgres},
		{"DOSSIER_DRAIN", "6s"},
		{"DOSSIER_DRAIN", "-1s"},
		{"DOSSIER_DRAIN", "x"},
	} {
		if _, err := config.Load("", env(append(settings, "DOSSIER_ONFIDO_TOKEN", "t")...)); err == nil || !strings.Contains(err.Error(), settings[0]) {
			t.Errorf("%q: error %v, want one that names the setting", settings, err)
		}
	}
}
