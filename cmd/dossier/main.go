package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/dossier-id/dossier/internal/idv"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(world{ctx: ctx, out: os.Stdout, err: os.Stderr, lookup: os.LookupEnv}, os.Args[1:])
	stop()
	os.Exit(status)
}

// world is what a command gets from the outside, so that a test can be it.
type world struct {
	// ctx ends when the command is told to stop.
	ctx      context.Context
	out, err io.Writer
	lookup   func(string) (string, bool)
}

// getenv gives a variable of the environment, or "".
func (w world) getenv(name string) string {
	v, _ := w.lookup(name)
	return v
}

// commands is the command line.
type commands struct {
	Dev          devCommand          `cmd:"" help:"Server and sandbox in one process, ready to try: SQLite, a demo client, no account needed."`
	Serve        serveCommand        `cmd:"" help:"The server for real use, configured by a file and the environment."`
	Backup       backupCommand       `cmd:"" help:"Copy the SQLite database and the images while the server goes on."`
	Sandbox      sandboxCommand      `cmd:"" help:"Onfido's API as a stateful double, alone."`
	Verify       verifyCommand       `cmd:"" help:"Verify an identity against a server and print the result."`
	VerifyZip    verifyZipCommand    `cmd:"" name:"verify-zip" help:"Check that a downloaded full result is as the server signed it."`
	Specimen     specimenCommand     `cmd:"" help:"Draw a document or a selfie that nobody owns."`
	Inspect      inspectCommand      `cmd:"" help:"Show what is read in pictures of documents and people."`
	Client       clientCommand       `cmd:"" help:"API clients and their secrets."`
	Operator     operatorCommand     `cmd:"" help:"The people who use the console at /console."`
	Key          keyCommand          `cmd:"" help:"The keys under which everything is sealed."`
	Retention    retentionCommand    `cmd:"" help:"How long what is kept, and what must not be deleted."`
	Erasure      erasureCommand      `cmd:"" help:"What became of the deletion of a dossier."`
	SigningKey   signingKeyCommand   `cmd:"" name:"signing-key" help:"The keys that sign full results."`
	Tenant       tenantCommand       `cmd:"" help:"Customers whose data is apart."`
	Subscription subscriptionCommand `cmd:"" help:"Endpoints that are told of events."`
	Listen       listenCommand       `cmd:"" help:"Follow the events of a server, and forward them to an endpoint under development."`
	Trigger      triggerCommand      `cmd:"" help:"Bring about an event: a verification of specimens with the outcome you name."`
	Audit        auditCommand        `cmd:"" help:"Who saw and did what: the audit trail, and whether it is genuine."`
	Onfido       onfidoCommand       `cmd:"" help:"What is set up at Onfido."`
	OpenAPI      openapiCommand      `cmd:"" name:"openapi" help:"Print the description of the Assure API as it is served."`
	Version      versionCommand      `cmd:"" help:"Print the version."`
}

// exit is an error that only sets the exit status: everything is said already.
type exit int

// Error names the status.
func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run does what the arguments say and gives the exit status.
func run(w world, args []string) (status int) {
	type leave struct{ status int }
	defer func() {
		switch p := recover().(type) {
		case nil:
		case leave: // kong has printed a help text, or what is wrong with the arguments
			status = min(p.status, 1)
		default:
			panic(p)
		}
	}()
	parser := kong.Must(&commands{}, kong.Name("dossier"), kong.UsageOnError(), kong.Writers(w.out, w.err), kong.Vars(vars()),
		kong.Description("Self-hosted identity verification. `dossier dev --demo` shows it at work; every command explains itself with --help."),
		kong.Exit(func(status int) { panic(leave{status}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	parsed, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	w.ctx = idv.WithActor(w.ctx, operator(w))
	return statusOf(w, parsed.Run(w))
}

// operator says who uses the command line: whoever is named, or the account.
func operator(w world) idv.Actor {
	name := w.getenv("DOSSIER_OPERATOR")
	if account, err := user.Current(); name == "" && err == nil {
		name = account.Username
	}
	return idv.Actor{Kind: idv.ActorOperator, ID: cmp.Or(name, "unknown")}
}

func statusOf(w world, err error) int {
	if err == nil {
		return 0
	}
	if status, ok := errors.AsType[exit](err); ok {
		return int(status)
	}
	fmt.Fprintln(w.err, "dossier:", err)
	return 1
}
