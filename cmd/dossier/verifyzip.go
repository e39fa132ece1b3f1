package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/envfile"

	"github.com/dossier-id/dossier/internal/signing"
)

type verifyZipCommand struct {
	File    string `arg:"" help:"The full result of a process, as it was downloaded." placeholder:"FILE"`
	JWKS    string `help:"The server's public keys: a file, or their https address; default is /.well-known/jwks.json of DOSSIER_URL." name:"jwks" placeholder:"URL|FILE"`
	URL     string `help:"Address of the server, when --jwks is not given." env:"DOSSIER_URL" placeholder:"URL"`
	EnvFile string `help:"dev.env with it, for when it is not given otherwise." default:".dossier/dev.env" placeholder:"FILE"`
}

// Help says what the exit status means, and how to check without a server.
func (verifyZipCommand) Help() string {
	return `Exit status: 0 genuine, 2 changed or not proven, 1 the check could not be made.

Keep a copy of the server's keys for a check without it:
  curl https://SERVER/.well-known/jwks.json > keys.json
  dossier verify-zip FILE --jwks keys.json`
}

// notGenuine is the exit status for a file that was changed.
const notGenuine exit = 2

// maxKeySet bounds the keys that are read.
const maxKeySet = 1 << 20

// Run checks.
func (c verifyZipCommand) Run(w world) error {
	keys, err := c.keys(w)
	if err != nil {
		return fmt.Errorf("get the server's keys: %w", err)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	v, err := archive.Verify(file, info.Size(), keys)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	printVerdict(w.out, v)
	if !v.Genuine() {
		return notGenuine
	}
	return nil
}

// printVerdict says what is true of the file. Names come from it, so they are
// quoted where they could be more than a name.
func printVerdict(out io.Writer, v *archive.Verdict) {
	if v.Genuine() {
		fmt.Fprintf(out, "genuine: every byte is as the server signed it (key %s)\n", v.KeyID)
	} else {
		fmt.Fprintln(out, "NOT genuine:")
	}
	for _, f := range v.Findings {
		name := printable(f.Name)
		if f.Name == "" {
			name = "the zip"
		}
		fmt.Fprintf(out, "  %s %s\n", name, f.Problem)
	}
	m := v.Manifest
	if m == nil {
		return
	}
	if !v.Proven {
		fmt.Fprintln(out, "what it says of itself is not proven:")
	}
	fmt.Fprintf(out, "  tenant %s, dossier %s, process %s\n  %s by %s: %s, completed %s\n",
		printable(m.TenantID), printable(m.DossierID), printable(m.ProcessID),
		printable(m.ProcessType), printable(m.Provider), printable(m.Status), m.CompletedAt.UTC().Format(time.RFC3339))
	if v.Genuine() {
		for _, f := range m.Files {
			fmt.Fprintf(out, "  %s  %s, %d bytes\n", f.SHA256, printable(f.Name), f.Size)
		}
	}
}

// printable quotes a text that holds anything but plain ASCII.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return fmt.Sprintf("%+.80q", s)
	}
	return s
}

// keys reads the server's keys from a file or asks the server for them.
func (c verifyZipCommand) keys(w world) ([]signing.PublicKey, error) {
	from, err := c.source()
	if err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return os.Open(from) }
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		open = func() (io.ReadCloser, error) { return fetchKeys(w, from) }
	}
	body, err := open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(io.LimitReader(body, maxKeySet))
	if err != nil {
		return nil, err
	}
	return signing.ParseKeySet(text)
}

func (c verifyZipCommand) source() (string, error) {
	if c.JWKS != "" {
		return c.JWKS, nil
	}
	server := c.URL
	if server == "" {
		file, err := envfile.Read(c.EnvFile)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		server = file["DOSSIER_URL"]
	}
	if server == "" {
		return "", fmt.Errorf("whose? Give --jwks or --url (there is no %s)", c.EnvFile)
	}
	return strings.TrimRight(server, "/") + "/.well-known/jwks.json", nil
}

// fetchKeys asks a server for its keys. They decide what is believed, so they are
// taken by https, or by http from this machine alone, and from no other address
// than the one that was given.
func fetchKeys(w world, address string) (io.ReadCloser, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && !isLoopback(u.Hostname()) {
		return nil, errors.New("the address of the keys must be https")
	}
	r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, joined(fmt.Errorf("the server answered %s", answer.Status), answer.Body.Close())
	}
	return answer.Body, nil
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
