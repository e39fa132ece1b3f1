package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/optional"
	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/fault"
	"github.com/dossier-id/dossier/internal/sandbox/hook"
	"github.com/dossier-id/dossier/internal/sandbox/licence"
	"github.com/dossier-id/dossier/internal/sandbox/panel"
	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/sandbox/timeline"
)

const (
	defaultCompleteAfter = time.Second
	defaultReadWithin    = 5 * time.Second
	defaultFaceThreshold = 0.5
	defaultMaxFileBytes  = 512 << 20
	defaultMaxApplicants = 20_000
)

// Options are the settings of a Sandbox; the zero value is ready for use.
type Options struct {
	Token         string            // API token accepted; empty: a random "api_sandbox.<random>" is made
	Live          bool              // the token that is made begins with "api_live", so that pictures are looked at
	ReadWithin    time.Duration     // how long one picture may be read; default 5s
	FaceCommand   string            // command that describes a face by a vector, see docs/sandbox.md; empty: none
	FaceThreshold float64           // cosine of two such vectors from which on they are one person's; default 0.5
	Tesseract     string            // path of tesseract, for printed text; empty: looked for on the path; "none": not used
	CompleteAfter time.Duration     // how long a check runs before it completes; default 1s
	Now           func() time.Time  // stamps what is made; default time.Now
	Rand          io.Reader         // ids and tokens; default crypto/rand
	Log           *slog.Logger      // default: discard
	WebhookRetry  []time.Duration   // delays between delivery attempts; default hook.FastRetry
	Strict        bool              // location and US consent demanded, sizes of the specification, rate limit on
	Transport     http.RoundTripper // carries webhook deliveries; default: one of its own
	MaxFileBytes  int64             // bytes of uploads kept; beyond it the oldest are forgotten; default 512 MiB
	MaxApplicants int               // applicants kept with all that is theirs; beyond it the oldest go; default 20,000
	StateFile     string            // state is taken from here at the start and left here by Close; default: none
	Specimens     panel.Specimens   // what the page has drawn for who tries it out; default: none
}

// Sandbox is one Onfido account in memory.
type Sandbox struct {
	opts     Options
	log      *slog.Logger
	clock    *timeline.Clock
	hooks    *hook.Deliverer
	reports  *report.Book
	licences *licence.Book
	script   script
	signer   *signer
	intake   chan struct{} // one slot for each upload being read
	limit    *rateLimit
	eye      *evidence.Eye
	faults   *fault.Injector
	records  *recorder
	handler  http.Handler
	closed   chan struct{}
	once     sync.Once

	random sync.Mutex // Options.Rand need not be safe for concurrent use

	mu    sync.RWMutex // guards everything below
	state *state
	done  map[string]chan struct{} // by check: closed when it completes
}

// New makes a sandbox. It fails when the source of randomness does, or when the state file cannot be read.
func New(o Options) (*Sandbox, error) {
	o = o.withDefaults()
	book, err := report.Load()
	if err != nil {
		return nil, fmt.Errorf("load report templates: %w", err)
	}
	licences, err := licence.Load()
	if err != nil {
		return nil, fmt.Errorf("load licences: %w", err)
	}
	steps, err := loadScript()
	if err != nil {
		return nil, fmt.Errorf("load scripts: %w", err)
	}
	programs, err := optional.Find(o.FaceCommand, o.Tesseract)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		opts: o, log: o.Log, reports: book, licences: licences, script: steps, clock: timeline.New(o.Now),
		intake: make(chan struct{}, maxUploadsAtOnce), closed: make(chan struct{}),
		eye: evidence.NewEye(o.ReadWithin, programs, o.Log), state: newState(o.MaxFileBytes), done: map[string]chan struct{}{}, records: &recorder{},
	}
	s.faults = fault.New(s.clock.Now)
	s.hooks = hook.New(s.clock, o.Transport, o.WebhookRetry, o.Log)
	if s.opts.Token == "" {
		prefix := "api_sandbox."
		if o.Live {
			prefix = livePrefix + "."
		}
		if s.opts.Token, err = s.randomToken(prefix); err != nil {
			return nil, err
		}
	}
	if s.signer, err = newSigner(); err != nil {
		return nil, err
	}
	if o.Strict {
		s.limit = newRateLimit(strictPerMinute)
	}
	if o.StateFile != "" {
		if err := s.loadFile(); err != nil {
			s.stop()
			return nil, err
		}
	}
	if s.handler, err = s.routes(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.CompleteAfter == 0 {
		o.CompleteAfter = defaultCompleteAfter
	}
	if o.ReadWithin == 0 {
		o.ReadWithin = defaultReadWithin
	}
	if o.FaceThreshold == 0 {
		o.FaceThreshold = defaultFaceThreshold
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.WebhookRetry == nil {
		o.WebhookRetry = hook.FastRetry()
	}
	if o.MaxFileBytes == 0 {
		o.MaxFileBytes = defaultMaxFileBytes
	}
	if o.MaxApplicants == 0 {
		o.MaxApplicants = defaultMaxApplicants
	}
	return o
}

// Token is the API token that the sandbox accepts.
func (s *Sandbox) Token() string { return s.opts.Token }

// Handler serves /v3.6/, and our own extension under /sandbox/ with its page at panel.Root.
func (s *Sandbox) Handler() http.Handler { return s.handler }

// Close stops completions and webhook deliveries, waits for their goroutines, and writes the state file if there is
// one. A request that waits for its check is answered with the check as it is. It may be called twice.
func (s *Sandbox) Close() error {
	s.stop()
	if s.opts.StateFile == "" {
		return nil
	}
	return s.save()
}

func (s *Sandbox) stop() {
	s.once.Do(func() { close(s.closed) })
	s.hooks.Close()
	s.clock.Close()
}

// randomToken is prefix and 32 random characters.
func (s *Sandbox) randomToken(prefix string) (string, error) {
	b, err := s.bytes(24)
	return prefix + base64.RawURLEncoding.EncodeToString(b), err
}

// bytes are n random ones.
func (s *Sandbox) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	s.random.Lock()
	defer s.random.Unlock()
	if _, err := io.ReadFull(s.opts.Rand, b); err != nil {
		return nil, fmt.Errorf("draw random bytes: %w", err)
	}
	return b, nil
}
