package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/auth"
	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/capture"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/httpapi"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/jobs"
	"github.com/dossier-id/dossier/internal/netguard"
	"github.com/dossier-id/dossier/internal/obs"
	"github.com/dossier-id/dossier/internal/onfido"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
	"github.com/dossier-id/dossier/internal/pace"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/signing"
	"github.com/dossier-id/dossier/internal/store"
	"github.com/dossier-id/dossier/internal/webhook"
	"github.com/dossier-id/dossier/internal/wire"
)

// base is what the server and the administrative commands share: the keys, the
// database, and who may call.
type base struct {
	sealer *seal.Sealer
	db     *store.DB
	auth   *auth.Authority
}

// openBase opens keys and database. A first start makes the key file; over a
// database that knows another key it takes it away again.
func openBase(ctx context.Context, c *config.Config, o store.Options) (*base, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	sealer, made, err := openKeys(c)
	if err != nil {
		return nil, err
	}
	o.Sealer, o.NewID = sealer, newID
	db, err := store.Open(ctx, c.Database.Reveal(), o)
	if errors.Is(err, store.ErrWrongKey) && made {
		return nil, joined(fmt.Errorf("the key file %s is missing: %w", c.KeyFile, err), sealer.Discard())
	}
	if err != nil {
		return nil, err
	}
	return &base{sealer, db, &auth.Authority{Rows: db, Now: db.Now, Random: rand.Reader, NewID: newID}}, nil
}

// openKeys reads the key-encryption key from the environment or the key file,
// and makes the file if it is missing. It must be kept as safe as the data is
// worth, and backed up apart from it.
func openKeys(c *config.Config) (sealer *seal.Sealer, made bool, err error) {
	if c.Key != "" {
		sealer, err = seal.ParseKeys(c.Key.Reveal(), c.KeyFile)
		return sealer, false, err
	}
	file, err := keyFile(c)
	if err != nil {
		return nil, false, err
	}
	sealer, err = file.Open()
	if !errors.Is(err, fs.ErrNotExist) {
		return sealer, false, explainKeys(err)
	}
	sealer, err = file.Create()
	return sealer, true, err
}

// newID gives a UUID of version 7: ids made later sort later, which keeps the
// indexes of the database compact.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// server is a running Dossier.
type server struct {
	*base
	log       *slog.Logger
	http      *http.Server
	role      config.Role
	bucket    bucket
	blobs     idv.Blobs
	jobs      *jobs.Runner
	connector *onfido.Connector
	use       *service.Service
	courier   *webhook.Courier
	readiness readiness
	obs       *obs.Observer
	// metrics answers Prometheus at metricsAddr; nil without an address for it.
	metrics     *http.Server
	metricsAddr string
	drain       *drain
	// stopping is closed when what would never end by itself is to end.
	stopping  chan struct{}
	publicURL string
	serving   chan error
	hooks     context.CancelFunc
	hooked    chan struct{}
}

// startServer starts everything on the listener and gives a server that
// answers. It owns the listener.
func startServer(ctx context.Context, c *config.Config, l net.Listener, log *slog.Logger) (*server, error) {
	return startServerBy(ctx, c, l, log, nil)
}

// startServerBy is startServer with a clock that is not the machine's; nil is the
// machine's.
func startServerBy(ctx context.Context, c *config.Config, l net.Listener, log *slog.Logger, clock func() time.Time) (_ *server, err error) {
	ctx = idv.WithActor(ctx, idv.Actor{Kind: idv.ActorSystem, ID: "server"})
	b, err := openBase(ctx, c, store.Options{Trace: obs.TraceID, Now: clock})
	if err != nil {
		return nil, joined(err, l.Close())
	}
	if err := b.db.ClearLeases(ctx, b.db.Now()); err != nil {
		return nil, joined(err, l.Close(), b.db.Close())
	}
	if err := recordConfiguration(ctx, b.db, c); err != nil {
		return nil, joined(err, l.Close(), b.db.Close())
	}
	s := &server{
		base: b, log: log, role: c.Role, publicURL: c.PublicURL, drain: newDrain(c.Drain), serving: make(chan error, 1), hooked: make(chan struct{}),
		stopping: make(chan struct{}),
	}
	if s.obs, err = newObserver(ctx, c); err != nil {
		return nil, joined(err, l.Close(), b.db.Close())
	}
	if off, err := b.db.Undurable(ctx); err != nil {
		return nil, joined(err, l.Close(), s.close())
	} else if len(off) > 0 {
		log.WarnContext(ctx, forgetful, "off", off)
	}
	if err := s.wire(ctx, c); err != nil {
		return nil, joined(err, l.Close(), s.close())
	}
	if _, err := s.use.Clock(ctx); err != nil { // From here on nothing is stored by a clock that is behind.
		return nil, joined(err, l.Close(), s.close())
	}
	go func() {
		s.serving <- s.serve(wire.Bound(l, wire.Bounds{All: c.Wire.Connections, Each: max(c.Wire.Connections/4, 1), Peers: peers(c)}))
	}()
	if s.role.Works() {
		if err := s.jobs.Start(ctx); err != nil {
			return nil, joined(err, s.http.Close(), s.close())
		}
		s.courier.Start()
	}
	s.registerWebhook(ctx)
	return s, nil
}

// recordConfiguration puts into the audit trail what is configured otherwise
// than it was, for the installation as a whole.
func recordConfiguration(ctx context.Context, db *store.DB, c *config.Config) error {
	values := map[string]string{}
	for name, v := range c.Given() {
		if !config.OfProcess(name) {
			values[name] = v.Reveal()
		}
	}
	if err := db.RecordConfiguration(ctx, values, db.Now()); err != nil {
		return fmt.Errorf("record the configuration: %w", err)
	}
	return nil
}

// close gives back what wire opened.
func (s *server) close() error {
	err := s.unwatch()
	if s.bucket != nil {
		err = joined(err, s.bucket.Close())
	}
	return joined(err, s.db.Close())
}

// requestsEach is about how many requests to Onfido a verification takes.
const requestsEach = 8

// account is how a server uses the account; zero is a command that uses it alone.
type account struct {
	limit onfidoapi.Limit
	wrap  func(http.RoundTripper) http.RoundTripper
	now   func() time.Time
}

// openAccount makes the client of the customer's account; it sends nothing.
func openAccount(c *config.Config, more account) (*onfidoapi.Client, error) {
	return onfidoapi.New(onfidoapi.Config{
		Region: c.Onfido.Region, BaseURL: c.Onfido.URL, Token: c.Onfido.Token.Reveal(),
		ClientID: c.Onfido.ClientID, ClientSecret: c.Onfido.ClientSecret.Reveal(),
		RequestsPerMinute: c.Onfido.RequestsPerMinute, Limit: more.limit, Wrap: more.wrap, Now: more.now,
	})
}

// wire connects the rooms.
func (s *server) wire(ctx context.Context, c *config.Config) (err error) {
	if s.connector, err = newConnector(c, account{
		now:   s.db.Now,
		limit: pace.New(c.Onfido.RequestsPerMinute, s.db, s.db.Now),
		wrap:  func(t http.RoundTripper) http.RoundTripper { return s.obs.Calls("onfido", true, t) },
	}); err != nil {
		return err
	}
	if s.bucket, err = openBucket(ctx, c); err != nil {
		return err
	}
	guard, err := netguard.New(netguard.Policy{Allow: c.WebhookAllow, Ports: c.WebhookPorts})
	if err != nil {
		return fmt.Errorf("set up webhooks: DOSSIER_WEBHOOK_ALLOW: %w", err)
	}
	sending := guard.Client(webhook.Timeout)
	sending.Transport = s.obs.Calls("webhook", false, sending.Transport)
	s.courier = webhook.NewCourier(webhook.Config{
		Store: s.db, Due: s.db.Due, Client: sending, Now: s.db.Now, Random: mathrand.Float64, Log: s.log,
		ClaimFor: c.TakeOverAfter,
	})
	s.blobs = blob.New(s.bucket, blob.Options{Sealer: s.sealer, Keys: s.db})
	policies, err := readPolicies(c.Retention)
	if err != nil {
		return err
	}
	texts, err := capture.LoadTexts()
	if err != nil {
		return err
	}
	s.use = service.New(service.Config{
		Policies: policies,
		Store:    s.db, Blobs: s.blobs, Provider: s.connector, Log: s.log, Now: s.db.Now, NewID: newID,
		GiveUpAfter: c.GiveUpAfter, PendingFor: c.PendingFor, LeaseFor: c.TakeOverAfter, LeaveImages: !c.FetchImages,
		WorkEach: requestsEach * time.Minute / time.Duration(c.Onfido.RequestsPerMinute),
		CheckURL: guard.CheckURL, NewSecret: func() (idv.Personal, error) { return webhook.NewSecret(rand.Reader) },
		NewLink: func() (idv.Personal, error) { return capture.NewSecret(rand.Reader) }, Texts: texts,
	})
	if s.jobs, err = jobs.New(ctx, s.db, jobs.Config{
		Handler: s.observed(s.use.Run), Periodic: s.periodic(s.use), Log: s.log, Now: time.Now, Timeout: c.TakeOverAfter, Carry: obs.Carry, Resume: obs.Resume,
	}); err != nil {
		return err
	}
	s.db.SetEnqueuer(s.jobs)
	if _, err := signers(ctx, s.db); err != nil {
		return err
	}
	s.readiness.parts = s.needs()
	all, err := s.handler(c, texts, httpapi.Config{
		Service: s.use, Auth: s.auth, Answers: s.db, ClaimFor: c.TakeOverAfter, Log: s.log, Now: s.db.Now, Random: rand.Reader,
		Signers: func(ctx context.Context) (*signing.Ring, error) { return signers(ctx, s.db) },
		Issuer:  c.PublicURL, LinkURL: pagesURL(c) + capture.Links, Version: apiVersion, Ready: s.ready,
		Limits: httpapi.Limits{PerClient: c.Wire.PerClient, PerAddress: c.Wire.PerAddress, Uploads: c.Wire.Uploads}, Peers: peers(c),
		Published: s.db.Published, Stopping: s.stopping,
	})
	if err != nil {
		return err
	}
	s.http = httpServer(s.obs.Requests(wire.Recover(s.log, s.drain.watch(all))), s.log)
	if c.Wire.TLSCert == "" {
		return s.watch(ctx, c)
	}
	certificate, err := wire.OpenCertificate(c.Wire.TLSCert, c.Wire.TLSKey, s.log, s.db.Now)
	if err != nil {
		return err
	}
	s.http.TLSConfig = certificate.Config()
	return s.watch(ctx, c)
}

// serve answers on the listener, over TLS when there is a certificate.
func (s *server) serve(l net.Listener) error {
	if s.http.TLSConfig != nil {
		return s.http.ServeTLS(l, "", "")
	}
	return s.http.Serve(l)
}

func peers(c *config.Config) wire.Peers { return wire.Peers{Trusted: c.Wire.TrustedProxies} }

// handler gives what the role answers.
func (s *server) handler(c *config.Config, texts *capture.Texts, api httpapi.Config) (http.Handler, error) {
	if !s.role.Answers() {
		return httpapi.Probes(api), nil
	}
	pages, err := s.withPages(c, s.use, texts, httpapi.New(api))
	if err != nil {
		return nil, err
	}
	return s.withConsole(c, s.use, texts, pages)
}

// newConnector makes the connector to the company's account at Onfido.
func newConnector(c *config.Config, more account) (*onfido.Connector, error) {
	client, err := openAccount(c, more)
	if err != nil {
		return nil, err
	}
	connector, err := onfido.New(onfido.Config{
		API: client, Now: more.now, Settle: c.Onfido.Settle, WebhookToken: c.Onfido.WebhookToken.Reveal(),
		Motion: c.Onfido.Video == "motion", SDKUploads: c.Onfido.SDKUploads,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the Onfido connector: %w", err)
	}
	return connector, nil
}

// keepDeliveries is how long it can be looked up what was sent; events stay.
const keepDeliveries = 30 * 24 * time.Hour

func (s *server) periodic(use *service.Service) []jobs.Periodic {
	return []jobs.Periodic{
		{Name: "catch up", Every: time.Minute, Run: s.catchUp},
		{Name: "sweep processes", Every: time.Minute, Run: use.Sweep},
		{Name: "expire processes", Every: time.Minute, Run: use.Expire},
		{Name: "sweep blobs", Every: 24 * time.Hour, Run: use.SweepBlobs},
		{Name: "forget keys", Every: time.Minute, Run: s.db.ForgetKeys},
		{Name: "rewrap keys", Every: time.Hour, Run: func(ctx context.Context) error {
			_, err := s.db.Rewrap(ctx)
			return err
		}},
		{Name: "retention", Every: time.Hour, Run: use.Retain},
		{Name: "sign the audit trail", Every: time.Hour, Run: s.signTrail},
		{Name: "drop expired tokens", Every: time.Hour, Run: s.aged(s.db.DeleteExpiredTokens)},
		{Name: "drop old sessions", Every: time.Hour, Run: s.aged(func(ctx context.Context, now time.Time) error {
			return s.db.DeleteOldSessions(ctx, now, now.Add(-auth.SessionIdle))
		})},
		{Name: "drop old deliveries", Every: 24 * time.Hour, Run: s.aged(func(ctx context.Context, now time.Time) error {
			return s.db.DeleteOldDeliveries(ctx, now.Add(-keepDeliveries))
		})},
		{Name: "count days", Every: time.Hour, Run: func(ctx context.Context) error { return s.db.CountDays(ctx, s.db.Now()) }},
		{Name: "note requests to the provider", Every: time.Minute, Run: s.aged(s.db.NoteBooked)},
		{Name: "drop expired answers", Every: time.Hour, Run: s.aged(s.db.DeleteExpiredAnswers)},
	}
}

// aged is work that deletes what is old, which waits while the clock is doubted.
func (s *server) aged(run func(ctx context.Context, now time.Time) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if trusted, err := s.use.TrustsClock(ctx); err != nil || !trusted {
			return err
		}
		return run(ctx, s.db.Now())
	}
}

// catchUp looks at the clock, and brings back what a clock that was ahead has put
// off.
func (s *server) catchUp(ctx context.Context) error {
	if _, err := s.use.TrustsClock(ctx); err != nil {
		return err
	}
	now := s.db.Now()
	return joined(s.db.BringBack(ctx, now), s.jobs.BringBack(ctx, now))
}

// listen opens an address of the form HOST:PORT; port 0 takes a free one.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// httpServer bounds what a slow or silent peer can hold.
func httpServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ErrorLog: wire.ErrorLog(log),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 3 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

// webhookLook is how often Onfido is asked for the webhook after the start: until
// it is registered, and then because its key may be rotated from elsewhere.
// Results are polled for meanwhile.
const webhookLook = 30 * time.Second

// registerWebhook tries once, and goes on in the background.
func (s *server) registerWebhook(ctx context.Context) {
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.hooks = cancel
	if !s.role.Answers() { // Nobody calls back here.
		close(s.hooked)
		return
	}
	if s.publicURL == "" {
		s.log.InfoContext(ctx, "no public address is set, so no webhook is registered; results are polled for")
		close(s.hooked)
		return
	}
	s.tryWebhook(ctx)
	go func() {
		defer close(s.hooked)
		tick := time.NewTicker(webhookLook)
		defer tick.Stop()
		for {
			select {
			case <-background.Done():
				return
			case <-tick.C:
				s.tryWebhook(background)
			}
		}
	}()
}

func (s *server) tryWebhook(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := s.lookAfterWebhook(ctx, s.publicURL+httpapi.CallbackPath); err != nil {
		s.log.WarnContext(ctx, "the webhook could not be looked after; results are polled for", "error", err)
	}
}

// wait blocks until the server fails or ctx ends.
func (s *server) wait(ctx context.Context) error {
	select {
	case err := <-s.serving:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return nil
	}
}

// stopTimeout is how long a stop waits for requests and jobs.
const stopTimeout = 8 * time.Second

// stop says that it is not ready, answers what is asked until that is heard,
// hands back what is not done, and closes.
func (s *server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	s.hooks()
	<-s.hooked
	var working sync.WaitGroup
	var err error
	if s.role.Works() {
		working.Go(func() { err = s.jobs.Stop(ctx) })
		working.Go(func() { s.courier.Stop(ctx) })
	}
	s.drain.sendAway(ctx)
	close(s.stopping)
	if s.http.Shutdown(ctx) != nil { // Somebody is still sending or reading: time is up.
		_ = s.http.Close()
	}
	working.Wait()
	return joined(err, s.close())
}
