package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/envfile"
	"github.com/dossier-id/dossier/internal/obs"
	"github.com/dossier-id/dossier/internal/sandbox"
)

type sandboxCommand struct {
	Addr     string        `help:"Where to listen; port 0 takes a free one." default:"127.0.0.1:8081"`
	Token    string        `help:"API token to accept, any text (a random api_sandbox one). With one that begins with api_live, pictures are looked at." placeholder:"TOKEN" env:"SANDBOX_TOKEN"`
	Programs programs      `embed:""`
	Complete time.Duration `help:"How long a check runs." default:"1s"`
	Strict   bool          `help:"Demand location and US consent, and limit the rate."`
	State    string        `help:"Keep the state in this file: read at the start, written at the end." placeholder:"FILE"`
	EnvFile  string        `help:"Write SANDBOX_URL and SANDBOX_TOKEN to this file once ready." placeholder:"FILE"`
}

// printReader is the optional program that reads print.
type printReader struct {
	Tesseract string `help:"tesseract, for what is printed on documents: a path, or none. Looked for on PATH unless given." placeholder:"PROGRAM" env:"TESSERACT"`
}

// programs are the optional programs that the sandbox looks with.
type programs struct {
	Print         printReader `embed:""`
	FaceCmd       string      `help:"Your own program that describes a face: PNG in, JSON array out. With a live token it decides whether two faces are one." placeholder:"COMMAND" env:"FACE_CMD"`
	FaceThreshold float64     `help:"Cosine of two such arrays from which on they are one face." default:"0.5" placeholder:"NUMBER" env:"FACE_THRESHOLD"`
}

// Run serves the sandbox until it is told to stop.
func (c sandboxCommand) Run(w world) (err error) {
	log, err := obs.Logger(w.err, "text", "info")
	if err != nil {
		return err
	}
	s, err := startSandbox(w.ctx, c.Addr, sandbox.Options{
		Token: c.Token, CompleteAfter: c.Complete, Strict: c.Strict, StateFile: c.State, Log: log,
		FaceCommand: c.Programs.FaceCmd, FaceThreshold: c.Programs.FaceThreshold, Tesseract: c.Programs.Print.Tesseract, Specimens: drawnSpecimens(),
	})
	if err != nil {
		return err
	}
	if c.EnvFile != "" {
		if err := envfile.Write(c.EnvFile, s.env()); err != nil {
			return joined(err, s.stop())
		}
	}
	fmt.Fprintf(w.out, "sandbox  %s\ntoken    %s\npage     %s\n", s.url(), s.Token(), s.page())
	return joined(s.wait(w.ctx), s.stop())
}

// runningSandbox is a sandbox that listens.
type runningSandbox struct {
	*sandbox.Sandbox
	http    *http.Server
	addr    net.Addr
	serving chan error
}

func startSandbox(ctx context.Context, addr string, o sandbox.Options) (*runningSandbox, error) {
	box, err := sandbox.New(o)
	if err != nil {
		return nil, fmt.Errorf("make the sandbox: %w", err)
	}
	l, err := listen(ctx, addr)
	if err != nil {
		return nil, joined(err, box.Close())
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &runningSandbox{Sandbox: box, http: httpServer(box.Handler(), log), addr: l.Addr(), serving: make(chan error, 1)}
	go func() { s.serving <- s.http.Serve(l) }()
	return s, nil
}

// url is the base address of the API, with its version.
func (s *runningSandbox) url() string { return "http://" + s.addr.String() + "/v3.6" }

func (s *runningSandbox) env() []envfile.Pair {
	return []envfile.Pair{{Name: "SANDBOX_URL", Value: s.url()}, {Name: "SANDBOX_TOKEN", Value: s.Token()}}
}

func (s *runningSandbox) wait(ctx context.Context) error {
	select {
	case err := <-s.serving:
		return fmt.Errorf("serve the sandbox: %w", err)
	case <-ctx.Done():
		return nil
	}
}

func (s *runningSandbox) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	// Closing first ends webhooks and requests that wait for a check.
	return errors.Join(s.Close(), s.http.Shutdown(ctx))
}

// joined is errors.Join that reads as the first error when it is the only one.
func joined(errs ...error) error {
	var some []error
	for _, err := range errs {
		if err != nil {
			some = append(some, err)
		}
	}
	if len(some) == 1 {
		return some[0]
	}
	return errors.Join(some...)
}
