package store

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

const entryColumns = `tenant_id, position, at, action, actor_kind, actor, dossier_id, process_id, subject, detail, hash, mac`

const entryQuery = `SELECT ` + entryColumns + ` FROM audit WHERE tenant_id = $1`

func scanEntry(r row) (e audit.Entry, err error) {
	err = r.Scan(&e.Tenant, &e.Position, &e.At, &e.Action, &e.ActorKind, &e.Actor, &e.Dossier, &e.Process, &e.Subject, &e.Detail, &e.Hash, &e.MAC)
	return e, err
}

// daily are the actions of every verification: they are found soon from the end of
// the trail. The others have an index of their own.
const daily = `('dossier.created', 'process.created', 'process.processing', 'process.complete', 'image.set', 'result.viewed')`

// Trail gives a page of a tenant's audit trail, newest record first; an empty
// tenant is the installation's own. Limit is brought into the range of 1 to 201.
func (r *reader) Trail(ctx context.Context, tenant string, q idv.TrailQuery) ([]idv.Record, error) {
	before := q.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	query, args := entryQuery+` AND position < $2`, []any{tenant, before, min(max(q.Limit, 1), maxPage)}
	for column, wanted := range map[string]string{"dossier_id": q.Dossier, "actor": q.Actor, "action": string(q.Action)} {
		if wanted != "" {
			args = append(args, wanted)
			query += fmt.Sprintf(` AND %s = $%d`, column, len(args))
		}
	}
	if q.Dossier != "" {
		query += ` AND dossier_id <> ''` // Lets SQLite use the index.
	}
	if q.Action != "" && !strings.Contains(daily, "'"+string(q.Action)+"'") {
		query += ` AND action NOT IN ` + daily
	}
	found, err := all(ctx, r.q, scanEntry, query+` ORDER BY position DESC LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	records := make([]idv.Record, len(found))
	for i, e := range found {
		if records[i], err = r.openEntry(ctx, e); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func (r *reader) openEntry(ctx context.Context, e audit.Entry) (idv.Record, error) {
	record := idv.Record{
		Tenant: e.Tenant, Position: e.Position, At: time.UnixMicro(e.At).UTC(), Action: idv.Action(e.Action),
		Actor: idv.Actor{Kind: idv.ActorKind(e.ActorKind), ID: e.Actor}, Dossier: e.Dossier, Process: e.Process, Subject: e.Subject,
	}
	if e.Detail == nil {
		return record, nil
	}
	v, err := r.vault(ctx, e.Tenant, e.Dossier)
	if idv.CodeOf(err) == idv.CodeNotFound {
		record.Erased = true
		return record, nil
	}
	if err != nil {
		return record, err
	}
	detail, err := v.process(e.Process).open(fieldDetail+e.Action, e.Detail)
	if errors.Is(err, seal.ErrSealed) { // Another dossier has the id since, or somebody was at it: VerifyTrail tells.
		record.Erased = true
		return record, nil
	}
	record.Detail = idv.Personal(detail)
	return record, err
}

// chain is one audit trail as it is stored.
type chain struct {
	tenant string
	// end is where it says that it ends. begin is where it begins: the zero Place,
	// or the last record that was dropped because its time was over. genuine says
	// that the server has dropped what is missing before it.
	end, begin audit.Place
	genuine    bool
}

// chains gives every audit trail that there is.
func (r *reader) chains(ctx context.Context) ([]chain, error) {
	type head struct {
		chain
		mac []byte
	}
	found, err := all(ctx, r.q, func(r row) (h head, err error) {
		err = r.Scan(&h.tenant, &h.end.Position, &h.end.Hash, &h.begin.Position, &h.begin.Hash, &h.mac)
		return h, err
	}, `SELECT tenant_id, position, hash, begin_position, begin_hash, begin_mac FROM audit_heads ORDER BY tenant_id`)
	if err != nil {
		return nil, fmt.Errorf("list the audit trails: %w", err)
	}
	chains := make([]chain, len(found))
	for i, h := range found {
		mac, err := audit.BeginningMAC(h.tenant, h.begin, r.db.trailMAC)
		if err != nil {
			return nil, err
		}
		h.genuine = hmac.Equal(mac, h.mac)
		chains[i] = h.chain
	}
	return chains, nil
}

// entriesPage is how many records a walk holds at a time.
const entriesPage = 1000

// entries walks along a chain from the record behind a position.
func (r *reader) entries(ctx context.Context, tenant string, after int64) iter.Seq2[*audit.Entry, error] {
	return func(yield func(*audit.Entry, error) bool) {
		for {
			page, err := all(ctx, r.q, scanEntry, entryQuery+` AND position > $2 ORDER BY position LIMIT $3`, tenant, after, entriesPage)
			if err != nil {
				yield(nil, fmt.Errorf("read the audit trail: %w", err))
				return
			}
			for i := range page {
				if !yield(&page[i], nil) {
					return
				}
				after = page[i].Position
			}
			if len(page) < entriesPage {
				return
			}
		}
	}
}

// ExportTrail gives the records of a tenant behind a position, oldest first, and
// each as it is chained. All are of one moment.
func (db *DB) ExportTrail(ctx context.Context, tenant string, after int64, give func(idv.Record, *audit.Entry) error) error {
	return db.view(ctx, func(r *reader) error {
		for e, err := range r.entries(ctx, tenant, after) {
			if err != nil {
				return err
			}
			record, err := r.openEntry(ctx, *e)
			if err != nil {
				return err
			}
			if err := give(record, e); err != nil {
				return err
			}
		}
		return nil
	})
}
