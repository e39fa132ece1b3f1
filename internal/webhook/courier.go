package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// Config is what a Courier is made of. The last four have defaults.
type Config struct {
	Store idv.Store
	// Due gives a channel that is closed once something waits to be published or
	// delivered; what it does not tell is found by polling.
	Due func() <-chan struct{}
	// Client makes the calls; netguard's, with Timeout.
	Client *http.Client
	Now    func() time.Time
	// Random gives numbers in [0, 1).
	Random func() float64
	Log    *slog.Logger

	// ClaimFor is how long a worker has a delivery, and how long those of a worker
	// that died are left alone; at least a try and some seconds; default 1 min.
	ClaimFor time.Duration
	// Poll is the longest time between two looks at the store; default 1 s.
	Poll time.Duration
	// PerEndpoint is how many calls one endpoint gets at once; default 8.
	PerEndpoint int
	// AtOnce is how many calls there are at once altogether; default 512.
	AtOnce int
}

const (
	// leastClaim is what a try and the storing of its outcome may take.
	leastClaim = Timeout + 5*time.Second
	// publishAtOnce bounds how many events of a tenant one transaction publishes.
	publishAtOnce = 500
	// gatherFor is how long outcomes are gathered for one pass.
	gatherFor = 2 * time.Millisecond
	// passTimeout bounds one look at the store.
	passTimeout = 30 * time.Second
)

// Courier publishes and delivers between Start and Stop. One goroutine talks to
// the store: each of its passes is one transaction that stores what came of the
// last tries, publishes, and claims what is due. Each try has a goroutine of its
// own, and each endpoint a lane with places of its own, so that a slow one holds
// up nobody else.
type Courier struct {
	Config
	lanes    map[string]*lane
	running  int
	results  chan result
	finished []result // tries whose outcome is not stored yet
	closing  bool

	stopping, done chan struct{}
	cancel         context.CancelFunc
}

// parcel is a delivery with what is sent for it.
type parcel struct {
	idv.Delivery
	message Message
	// failing is since when the endpoint was known to fail.
	failing time.Time
}

// result is a parcel that was tried.
type result struct {
	parcel
	answer Answer
}

// NewCourier makes a Courier that does not work yet.
func NewCourier(c Config) *Courier {
	c.ClaimFor = max(cmp.Or(c.ClaimFor, time.Minute), leastClaim)
	c.Poll = cmp.Or(c.Poll, time.Second)
	c.PerEndpoint = cmp.Or(c.PerEndpoint, 8)
	c.AtOnce = cmp.Or(c.AtOnce, 512)
	return &Courier{
		Config: c, lanes: map[string]*lane{}, results: make(chan result, c.AtOnce),
		stopping: make(chan struct{}), done: make(chan struct{}),
	}
}

// Start begins to work.
func (c *Courier) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go c.run(ctx)
}

// Stop begins no new try, waits for those under way, and interrupts them when
// ctx ends. What was interrupted is tried again by whoever works next.
func (c *Courier) Stop(ctx context.Context) {
	close(c.stopping)
	select {
	case <-c.done:
	case <-ctx.Done():
	}
	c.cancel()
	<-c.done
}

func (c *Courier) run(ctx context.Context) {
	defer close(c.done)
	stopping := c.stopping
	for {
		due := c.Due() // before the look: what comes during it is seen at the next
		rest, err := c.look(ctx)
		if err != nil {
			c.Log.ErrorContext(ctx, "deliveries could not be stored or read; trying again", "error", err)
		}
		if c.closing && c.running == 0 && (err != nil || len(c.finished) == 0) {
			return
		}
		timer := time.NewTimer(rest)
		select {
		case <-stopping:
			c.closing, stopping = true, nil
		case <-due:
		case r := <-c.results:
			c.take(r)
			c.gather(due)
		case <-timer.C:
		}
		timer.Stop()
		c.takeAll()
	}
}

// gather waits a moment for more outcomes while tries are under way, because a
// pass costs almost the same for one as for many. What becomes due ends it.
func (c *Courier) gather(due <-chan struct{}) {
	moment := time.NewTimer(gatherFor)
	defer moment.Stop()
	for c.running > 0 {
		select {
		case r := <-c.results:
			c.take(r)
		case <-due:
			return
		case <-moment.C:
			return
		}
	}
}

// take notes the outcome of a try.
func (c *Courier) take(r result) {
	c.running--
	c.laneOf(r.Lane).back(r.answer, c.PerEndpoint, c.Now())
	judge(&r, c.Now(), c.Random())
	c.finished = append(c.finished, r)
}

// takeAll notes the outcomes that are there.
func (c *Courier) takeAll() {
	for {
		select {
		case r := <-c.results:
			c.take(r)
		default:
			return
		}
	}
}

// look makes one pass and starts what it claimed. It says how long to rest.
func (c *Courier) look(ctx context.Context) (rest time.Duration, err error) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), passTimeout)
	defer cancel()
	p := &pass{Courier: c, now: c.Now(), rest: c.Poll}
	if err := c.Store.Update(bounded, func(tx idv.Tx) error { return p.run(bounded, tx) }); err != nil {
		return c.Poll, err
	}
	c.finished = nil
	p.tell(ctx)
	for _, parcel := range p.claimed {
		c.running++
		c.laneOf(parcel.Lane).running++
		go func() { c.results <- result{parcel, Post(ctx, c.Client, parcel.message, c.Now)} }()
	}
	c.forgetLanes(p.now)
	return p.rest, nil
}
