package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/signing"
)

// TrailReport says how an audit trail stands.
type TrailReport struct {
	Tenant string
	// Records is how many there are, End where the chain ends.
	Records int
	End     audit.Place
	// Checkpoint is the farthest that the chain was held to; zero for none.
	Checkpoint audit.Checkpoint
	Findings   []audit.Finding
}

// VerifyTrail checks every chain from its beginning to its end, as of one
// moment: each record by itself, its place, and the checkpoints, those of the
// database and others that were kept elsewhere. A chain that a checkpoint tells
// of and that is gone is a finding too.
func (db *DB) VerifyTrail(ctx context.Context, keys []signing.PublicKey, elsewhere []audit.Checkpoint) (reports []TrailReport, err error) {
	err = db.view(ctx, func(r *reader) error {
		chains, err := r.chains(ctx)
		if err != nil {
			return err
		}
		orphans, err := r.headless(ctx, chains, elsewhere)
		if err != nil {
			return err
		}
		for _, c := range append(chains, orphans...) {
			stored, findings, err := r.checkpoints(ctx, c.tenant, keys)
			if err != nil {
				return err
			}
			report, err := r.verifyChain(ctx, c, append(stored, elsewhere...))
			if err != nil {
				return err
			}
			report.Findings = append(findings, report.Findings...)
			reports = append(reports, report)
		}
		return nil
	})
	return reports, err
}

// headless gives the chains of which a record or a checkpoint tells, and that
// have no row among the heads.
func (r *reader) headless(ctx context.Context, known []chain, elsewhere []audit.Checkpoint) (orphans []chain, err error) {
	tenants, err := all(ctx, r.q, value[string], `SELECT tenant_id FROM audit UNION SELECT tenant_id FROM audit_checkpoints ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("look for audit trails: %w", err)
	}
	for _, c := range elsewhere {
		tenants = append(tenants, c.Tenant)
	}
	for _, tenant := range tenants {
		same := func(c chain) bool { return c.tenant == tenant }
		if !slices.ContainsFunc(known, same) && !slices.ContainsFunc(orphans, same) {
			orphans = append(orphans, chain{tenant: tenant, genuine: true})
		}
	}
	return orphans, nil
}

func (r *reader) verifyChain(ctx context.Context, c chain, anchors []audit.Checkpoint) (TrailReport, error) {
	v := audit.NewVerifier(c.tenant, c.begin, r.db.trailMAC, anchors)
	for e, err := range r.entries(ctx, c.tenant, c.begin.Position) {
		if err == nil {
			err = v.Add(e)
		}
		if err != nil {
			return TrailReport{}, err
		}
	}
	report := TrailReport{Tenant: c.tenant, End: c.end, Findings: v.End(c.end), Records: v.Count}
	for _, a := range anchors {
		if a.Tenant == c.tenant && a.Position > report.Checkpoint.Position {
			report.Checkpoint = a
		}
	}
	if !c.genuine {
		report.Findings = append(report.Findings, audit.Finding{
			Tenant: c.tenant, Position: c.begin.Position + 1, Problem: "this server did not drop what is missing before it",
		})
	}
	return report, nil
}

// checkpoints gives those of a chain that are in the database, and as findings
// those that no key has signed.
func (r *reader) checkpoints(ctx context.Context, tenant string, keys []signing.PublicKey) (good []audit.Checkpoint, bad []audit.Finding, err error) {
	type stored struct {
		position int64
		signed   string
	}
	found, err := all(ctx, r.q, func(r row) (s stored, err error) {
		err = r.Scan(&s.position, &s.signed)
		return s, err
	}, `SELECT position, signed FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY position`, tenant)
	if err != nil {
		return nil, nil, fmt.Errorf("read checkpoints: %w", err)
	}
	for _, s := range found {
		c, err := audit.OpenCheckpoint(s.signed, keys)
		if err != nil || c.Tenant != tenant || c.Position != s.position {
			bad = append(bad, audit.Finding{Tenant: tenant, Position: s.position, Problem: "its checkpoint is not one that this server has signed here"})
			continue
		}
		good = append(good, c)
	}
	return good, bad, nil
}

// SignTrail makes a checkpoint of where every chain ends now, stores it, and
// gives all of them, signed. Where a chain has not grown it gives the one that
// there is already.
func (db *DB) SignTrail(ctx context.Context, k *signing.Key, now time.Time) (signed []string, err error) {
	err = db.update(ctx, func(t *transaction) error {
		chains, err := t.chains(ctx)
		if err != nil {
			return err
		}
		for _, c := range chains {
			text, err := audit.Checkpoint{Tenant: c.tenant, Place: c.end, At: now.Truncate(time.Second)}.Sign(k)
			if err != nil {
				return err
			}
			text, err = one(ctx, t.q, value[string], `INSERT INTO audit_checkpoints (tenant_id, position, signed) VALUES ($1, $2, $3)
				ON CONFLICT (tenant_id, position) DO NOTHING RETURNING signed`, c.tenant, c.end.Position, text)
			if errors.Is(err, sql.ErrNoRows) {
				text, err = one(ctx, t.q, value[string], `SELECT signed FROM audit_checkpoints WHERE tenant_id = $1 AND position = $2`, c.tenant, c.end.Position)
			}
			if err != nil {
				return fmt.Errorf("store a checkpoint: %w", err)
			}
			signed = append(signed, text)
		}
		return nil
	})
	return signed, err
}
