package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Bounds of a run.
const (
	within    = 10 * time.Second
	mostBytes = 32 << 20 // of an answer
	lastWords = 300      // bytes of what a program said to its end that an error repeats
)

// ErrTooMuch says that a program answered more than anybody asked for.
var ErrTooMuch = errors.New("the program answers too much")

// Set are the programs that there are. An empty path or command means that it is not there.
type Set struct {
	FFmpeg string   // path
	Face   []string // command line of the program that describes faces
}

// Find looks for ffmpeg on the path; face is the command of the user's own program, with its arguments
// separated by blanks, or empty. It fails when that was named and is not there.
func Find(face string) (Set, error) {
	s := Set{Face: strings.Fields(face)}
	s.FFmpeg, _ = exec.LookPath("ffmpeg")
	if len(s.Face) == 0 {
		return s, nil
	}
	path, err := exec.LookPath(s.Face[0])
	if err != nil {
		return s, fmt.Errorf("find the program that describes faces: %w", err)
	}
	s.Face[0] = path
	return s, nil
}

// run starts a program, gives it its input and takes its answer. It ends with ctx, or after ten seconds.
func run(ctx context.Context, input []byte, command ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // who runs the sandbox names the program
	c.WaitDelay = time.Second                                 // of a grandchild that keeps the pipes
	answer, complaint := &bounded{most: mostBytes}, &tail{}
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(input), answer, complaint
	err := c.Run()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("run %s: %w", command[0], ctx.Err())
	case answer.full:
		return nil, fmt.Errorf("run %s: %w", command[0], ErrTooMuch)
	case err != nil:
		return nil, fmt.Errorf("run %s: %w: %s", command[0], err, strings.TrimSpace(string(complaint.last)))
	}
	return answer.buf.Bytes(), nil
}

// bounded keeps so many bytes and refuses more.
type bounded struct {
	buf  bytes.Buffer
	most int
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > b.most {
		b.full = true
		return 0, ErrTooMuch
	}
	return b.buf.Write(p)
}

// tail keeps the last bytes.
type tail struct{ last []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p...)
	t.last = t.last[max(0, len(t.last)-lastWords):]
	return len(p), nil
}
