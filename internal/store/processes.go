package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// The fields of a process that are sealed; the names never change. Reports
// are fields of their own, by kind.
const (
	fieldParameters = "parameters"
	fieldVerdict    = "verdict"
	fieldFailure    = "failure"
	fieldReview     = "review"
	fieldReport     = "report/"
)

// fieldCountry names what country_index is made of: the country that issued the
// document. It is sealed within parameters and verdict; the name never changes.
const fieldCountry = "issuingCountry"

const processQuery = `SELECT tenant_id, id, dossier_id, provider, type, document_type, path, parameters, status, verdict, failure, review,
	deadline, created_at, updated_at FROM processes WHERE tenant_id = $1 AND dossier_id = $2`

// processRow is a process as it is stored.
type processRow struct {
	idv.Process
	parameters, verdict, failure, review []byte
}

func scanProcess(r row) (processRow, error) {
	var p processRow
	err := r.Scan(&p.TenantID, &p.ID, &p.DossierID, &p.Provider, &p.Type, &p.DocumentType, &p.Path, &p.parameters,
		&p.Status, &p.verdict, &p.failure, &p.review, timeOf(&p.Deadline), timeOf(&p.CreatedAt), timeOf(&p.UpdatedAt))
	return p, err
}

// Process reads a process. Its verdict comes without reports: see Reports.
func (r *reader) Process(ctx context.Context, tenant, dossier, id string) (*idv.Process, error) {
	v, err := r.vault(ctx, tenant, dossier)
	if err != nil {
		return nil, err
	}
	p, err := one(ctx, r.q, scanProcess, processQuery+` AND id = $3`, tenant, dossier, id)
	if err != nil {
		return nil, explain(err, "read", "process")
	}
	return v.openProcess(p)
}

// Processes gives those of a dossier, oldest first, without reports.
func (r *reader) Processes(ctx context.Context, tenant, dossier string) ([]*idv.Process, error) {
	v, err := r.vault(ctx, tenant, dossier)
	if err != nil {
		return nil, err
	}
	found, err := all(ctx, r.q, scanProcess, processQuery+` ORDER BY created_at, id`, tenant, dossier)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	processes := make([]*idv.Process, len(found))
	for i, p := range found {
		if processes[i], err = v.openProcess(p); err != nil {
			return nil, err
		}
	}
	return processes, nil
}

func (v vault) openProcess(p processRow) (*idv.Process, error) {
	v = v.process(p.ID)
	parameters, err := openJSON[parametersRecord](v, fieldParameters, p.parameters)
	if err != nil {
		return nil, err
	}
	verdict, err := openJSON[verdictRecord](v, fieldVerdict, p.verdict)
	if err != nil {
		return nil, err
	}
	failure, err := openJSON[failureRecord](v, fieldFailure, p.failure)
	if err != nil {
		return nil, err
	}
	review, err := openJSON[reviewRecord](v, fieldReview, p.review)
	if err != nil {
		return nil, err
	}
	parameters.fill(&p.Process)
	p.Verdict, p.Failure, p.Reviewed = verdict.verdict(), failure.failure(), review.review()
	return &p.Process, nil
}

// sealedProcess is what of a process is sealed, and what it is found by.
type sealedProcess struct{ parameters, verdict, failure, countryIndex []byte }

func (t *transaction) sealProcess(v vault, p *idv.Process) (s sealedProcess, err error) {
	if s.countryIndex, err = t.countryIndex(p.TenantID, p.DocumentCountry()); err != nil {
		return s, err
	}
	v = v.process(p.ID)
	if s.parameters, err = sealJSON(v, fieldParameters, recordParameters(p)); err != nil {
		return s, err
	}
	if s.verdict, err = sealJSON(v, fieldVerdict, recordVerdict(p.Verdict)); err != nil {
		return s, err
	}
	s.failure, err = sealJSON(v, fieldFailure, recordFailure(p.Failure))
	return s, err
}

// countryIndex gives what the processes of a country are found by; nil for none.
func (r *reader) countryIndex(tenant, country string) ([]byte, error) {
	if country == "" {
		return nil, nil
	}
	return r.db.Sealer.Index(tenant, fieldCountry, country)
}

// CreateProcess stores a new process of a dossier that exists.
func (t *transaction) CreateProcess(ctx context.Context, p *idv.Process, e idv.Effects) error {
	v, err := t.vault(ctx, p.TenantID, p.DossierID)
	if err != nil {
		return err
	}
	s, err := t.sealProcess(v, p)
	if err != nil {
		return err
	}
	err = t.later(ctx, "create the process", `INSERT INTO processes (tenant_id, id, dossier_id, provider, type, document_type, path,
		parameters, status, verdict, failure, deadline, lease_holder, lease_until, created_at, updated_at, country_index)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0, $13, $14, $15)`,
		p.TenantID, p.ID, p.DossierID, p.Provider, p.Type, p.DocumentType, p.Path,
		s.parameters, p.Status, s.verdict, s.failure, micros(p.Deadline), micros(p.CreatedAt), micros(p.UpdatedAt), s.countryIndex)
	if err != nil {
		return err
	}
	_, err = t.emit(ctx, e)
	return err
}

// ChangeProcess stores status, verdict, failure, deadline and the time of the
// change, and the verdict's reports; with process.complete also the call of the
// process's notificationUrl. Whatever the caller believes, only a legal change
// of the stored status is stored.
func (t *transaction) ChangeProcess(ctx context.Context, p *idv.Process, e idv.Effects) error {
	v, err := t.vault(ctx, p.TenantID, p.DossierID)
	if err != nil {
		return err
	}
	if err := t.legal(ctx, p); err != nil {
		return err
	}
	s, err := t.sealProcess(v, p)
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE processes SET status = $4, verdict = $5, failure = $6, deadline = $7, updated_at = $8, country_index = $9
		WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3`,
		p.TenantID, p.DossierID, p.ID, p.Status, s.verdict, s.failure, micros(p.Deadline), micros(p.UpdatedAt), s.countryIndex)
	if err := changed(n, err, "change", "process"); err != nil {
		return err
	}
	if p.Verdict != nil {
		if err := t.putReports(ctx, v.process(p.ID), p.Verdict.Reports); err != nil {
			return err
		}
	}
	event, err := t.emit(ctx, e)
	if err == nil && e.Event.Name == idv.EventProcessComplete && p.Callback.URL != "" {
		err = t.callBack(ctx, p, event)
	}
	return err
}

// legal refuses a change of status that there is not. The vault of the dossier
// is open by then, which keeps others from changing it meanwhile.
func (t *transaction) legal(ctx context.Context, p *idv.Process) error {
	before, err := one(ctx, t.q, value[idv.Status], `SELECT status FROM processes WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3`,
		p.TenantID, p.DossierID, p.ID)
	if err != nil {
		return explain(err, "read the status of", "process")
	}
	if !before.Leads(p.Status) {
		return idv.InvalidState("make it "+string(p.Status), before)
	}
	return nil
}

// DeleteProcess removes the process and all that belongs to it.
func (t *transaction) DeleteProcess(ctx context.Context, p *idv.Process, e idv.Effects) error {
	if _, err := t.vault(ctx, p.TenantID, p.DossierID); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `DELETE FROM processes WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3`, p.TenantID, p.DossierID, p.ID)
	if err := changed(n, err, "delete", "process"); err != nil {
		return err
	}
	_, err = t.emit(ctx, e)
	return err
}

// Unfinished gives up to limit processes that are processing and were last
// touched before t, oldest first, across tenants.
func (r *reader) Unfinished(ctx context.Context, t time.Time, limit int) ([]idv.ProcessKey, error) {
	found, err := all(ctx, r.q, scanProcessKey, `SELECT tenant_id, dossier_id, id FROM processes
		WHERE status = $1 AND updated_at < $2 ORDER BY updated_at, id LIMIT $3`, idv.StatusProcessing, micros(t), limit)
	if err != nil {
		return nil, fmt.Errorf("find unfinished processes: %w", err)
	}
	return found, nil
}

// Overdue gives up to limit processes that have been pending since before t,
// oldest first, across tenants.
func (r *reader) Overdue(ctx context.Context, t time.Time, limit int) ([]idv.ProcessKey, error) {
	found, err := all(ctx, r.q, scanProcessKey, `SELECT tenant_id, dossier_id, id FROM processes
		WHERE status = $1 AND created_at < $2 ORDER BY created_at, id LIMIT $3`, idv.StatusPending, micros(t), limit)
	if err != nil {
		return nil, fmt.Errorf("find overdue processes: %w", err)
	}
	return found, nil
}

func scanProcessKey(r row) (k idv.ProcessKey, err error) {
	err = r.Scan(&k.Tenant, &k.Dossier, &k.Process)
	return k, err
}

// knowProcess gives NotFound when the tenant has no such process.
func (r *reader) knowProcess(ctx context.Context, tenant, id string) error {
	_, err := one(ctx, r.q, value[int64], `SELECT 1 FROM processes WHERE tenant_id = $1 AND id = $2`, tenant, id)
	return explain(err, "look for", "process")
}

// knowProcessIn gives NotFound when the dossier has no such process.
func (r *reader) knowProcessIn(ctx context.Context, key idv.ProcessKey) error {
	_, err := one(ctx, r.q, value[int64], `SELECT 1 FROM processes WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3`,
		key.Tenant, key.Dossier, key.Process)
	return explain(err, "look for", "process")
}
