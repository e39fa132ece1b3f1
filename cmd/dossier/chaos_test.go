//go:build chaos

package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/pgtest"
	"github.com/dossier-id/dossier/internal/s3test"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/seal"
)

// chaotic is how many verifications run during each trouble: a thousand with
// `make chaos`.
func chaotic(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("DOSSIER_CHAOS"))
	if err != nil {
		return 25
	}
	return n
}

// TestTroubleLosesNothing lets two replicas on one PostgreSQL and one bucket run
// verifications while something breaks: each must end, with one check at Onfido
// and one process.complete event.
func TestTroubleLosesNothing(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*chaos){
		"a replica is killed":     (*chaos).killReplica,
		"connections are broken":  (*chaos).breakConnections,
		"the bucket has no room":  (*chaos).fillBucket,
		"PostgreSQL is restarted": (*chaos).restartDatabase,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newChaos(t).run(chaotic(t), trouble)
		})
	}
}

// chaos is two replicas and what they need, all of it the test's own.
type chaos struct {
	t        *testing.T
	box      *runningSandbox
	database *pgtest.Server
	url      string
	bucket   *s3test.Server
	replicas []*victim
	taken    atomic.Int64
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	box, err := startSandbox(t.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: 200 * time.Millisecond})
	check(t, err)
	t.Cleanup(func() { check(t, box.stop()) })
	c := &chaos{t: t, box: box, database: pgtest.Start(t), bucket: s3test.Start(t)}
	c.url = c.database.New(t)
	keys := filepath.Join(t.TempDir(), "key.json")
	_, err = seal.CreateKeyFile(keys)
	check(t, err)
	shared := append([]string{
		"DOSSIER_DATABASE=" + c.url, "DOSSIER_BLOBS=" + c.bucket.New(t), "DOSSIER_KEY_FILE=" + keys,
		"DOSSIER_ONFIDO_URL=" + box.url(), "DOSSIER_ONFIDO_TOKEN=" + box.Token(), "DOSSIER_ONFIDO_REQUESTS_PER_MINUTE=60000",
		"DOSSIER_ONFIDO_SETTLE=500ms", "DOSSIER_TAKE_OVER_AFTER=2s", "DOSSIER_LOG_LEVEL=error", "DOSSIER_LOG_FORMAT=text",
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
	}, s3test.Env()...)
	for range 2 {
		c.replicas = append(c.replicas, c.replica(shared))
	}
	return c
}

func (c *chaos) replica(shared []string) *victim {
	c.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port, which the restarts keep
	check(c.t, err)
	check(c.t, l.Close())
	v := &victim{t: c.t, binary: program(c.t), addr: l.Addr().String()}
	v.env = append([]string{"DOSSIER_ADDR=" + v.addr, "DOSSIER_DATA=" + c.t.TempDir()}, shared...)
	who := v.createClient()
	v.api, err = client.New(client.Config{
		URL: "http://" + v.addr, TokenURL: "http://" + v.addr + "/oidc/token", ID: who["DOSSIER_CLIENT_ID"], Secret: who["DOSSIER_CLIENT_SECRET"],
	})
	check(c.t, err)
	c.t.Cleanup(func() {
		if v.process != nil {
			v.kill()
		}
	})
	v.start()
	return v
}

// run starts n verifications at both replicas, and lets the trouble happen when a
// third and when two thirds of them are taken.
func (c *chaos) run(n int, trouble func(*chaos)) {
	refs := make([]client.Ref, n)
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var customers sync.WaitGroup
	for range 8 {
		customers.Go(func() {
			for i := range next {
				refs[i] = c.begin(i)
				c.taken.Add(1)
			}
		})
	}
	for _, third := range []int64{1, 2} {
		c.awaitTaken(int64(n) * third / 3)
		trouble(c)
	}
	customers.Wait()
	c.replicas[1].wantFinal(refs, 2*time.Minute)
	wantOneCheckEach(c.t, c.box, n)
	c.wantOneEventEach(n)
}

// wantOneEventEach counts the events of ends.
func (c *chaos) wantOneEventEach(want int) {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.url)
	check(c.t, err)
	var events, processes int
	check(c.t, conn.QueryRow(c.t.Context(), `SELECT count(*), count(DISTINCT process_id) FROM events WHERE name = 'process.complete'`).Scan(&events, &processes))
	check(c.t, conn.Close(c.t.Context()))
	if events != want || processes != want {
		c.t.Errorf("%d process.complete events of %d processes, want %d of %d", events, processes, want, want)
	}
}

func (c *chaos) awaitTaken(n int64) {
	(&stack{t: c.t}).eventually("verifications are taken", func() bool { return c.taken.Load() >= n })
}

// begin does what a customer's backend does: it tries again, at one replica or
// the other, until the verification is taken.
func (c *chaos) begin(i int) (ref client.Ref) {
	try := func(do func(context.Context, *client.Client) error) {
		tick := time.NewTicker(30 * time.Millisecond)
		defer tick.Stop()
		for ; c.t.Context().Err() == nil; i++ {
			ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
			err := do(ctx, c.replicas[i%2].api)
			cancel()
			if err == nil {
				return
			}
			<-tick.C
		}
	}
	try(func(ctx context.Context, api *client.Client) error {
		d, err := api.CreateDossier(ctx, "")
		if err != nil {
			return err
		}
		p, err := api.CreateProcess(ctx, d.DossierID, passportOrder())
		if err == nil {
			ref = client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
		}
		return err
	})
	try(func(ctx context.Context, api *client.Client) error {
		return api.SetImages(ctx, ref, client.Bytes("front", specimenFile(c.t, "front")), client.Bytes("selfie", specimenFile(c.t, "selfie")))
	})
	try(func(ctx context.Context, api *client.Client) error {
		_, err := api.StartVerification(ctx, ref)
		if err == nil {
			return nil
		}
		if p, seen := api.GetProcess(ctx, ref); seen == nil && p.Status != "pending" {
			return nil // It was taken, and the answer was lost.
		}
		return err
	})
	return ref
}

func (c *chaos) killReplica() {
	c.replicas[0].kill()
	c.replicas[0].start()
}

func (c *chaos) restartDatabase() { c.database.Restart(c.t) }

func (c *chaos) breakConnections() {
	for range 5 {
		c.database.Execute(c.t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dossier'")
	}
}

// fillBucket leaves no room until somebody has met that, or the rest is done.
func (c *chaos) fillBucket() {
	c.bucket.Full(c.t, true)
	defer c.bucket.Full(c.t, false)
	full := time.NewTimer(time.Second)
	defer full.Stop()
	<-full.C
}
