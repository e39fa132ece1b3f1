package client

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// Env is what a dev.env file says: where a development server is and with
// which credentials to call it. A key that the file lacks leaves its field empty.
type Env struct {
	URL          string // DOSSIER_URL
	TokenURL     string // DOSSIER_TOKEN_URL
	ClientID     string // DOSSIER_CLIENT_ID
	ClientSecret string // DOSSIER_CLIENT_SECRET
	SandboxURL   string // SANDBOX_URL
	SandboxToken string // SANDBOX_TOKEN
}

// LoadEnv reads a file of KEY=value lines, as dossier dev writes it. Values are
// taken as they stand, without quotes; empty lines, lines that begin with # and
// other keys are passed over. An error never repeats a value.
func LoadEnv(path string) (Env, error) {
	f, err := os.Open(path)
	if err != nil {
		return Env{}, fmt.Errorf("reading the environment file: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	var e Env
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return Env{}, fmt.Errorf("%s:%d: expected KEY=value", path, n)
		}
		if field := e.field(key); field != nil {
			*field = value
		}
	}
	if err := lines.Err(); err != nil {
		return Env{}, fmt.Errorf("reading the environment file: %w", err)
	}
	return e, nil
}

func (e *Env) field(key string) *string {
	switch key {
	case "DOSSIER_URL":
		return &e.URL
	case "DOSSIER_TOKEN_URL":
		return &e.TokenURL
	case "DOSSIER_CLIENT_ID":
		return &e.ClientID
	case "DOSSIER_CLIENT_SECRET":
		return &e.ClientSecret
	case "SANDBOX_URL":
		return &e.SandboxURL
	case "SANDBOX_TOKEN":
		return &e.SandboxToken
	default:
		return nil
	}
}

// Config makes the configuration of a client of it.
func (e Env) Config() Config {
	return Config{URL: e.URL, TokenURL: e.TokenURL, ID: e.ClientID, Secret: e.ClientSecret}
}
