package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// fieldCapture is the sealed field of a capture flow; its name never changes.
const fieldCapture = "capture"

const captureQuery = `SELECT tenant_id, dossier_id, process_id, secret_hash, flow, created_at, expires_at FROM captures`

// captureRecord is what of a capture flow is sealed: addresses of the customer's
// may hold a secret of their own.
type captureRecord struct {
	SDK             idv.CaptureSDK     `json:"sdk"`
	RedirectURL     string             `json:"redirectUrl"`
	RequestDomain   string             `json:"requestDomain,omitempty"`
	Profile         idv.CaptureProfile `json:"profile"`
	Language        string             `json:"language,omitempty"`
	DefaultCountry  string             `json:"defaultCountry,omitempty"`
	Prepared        bool               `json:"prepared,omitempty"`
	OrderedType     idv.DocumentType   `json:"orderedType,omitempty"`
	ConsentDemanded bool               `json:"consentDemanded,omitempty"`
	AskedCountry    bool               `json:"askedCountry,omitempty"`
	AskedConsent    bool               `json:"askedConsent,omitempty"`
	HandedOver      time.Time          `json:"handedOver,omitzero"`
}

// captureRow is a capture flow as it is stored.
type captureRow struct {
	idv.Capture
	flow []byte
}

func scanCapture(r row) (c captureRow, err error) {
	err = r.Scan(&c.TenantID, &c.DossierID, &c.ProcessID, &c.SecretHash, &c.flow, timeOf(&c.CreatedAt), timeOf(&c.ExpiresAt))
	return c, err
}

func (r *reader) openCapture(ctx context.Context, c captureRow) (*idv.Capture, error) {
	v, err := r.vault(ctx, c.TenantID, c.DossierID)
	if err != nil {
		return nil, err
	}
	record, err := openJSON[captureRecord](v.process(c.ProcessID), fieldCapture, c.flow)
	if err != nil {
		return nil, err
	}
	if record == nil {
		return nil, errors.New("a capture flow is empty")
	}
	c.SDK, c.RedirectURL, c.RequestDomain = record.SDK, idv.Personal(record.RedirectURL), record.RequestDomain
	c.Profile, c.Language, c.DefaultCountry = record.Profile, record.Language, record.DefaultCountry
	c.OrderedType, c.Prepared, c.HandedOver = record.OrderedType, record.Prepared, record.HandedOver
	c.ConsentDemanded, c.AskedCountry, c.AskedConsent = record.ConsentDemanded, record.AskedCountry, record.AskedConsent
	return &c.Capture, nil
}

// FindCapture gives the capture flow with the hash of a secret, of any tenant.
func (r *reader) FindCapture(ctx context.Context, secretHash []byte) (*idv.Capture, error) {
	c, err := one(ctx, r.q, scanCapture, captureQuery+` WHERE secret_hash = $1`, secretHash)
	if err != nil {
		return nil, explain(err, "find", "capture flow")
	}
	return r.openCapture(ctx, c)
}

// Capture gives the capture flow of a process.
func (r *reader) Capture(ctx context.Context, key idv.ProcessKey) (*idv.Capture, error) {
	c, err := one(ctx, r.q, scanCapture, captureQuery+` WHERE tenant_id = $1 AND dossier_id = $2 AND process_id = $3`,
		key.Tenant, key.Dossier, key.Process)
	if err != nil {
		return nil, explain(err, "read", "capture flow")
	}
	return r.openCapture(ctx, c)
}

// PutCapture stores the capture flow of a process, new or changed.
func (t *transaction) PutCapture(ctx context.Context, c *idv.Capture) error {
	v, err := t.vault(ctx, c.TenantID, c.DossierID)
	if err != nil {
		return err
	}
	if err := t.knowProcessIn(ctx, idv.ProcessKey{Tenant: c.TenantID, Dossier: c.DossierID, Process: c.ProcessID}); err != nil {
		return err
	}
	flow, err := sealJSON(v.process(c.ProcessID), fieldCapture, &captureRecord{
		SDK: c.SDK, RedirectURL: c.RedirectURL.Reveal(), RequestDomain: c.RequestDomain, Profile: c.Profile, Language: c.Language,
		DefaultCountry: c.DefaultCountry, OrderedType: c.OrderedType, Prepared: c.Prepared, HandedOver: c.HandedOver,
		ConsentDemanded: c.ConsentDemanded, AskedCountry: c.AskedCountry, AskedConsent: c.AskedConsent,
	})
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `INSERT INTO captures (tenant_id, process_id, dossier_id, secret_hash, flow, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, process_id) DO UPDATE SET secret_hash = excluded.secret_hash, flow = excluded.flow, expires_at = excluded.expires_at`,
		c.TenantID, c.ProcessID, c.DossierID, c.SecretHash, flow, micros(c.CreatedAt), micros(c.ExpiresAt))
	if err != nil {
		return fmt.Errorf("store the capture flow: %w", err)
	}
	return nil
}

// AmendProcess stores what an end-user says of a process that is pending.
func (t *transaction) AmendProcess(ctx context.Context, p *idv.Process) error {
	v, err := t.vault(ctx, p.TenantID, p.DossierID)
	if err != nil {
		return err
	}
	s, err := t.sealProcess(v, p)
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE processes SET document_type = $4, parameters = $5, updated_at = $6, country_index = $8
		WHERE tenant_id = $1 AND dossier_id = $2 AND id = $3 AND status = $7`,
		p.TenantID, p.DossierID, p.ID, p.DocumentType, s.parameters, micros(p.UpdatedAt), idv.StatusPending, s.countryIndex)
	if err == nil && n == 0 {
		return idv.Refuse(idv.CodeInvalidState, "the process is not pending any more")
	}
	if err != nil {
		return fmt.Errorf("amend the process: %w", err)
	}
	return nil
}

const configurationQuery = `SELECT tenant_id, id, profile, created_at, updated_at FROM capture_configurations WHERE tenant_id = $1`

func scanConfiguration(r row) (*idv.CaptureConfiguration, error) {
	c := &idv.CaptureConfiguration{}
	var profile string
	if err := r.Scan(&c.TenantID, &c.ID, &profile, timeOf(&c.CreatedAt), timeOf(&c.UpdatedAt)); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(profile), &c.CaptureProfile); err != nil {
		return nil, fmt.Errorf("decode the capture configuration %s: %w", c.ID, err)
	}
	return c, nil
}

// CaptureConfiguration gives a configuration of a tenant.
func (r *reader) CaptureConfiguration(ctx context.Context, tenant, id string) (*idv.CaptureConfiguration, error) {
	c, err := one(ctx, r.q, scanConfiguration, configurationQuery+` AND id = $2`, tenant, id)
	return c, explain(err, "read", "capture configuration")
}

// CaptureConfigurations gives those of a tenant, oldest first.
func (r *reader) CaptureConfigurations(ctx context.Context, tenant string) ([]*idv.CaptureConfiguration, error) {
	found, err := all(ctx, r.q, scanConfiguration, configurationQuery+` ORDER BY created_at, id`, tenant)
	if err != nil {
		return nil, fmt.Errorf("list capture configurations: %w", err)
	}
	return found, nil
}

// CreateCaptureConfiguration stores a new configuration. Of two at once under one
// id the second is refused.
func (t *transaction) CreateCaptureConfiguration(ctx context.Context, c *idv.CaptureConfiguration) error {
	profile, err := json.Marshal(c.CaptureProfile)
	if err != nil {
		return fmt.Errorf("encode a capture configuration: %w", err)
	}
	n, err := exec(ctx, t.q, `INSERT INTO capture_configurations (tenant_id, id, profile, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, id) DO NOTHING`, c.TenantID, c.ID, string(profile), micros(c.CreatedAt), micros(c.UpdatedAt))
	if err == nil && n == 0 {
		return idv.Refuse(idv.CodeInvalidState, "there is a capture configuration with this id; PUT replaces it")
	}
	return explain(err, "create", "capture configuration")
}

// ReplaceCaptureConfiguration stores what a configuration says from now on.
func (t *transaction) ReplaceCaptureConfiguration(ctx context.Context, c *idv.CaptureConfiguration) error {
	profile, err := json.Marshal(c.CaptureProfile)
	if err != nil {
		return fmt.Errorf("encode a capture configuration: %w", err)
	}
	n, err := exec(ctx, t.q, `UPDATE capture_configurations SET profile = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2`,
		c.TenantID, c.ID, string(profile), micros(c.UpdatedAt))
	return changed(n, err, "replace", "capture configuration")
}

// DeleteCaptureConfiguration removes a configuration. Flows that were started
// with it keep what they have.
func (t *transaction) DeleteCaptureConfiguration(ctx context.Context, tenant, id string) error {
	n, err := exec(ctx, t.q, `DELETE FROM capture_configurations WHERE tenant_id = $1 AND id = $2`, tenant, id)
	return changed(n, err, "delete", "capture configuration")
}
