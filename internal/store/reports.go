package store

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// Reports gives the raw reports of a process, ordered by kind.
func (r *reader) Reports(ctx context.Context, tenant, dossier, process string) ([]idv.Report, error) {
	v, err := r.vault(ctx, tenant, dossier)
	if err != nil {
		return nil, err
	}
	found, err := all(ctx, r.q, scanReport, `SELECT r.kind, r.raw FROM reports r
		JOIN processes p ON p.tenant_id = r.tenant_id AND p.id = r.process_id
		WHERE r.tenant_id = $1 AND r.process_id = $3 AND p.dossier_id = $2 ORDER BY r.kind`, tenant, dossier, process)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	if len(found) == 0 {
		return nil, r.knowProcessIn(ctx, idv.ProcessKey{Tenant: tenant, Dossier: dossier, Process: process})
	}
	for i, report := range found {
		raw, err := v.process(process).open(fieldReport+string(report.Kind), report.Raw)
		if err != nil {
			return nil, err
		}
		found[i].Raw = raw
	}
	return found, nil
}

func scanReport(r row) (report idv.Report, err error) {
	err = r.Scan(&report.Kind, &report.Raw)
	return report, err
}

// putReports stores the reports of a process, in place of those of the same
// kind.
func (t *transaction) putReports(ctx context.Context, v vault, reports []idv.Report) error {
	for _, report := range reports {
		sealed, err := v.key.Seal(report.Raw, v.field(fieldReport+string(report.Kind)))
		if err != nil {
			return err
		}
		_, err = exec(ctx, t.q, `INSERT INTO reports (tenant_id, process_id, kind, raw) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, process_id, kind) DO UPDATE SET raw = excluded.raw`, v.at.Tenant, v.at.Process, report.Kind, sealed)
		if err != nil {
			return fmt.Errorf("store the report %s: %w", report.Kind, err)
		}
	}
	return nil
}
