package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/render"
)

type triggerCommand struct {
	Event   string        `arg:"" help:"The event to bring about: process.complete." enum:"process.complete"`
	Status  string        `help:"How the process ends: accepted, rejected, inconclusive, failed or canceled." default:"accepted" enum:"accepted,rejected,inconclusive,failed,canceled"`
	JSON    bool          `help:"Print the process as JSON instead of a tree." name:"json"`
	Timeout time.Duration `help:"Longest wait for the end." default:"2m"`

	SandboxURL   string `help:"Address of the server's sandbox." env:"SANDBOX_URL" placeholder:"URL"`
	SandboxToken string `help:"Its API token." env:"SANDBOX_TOKEN" placeholder:"TOKEN"`
	connection
}

// Help says what it does.
func (triggerCommand) Help() string {
	return "Verifies a specimen, images included, and has the sandbox bring about the outcome: of its next check, so nobody else should be verifying. " +
		"Only for a server that works against a sandbox."
}

// scenarios are what the sandbox is told for an outcome; what is not here comes
// about by itself.
var scenarios = map[string]string{
	"rejected":     `{"next":"check","reports":{"document":{"result":"consider","sub_result":"rejected"}}}`,
	"inconclusive": `{"next":"check","reports":{"document":{"result":"consider","sub_result":"suspected"}}}`,
	"failed": `{"next":"document","error":{"status":422,"type":"validation_error","message":"There was a validation error on this request",` +
		`"fields":{"file":["the image was refused: brought about by dossier trigger"]}}}`,
}

// Run brings the outcome about and prints the process.
func (c triggerCommand) Run(w world) error {
	api, err := c.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.ctx, c.Timeout)
	defer cancel()
	p, err := c.bring(ctx, w, api)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintf(w.out, "%s\n", p.Raw)
	} else {
		err = render.Process(w.out, p.Raw, render.StyleFor(w.out, w.getenv))
	}
	if err == nil && p.Status != c.Status {
		err = fmt.Errorf("the process ended %s, not %s: does the server work against this sandbox?", p.Status, c.Status)
	}
	return err
}

func (c triggerCommand) bring(ctx context.Context, w world, api *client.Client) (*client.Process, error) {
	if c.Status == "canceled" {
		return cancelOne(ctx, api)
	}
	o, _, err := demoOrder(nil)
	if err != nil {
		return nil, err
	}
	if scenario := scenarios[c.Status]; scenario != "" {
		if err := c.prepare(ctx, scenario); err != nil {
			return nil, fmt.Errorf("prepare the sandbox: %w", err)
		}
	}
	return verify(ctx, w, api, o)
}

// cancelOne makes a process and cancels it.
func cancelOne(ctx context.Context, api *client.Client) (*client.Process, error) {
	d, err := api.CreateDossier(ctx, "")
	if err != nil {
		return nil, err
	}
	p, err := api.CreateProcess(ctx, d.DossierID, client.ProcessRequest{Provider: "onfido", ProcessType: "document", DocumentType: "passport"})
	if err != nil {
		return nil, err
	}
	return api.CancelProcess(ctx, client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID})
}

// prepare gives the sandbox a scenario for what comes next.
func (c triggerCommand) prepare(ctx context.Context, scenario string) error {
	or, err := c.settings()
	if err != nil {
		return err
	}
	base, token := or(c.SandboxURL, "SANDBOX_URL"), or(c.SandboxToken, "SANDBOX_TOKEN")
	at, err := url.Parse(base)
	if err != nil || at.Host == "" {
		return errors.New("which sandbox? Give --sandbox-url and --sandbox-token, or --env-file")
	}
	at.Path = "/sandbox/scenarios"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader([]byte(scenario)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Token token="+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("it answers %s: %s", answer.Status, reason(answer.Body))
	}
	return nil
}

// reason gives the message of the sandbox's error.
func reason(body io.Reader) string {
	var e struct {
		Error struct{ Message string }
	}
	_ = json.NewDecoder(io.LimitReader(body, 64<<10)).Decode(&e) // Without a message the status must do.
	return e.Error.Message
}
