package leash

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// Script is a script that runs until Stop.
type Script struct {
	// Said is its standard output.
	Said    *bufio.Reader
	in      io.WriteCloser
	command *exec.Cmd
}

// Start runs a script of sh with arguments ($1 and on). set may change the command
// before it starts.
func Start(script string, set func(*exec.Cmd), args ...string) (*Script, error) {
	args = append([]string{"-c", script, "server.sh"}, args...)
	// It outlives the test that happens to start it: no test's context.
	command := exec.CommandContext(context.Background(), "sh", args...) // #nosec G204 -- the scripts are tests' own
	set(command)
	in, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("hold the input of a script: %w", err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read what a script says: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("run a script: %w", err)
	}
	return &Script{bufio.NewReader(out), in, command}, nil
}

// Tell gives the script a line to read.
func (s *Script) Tell(line string) error {
	_, err := io.WriteString(s.in, line+"\n")
	return err
}

// Stop ends the script's input and waits for the script.
func (s *Script) Stop() error {
	return errors.Join(s.in.Close(), s.command.Wait())
}
