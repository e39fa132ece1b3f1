package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
)

// Record adds to the audit trail. The records get their places when the
// transaction is about to commit, in the order in which they came.
func (t *transaction) Record(ctx context.Context, records ...idv.Record) error {
	actor := idv.ActorOf(ctx)
	for _, r := range records {
		// What cannot be stored must not wait for the end, which is others' too.
		if !storable([]any{actor.ID, r.Tenant, r.Dossier, r.Process, r.Subject}) {
			return unstorable()
		}
		detail, err := t.sealDetail(ctx, r)
		if err != nil {
			return fmt.Errorf("record %s: %w", r.Action, err)
		}
		t.trail = append(t.trail, audit.Entry{
			Tenant: r.Tenant, At: micros(r.At), Action: string(r.Action), ActorKind: string(actor.Kind), Actor: actor.ID,
			Dossier: r.Dossier, Process: r.Process, Subject: r.Subject, Detail: detail,
		})
	}
	return nil
}

// fieldDetail is what the detail of a record is sealed as. What it tells of a
// dossier is bound to the action, so that none can pass for another.
const fieldDetail = "audit/"

func (t *transaction) sealDetail(ctx context.Context, r idv.Record) ([]byte, error) {
	if r.Detail == "" {
		return nil, nil
	}
	if r.Dossier == "" {
		return nil, errors.New("a detail needs a dossier to be sealed under")
	}
	v, err := t.vault(ctx, r.Tenant, r.Dossier)
	if err != nil {
		return nil, err
	}
	return v.process(r.Process).seal(fieldDetail+string(r.Action), []byte(r.Detail.Reveal()))
}

// eventRecord is the record of a change of state.
func eventRecord(e idv.Event) idv.Record {
	r := idv.Record{
		Tenant: e.TenantID, At: e.At, Action: idv.Action(e.Name),
		Dossier: e.DossierID, Process: e.ProcessID, Subject: e.SubscriptionID,
	}
	if e.Name == idv.EventProcessComplete { // Of what is deleted, nothing could be opened.
		r.Detail = idv.Personal(e.Status)
	}
	return r
}

// writeTrail links the records of the transaction to their chains; writers that
// share one have theirs linked together. It is the last that a transaction does: whoever appends to the same chain waits for the
// commit, and nobody who holds the end of a chain waits for anything else.
func (t *transaction) writeTrail(ctx context.Context) error {
	slices.SortStableFunc(t.trail, func(a, b audit.Entry) int { return strings.Compare(a.Tenant, b.Tenant) })
	for len(t.trail) > 0 {
		tenant := t.trail[0].Tenant
		n := slices.IndexFunc(t.trail, func(e audit.Entry) bool { return e.Tenant != tenant })
		if n < 0 {
			n = len(t.trail)
		}
		if err := t.appendTrail(ctx, tenant, t.trail[:n]); err != nil {
			return fmt.Errorf("write the audit trail: %w", err)
		}
		t.trail = t.trail[n:]
	}
	return nil
}

func (t *transaction) appendTrail(ctx context.Context, tenant string, entries []audit.Entry) error {
	last, err := t.holdChain(ctx, tenant)
	if err != nil {
		return err
	}
	for i := range entries {
		if last, err = entries[i].Link(last, t.db.trailMAC); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(entries, entriesAtOnce) {
		if err := t.insertEntries(ctx, some); err != nil {
			return err
		}
	}
	return t.later(ctx, "move the end of a chain", `UPDATE audit_heads SET position = $2, hash = $3 WHERE tenant_id = $1`, tenant, last.Position, last.Hash)
}

// entriesAtOnce is how many records one statement stores.
const entriesAtOnce = 50

func (t *transaction) insertEntries(ctx context.Context, entries []audit.Entry) error {
	var rows []string
	var args []any
	for _, e := range entries {
		n := len(args)
		rows = append(rows, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d)",
			n+1, n+2, n+3, n+4, n+5, n+6, n+7, n+8, n+9, n+10, n+11, n+12))
		args = append(args, e.Tenant, e.Position, e.At, e.Action, e.ActorKind, e.Actor, e.Dossier, e.Process, e.Subject, e.Detail, e.Hash, e.MAC)
	}
	return t.later(ctx, "store records", `INSERT INTO audit (`+entryColumns+`) VALUES `+strings.Join(rows, ", "), args...)
}

// holdChain gives the end of a chain, which nobody moves until the transaction
// ends. A chain begins with its first record.
func (t *transaction) holdChain(ctx context.Context, tenant string) (audit.Place, error) {
	const query = `SELECT d.position, d.hash FROM audit_heads d WHERE d.tenant_id = $1`
	last, err := one(ctx, t.q, scanPlace, query+t.locking, tenant)
	if err = explain(err, "read the end of", "audit trail"); idv.CodeOf(err) != idv.CodeNotFound {
		return last, err
	}
	mac, err := audit.BeginningMAC(tenant, audit.Place{}, t.db.trailMAC)
	if err != nil {
		return audit.Place{}, err
	}
	_, err = exec(ctx, t.q, `INSERT INTO audit_heads (tenant_id, position, hash, begin_position, begin_hash, begin_mac)
		VALUES ($1, 0, $2, 0, $2, $3) ON CONFLICT (tenant_id) DO NOTHING`, tenant, []byte{}, mac)
	if err != nil {
		return audit.Place{}, fmt.Errorf("begin an audit trail: %w", err)
	}
	return one(ctx, t.q, scanPlace, query+t.locking, tenant)
}

func scanPlace(r row) (p audit.Place, err error) {
	err = r.Scan(&p.Position, &p.Hash)
	return p, err
}

// trailMAC authenticates what the trail holds. Its key stays the same for good,
// as that of the indexes does.
func (db *DB) trailMAC(message []byte) ([]byte, error) { return db.Sealer.MAC("audit", message) }

// noteTimeout bounds how long whoever looks at something waits for its record.
const noteTimeout = 10 * time.Second
