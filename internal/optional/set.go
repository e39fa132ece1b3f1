package optional

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
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

// None in the place of a program's path says that it shall not be used, though it may be there.
const None = "none"

// ErrTooMuch says that a program answered more than anybody asked for.
var ErrTooMuch = errors.New("the program answers too much")

// Set are the programs that there are. An empty path or command means that it is not there.
type Set struct {
	FFmpeg    string   // path
	Tesseract string   // path
	Face      []string // command line of the program that describes faces

	limit time.Duration // of a run, where it is not the usual one
}

// Find looks for ffmpeg and tesseract on the path. The latter can also be named, or turned off by [None]; empty leaves it to
// the path. face is the command of the user's own program, with its arguments separated by blanks, or empty. It fails when
// one that was named is not there.
func Find(face, tesseract string) (s Set, err error) {
	s.FFmpeg, _ = exec.LookPath("ffmpeg")
	switch tesseract {
	case None:
	case "":
		s.Tesseract, _ = exec.LookPath("tesseract")
	default:
		if s.Tesseract, err = exec.LookPath(tesseract); err != nil {
			return Set{}, fmt.Errorf("find the program that reads print: %w", err)
		}
	}
	if s.Face = strings.Fields(face); len(s.Face) == 0 {
		return s, nil
	}
	if s.Face[0], err = exec.LookPath(s.Face[0]); err != nil {
		return Set{}, fmt.Errorf("find the program that describes faces: %w", err)
	}
	return s, nil
}

// input is what a program gets: bytes on its standard input, or an open file as its descriptor 3.
type input struct {
	pipe []byte
	file *os.File
}

// run starts a program, gives it its input and takes its answer. It ends with ctx, or after ten seconds, and so does
// whatever the program has started.
func (s Set) run(ctx context.Context, in input, command ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.limit, within))
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // who runs the server names the program
	c.WaitDelay = time.Second                                 // of a grandchild that keeps the pipes
	c.Env = environment()
	answer, complaint := &bounded{most: mostBytes}, &tail{}
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in.pipe), answer, complaint
	if in.file != nil {
		c.ExtraFiles = []*os.File{in.file}
	}
	inGroup(c)
	err := c.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		_ = c.Cancel()
	}
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

// environment is what programs need to find their parts, and nothing that this process was told in confidence. Tesseract's
// threads wait for each other when there are other programs on the machine.
func environment() []string {
	env := []string{"OMP_THREAD_LIMIT=1"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "SYSTEMROOT"} {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
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
