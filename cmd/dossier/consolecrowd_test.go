package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/store"
)

const (
	// crowdDays is how many days the processes of a crowd are spread over: as many
	// as the overview can cover.
	crowdDays = 90
	// unclearOfEach is how many results of a crowd are really rejected, and how many
	// inconclusive: as many as the overview opens.
	unclearOfEach = 100
	// shared is the external reference of all that was really verified.
	shared = "customer-4711"
	// crowdPolicy has things of every kind reach their time within a week, and
	// nothing before.
	crowdPolicy = `{"default": {"images": "30d", "biometrics": "14d", "results": "90d", "events": "90d", "audit": "90d"}}`
)

// crowd is a server with very many processes, and an administrator who is logged
// in at its console. Most processes are rows that the database made itself; the
// newest were verified, so that there is something to open.
type crowd struct {
	b       *testing.B
	server  *server
	sandbox *runningSandbox
	api     *client.Client
	url     string
	// now is when it was filled.
	now time.Time
	// one is a process that is inconclusive.
	one client.Ref
	// endpoint is the id of a subscription that was sent a third of the events.
	endpoint string
	session  string
}

// newCrowd starts a server on an empty database and fills it with n processes.
func newCrowd(b *testing.B, database string, n int) *crowd {
	b.Helper()
	box, err := startSandbox(b.Context(), "127.0.0.1:0", sandbox.Options{CompleteAfter: quickly})
	check(b, err)
	b.Cleanup(func() { check(b, box.stop()) })
	l, err := listen(b.Context(), "127.0.0.1:0")
	check(b, err)
	data := b.TempDir()
	policy := filepath.Join(data, "retention.json")
	check(b, os.WriteFile(policy, []byte(crowdPolicy), 0o600))
	c := &crowd{b: b, sandbox: box, url: "http://" + l.Addr().String(), now: time.Now().UTC()}
	settings := (&stack{url: c.url}).settings(database, data, box.url(), box.Token(), "DOSSIER_RETENTION", policy)
	c.server, err = startServer(b.Context(), settings, l, slog.New(slog.DiscardHandler))
	check(b, err)
	b.Cleanup(func() { check(b, c.server.stop()) })
	who, err := c.server.auth.CreateClient(b.Context(), store.DefaultTenant, "bench")
	check(b, err)
	c.api, err = client.New(client.Config{URL: c.url, TokenURL: c.url + "/auth/open/connect/token", ID: who.ID, Secret: who.Secret})
	check(b, err)
	c.subscribe()
	c.verify("accepted", "") // Whose rows the others are copies of.
	c.fill(n)
	for range unclearOfEach {
		c.verify("rejected", `{"next":"check","reports":{"document":{"breakdown":{"image_integrity.image_quality":"unidentified"}}}}`)
		c.verify("inconclusive", `{"next":"check","reports":{"document":{"breakdown":{"visual_authenticity.fonts":"consider","data_comparison.last_name":"consider"}}}}`)
	}
	c.enter()
	return c
}

// subscribe makes an endpoint that nothing is sent to any more.
func (c *crowd) subscribe() {
	c.b.Helper()
	ctx := c.b.Context()
	sub, err := c.server.use.CreateSubscription(ctx, store.DefaultTenant, service.Endpoint{URL: "http://127.0.0.1:9/", Events: []idv.EventName{idv.EventProcessComplete}})
	check(c.b, err)
	_, err = c.server.use.PauseSubscription(ctx, store.DefaultTenant, sub.ID)
	check(c.b, err)
	c.endpoint = sub.ID
}

// verify has a process come to an end, which a scenario of the sandbox brings about.
func (c *crowd) verify(want, scenario string) {
	c.b.Helper()
	ctx := c.b.Context()
	if scenario != "" {
		c.steer(scenario)
	}
	d, err := c.api.CreateDossier(ctx, shared)
	check(c.b, err)
	check(c.b, c.api.SetUserData(ctx, d.DossierID, client.UserData{FirstName: "Anna", LastName: "Visser"}))
	p, err := c.api.CreateProcess(ctx, d.DossierID, passportOrder())
	check(c.b, err)
	ref := client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
	for _, depiction := range []string{"front", "selfie"} {
		check(c.b, c.api.SetImages(ctx, ref, client.Bytes(depiction, specimenFile(c.b, depiction))))
	}
	_, err = c.api.StartVerification(ctx, ref)
	check(c.b, err)
	done, err := c.api.WaitForResult(ctx, ref, nil)
	check(c.b, err)
	if done.Status != want {
		c.b.Fatalf("the process is %s, want %s", done.Status, want)
	}
	c.one = ref
}

func (c *crowd) steer(scenario string) {
	c.b.Helper()
	r, err := http.NewRequestWithContext(c.b.Context(), http.MethodPost, strings.TrimSuffix(c.sandbox.url(), "/v3.6")+"/sandbox/scenarios", bytes.NewBufferString(scenario))
	check(c.b, err)
	r.Header.Set("Authorization", "Token token="+c.sandbox.Token())
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	check(c.b, err)
	text, _ := io.ReadAll(answer.Body)
	check(c.b, answer.Body.Close())
	if answer.StatusCode >= 300 {
		c.b.Fatalf("the sandbox answers %d: %s", answer.StatusCode, text)
	}
}

// fill makes n processes older than all others, as a server has them that has run
// for so long.
func (c *crowd) fill(n int) {
	c.b.Helper()
	ctx := c.b.Context()
	for _, statement := range crowdRows(n, c.now, c.endpoint, c.countries()) {
		begun := time.Now()
		if _, err := c.server.db.Writer().ExecContext(ctx, statement); err != nil {
			c.b.Fatalf("%s: %v", statement, err)
		}
		c.b.Logf("%s: %.60s", time.Since(begun).Round(time.Millisecond), statement)
	}
	check(c.b, c.server.db.CountDays(ctx, c.now))
}

// Six of ten documents of a crowd were issued by the common country, and one of ten
// thousand by the rare one.
const commonCountry, rareCountry = "NLD", "ALB"

// countries gives what SQL makes the hash of a document's country of.
func (c *crowd) countries() string {
	c.b.Helper()
	begin, end := `x'`, `'`
	if c.server.db.Engine() == store.Postgres {
		begin, end = `'\x`, `'::bytea`
	}
	hash := func(country string) string {
		index, err := c.server.sealer.Index(store.DefaultTenant, "issuingCountry", country)
		check(c.b, err)
		return begin + hex.EncodeToString(index) + end
	}
	return fmt.Sprintf(`CASE WHEN i %% 10000 = 1 THEN %s WHEN i %% 10 < 6 THEN %s ELSE NULL END`, hash(rareCountry), hash(commonCountry))
}

// crowdRows makes n dossiers with a process each, evenly spread over the days
// before now. Of a hundred, 85 are accepted, eight rejected, five inconclusive, of
// which one waits for people, and two failed. Each has its three events and three
// records of the audit trail, images unless their time is over, and of the last
// 30 days a delivery. Nothing of them is sealed: lists do not open it.
func crowdRows(n int, now time.Time, endpoint, country string) []string {
	length := crowdDays*24*time.Hour - 2*time.Hour
	begin, step := now.Add(-length).UnixMicro(), max(1, length.Microseconds()/int64(n)*9999/10000)
	numbers := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, n)
	at := fmt.Sprintf(`%d + i * %d`, begin, step)
	since := func(days int) string { return fmt.Sprintf(` WHERE i > %d`, n-n*days/crowdDays) }
	const status = `CASE WHEN i % 100 < 85 THEN 'accepted' WHEN i % 100 < 93 THEN 'rejected' WHEN i % 100 < 98 THEN 'inconclusive' ELSE 'failed' END`
	event := func(name, status string, nth int, later string) string {
		return `INSERT INTO events (id, tenant_id, dossier_id, sequence, position, process_id, name, provider, process_type, status, at) ` + numbers +
			fmt.Sprintf(`SELECT 'e%[1]d-' || i, 'default', 'd' || i, %[1]d, 1000 + i * 3 + %[1]d, 'c' || i, '%[2]s', 'onfido', 'documentSelfie', %[3]s, %[4]s + %[5]s FROM n`,
				nth, name, status, at, later)
	}
	record := func(nth int, action, kind, actor string) string {
		return `INSERT INTO audit (tenant_id, position, at, action, actor_kind, actor, dossier_id, process_id, subject, hash, mac) ` + numbers +
			fmt.Sprintf(`SELECT 'default', a.position + i * 3 - 2 + %d, %s, %s, '%s', %s, 'd' || i, 'c' || i, '', a.hash, a.mac FROM n,
				(SELECT h.position, a.hash, a.mac FROM audit_heads h JOIN audit a ON a.tenant_id = h.tenant_id AND a.position = h.position WHERE h.tenant_id = 'default') AS a`, nth, at, action, kind, actor)
	}
	image := func(depiction string, days int) string {
		return `INSERT INTO images (tenant_id, process_id, depiction, blob_name, media_type, size, width, height, created_at) ` + numbers +
			fmt.Sprintf(`SELECT 'default', 'c' || i, '%[1]s', 'b-%[1]s-' || i, 'image/jpeg', 400000, 1600, 1100, %[2]s FROM n`, depiction, at) + since(days)
	}
	return []string{
		`INSERT INTO dossiers (tenant_id, id, event_seq, created_at, updated_at) ` + numbers + `SELECT 'default', 'd' || i, 3, ` + at + `, ` + at + ` FROM n`,
		`INSERT INTO processes (tenant_id, id, dossier_id, provider, type, document_type, path, parameters, status, deadline, lease_holder, lease_until, created_at, updated_at, country_index, reviewed_at) ` +
			numbers + `SELECT 'default', 'c' || i, 'd' || i, 'onfido', CASE WHEN i % 10 = 0 THEN 'documentVideo' ELSE 'documentSelfie' END, 'passport', '', p.parameters, ` + status + `, 0, '', 0, ` +
			at + `, ` + at + `, ` + country + `, CASE WHEN i % 100 = 97 THEN 0 ELSE 1 END FROM n, (SELECT parameters FROM processes LIMIT 1) AS p`,
		event("process.created", `'pending'`, 0, "0"), event("process.processing", `'processing'`, 1, "1000000"), event("process.complete", status, 2, "30000000 + i % 60 * 1000000"),
		`UPDATE feeds SET position = ` + fmt.Sprint(1000+3*n+3) + ` WHERE tenant_id = 'default'`,
		image("front", 30), image("selfie", 14),
		`INSERT INTO deliveries (tenant_id, subscription_id, event_id, lane, position, status, tries, due_at, claim, attempts, created_at) ` + numbers +
			`SELECT 'default', '` + endpoint + `', 'e2-' || i, '` + endpoint + `', 1000 + i * 3 + 2, CASE WHEN i % 20000 = 0 THEN 'failed' ELSE 'delivered' END, 1, 0, '', '[]', ` + at + ` FROM n` + since(30),
		record(0, `'process.created'`, "client", `'shop-' || (i % 3)`), record(1, `'process.complete'`, "system", `''`), record(2, `'image.viewed'`, "operator", `'operator-' || (i % 20)`),
		`UPDATE audit_heads SET position = position + ` + fmt.Sprint(3*n) + ` WHERE tenant_id = 'default'`,
		"ANALYZE",
	}
}

// enter logs an administrator in.
func (c *crowd) enter() {
	c.b.Helper()
	ctx, operators := c.b.Context(), c.server.operators()
	_, err := operators.Create(ctx, store.DefaultTenant, "ada", idv.RoleAdministrator)
	check(c.b, err)
	found, err := operators.Named(ctx, "ada")
	check(c.b, err)
	link, err := operators.Link(ctx, found.ID)
	check(c.b, err)
	c.session, err = operators.Enter(ctx, link)
	check(c.b, err)
}

// open requests a page of the console and gives how long that took, to its last byte.
func (c *crowd) open(ctx context.Context, path string) time.Duration {
	c.b.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	check(c.b, err)
	r.AddCookie(&http.Cookie{Name: "dossier_console", Value: c.session})
	begun := time.Now()
	answer, err := http.DefaultTransport.RoundTrip(r)
	check(c.b, err)
	_, err = io.Copy(io.Discard, answer.Body)
	check(c.b, err)
	check(c.b, answer.Body.Close())
	took := time.Since(begun)
	if answer.StatusCode != http.StatusOK {
		c.b.Fatalf("%s answers %d", path, answer.StatusCode)
	}
	return took
}
