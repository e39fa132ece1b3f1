package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/signing"
	"github.com/dossier-id/dossier/internal/store"
)

type auditCommand struct {
	List       auditList       `cmd:"" help:"Show the audit trail, newest record first."`
	Verify     auditVerify     `cmd:"" help:"Check that no record was changed, dropped, moved or put in."`
	Checkpoint auditCheckpoint `cmd:"" help:"Print signed checkpoints: keep them elsewhere to find out if the end of a trail goes missing."`
	Export     auditExport     `cmd:"" help:"Write the trail as JSON, a record a line, oldest first."`
}

// chained is what the commands about one chain share.
type chained struct {
	administered
	Installation bool `help:"What concerns no tenant: keys, configuration."`
}

// chain gives the name of the chain.
func (c chained) chain() string {
	if c.Installation {
		return ""
	}
	return c.Tenant
}

type auditList struct {
	chained
	Dossier string `help:"Only what concerns this dossier." placeholder:"ID"`
	Actor   string `help:"Only what this client, operator or work of the system did." placeholder:"ID"`
	Action  string `help:"Only this action, such as image.viewed." placeholder:"NAME"`
	Before  int64  `help:"Only records before this one: the next page." placeholder:"N"`
	Limit   int    `help:"How many records, up to 200." default:"50"`
}

// Run shows a page of the trail.
func (c auditList) Run(w world) error {
	if c.Limit < 1 || c.Limit > 200 {
		return errors.New("--limit must be from 1 to 200")
	}
	q := idv.TrailQuery{Before: c.Before, Limit: c.Limit, Dossier: c.Dossier, Actor: c.Actor, Action: idv.Action(c.Action)}
	return c.with(w, func(b *base) error {
		return b.db.View(w.ctx, func(r idv.Reader) error {
			records, err := r.Trail(w.ctx, c.chain(), q)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "RECORD\tTIME\tACTION\tBY\tDOSSIER\tPROCESS\tWHAT")
			for _, r := range records {
				fmt.Fprintf(table, "%d\t%s\t%s\t%s %s\t%s\t%s\t%s\n", r.Position, shown(r.At), r.Action,
					r.Actor.Kind, printable(r.Actor.ID), orDash(r.Dossier), orDash(r.Process), orDash(whatOf(r)))
			}
			return table.Flush()
		})
	})
}

// whatOf gives what a record says beside its ids.
func whatOf(r idv.Record) string {
	detail := r.Detail.Reveal()
	if r.Erased {
		detail = "(erased)"
	}
	return strings.TrimSpace(printable(r.Subject) + " " + detail)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type auditVerify struct {
	Config  string   `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	Against []string `help:"A file with checkpoints that were kept elsewhere, such as a log of the server; may be repeated." placeholder:"FILE"`
}

// Run checks every chain.
func (c auditVerify) Run(w world) error {
	return beside(w, c.Config, func(b *base) error {
		ring, err := signers(w.ctx, b.db)
		if err != nil {
			return err
		}
		keys := ring.Public()
		kept, err := c.kept(keys)
		if err != nil {
			return err
		}
		reports, err := b.db.VerifyTrail(w.ctx, keys, kept)
		if err != nil {
			return err
		}
		broken := false
		for _, r := range reports {
			fmt.Fprintf(w.out, "%s: %d records, %s, %s\n", chainName(r.Tenant), r.Records, held(r.Checkpoint), outcome(r.Findings))
			for _, f := range r.Findings {
				fmt.Fprintln(w.out, "  "+f.String())
			}
			broken = broken || len(r.Findings) > 0
		}
		if broken {
			return exit(1)
		}
		return nil
	})
}

// kept reads the checkpoints of the files. A file without one is an error: it
// was given because it should have some.
func (c auditVerify) kept(keys []signing.PublicKey) (all []audit.Checkpoint, err error) {
	for _, name := range c.Against {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		found, err := audit.FindCheckpoints(f, keys)
		if err = joined(err, f.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s holds no checkpoint that this server has signed", name)
		}
		all = append(all, found...)
	}
	return all, nil
}

func chainName(tenant string) string {
	if tenant == "" {
		return "installation"
	}
	return "tenant " + tenant
}

func held(c audit.Checkpoint) string {
	if c.Position == 0 {
		return "no checkpoint"
	}
	return fmt.Sprintf("checkpoint at record %d of %s", c.Position, shown(c.At))
}

func outcome(findings []audit.Finding) string {
	switch len(findings) {
	case 0:
		return "genuine"
	case 1:
		return "NOT GENUINE: 1 finding"
	}
	return fmt.Sprintf("NOT GENUINE: %d findings", len(findings))
}

type auditCheckpoint struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// Run prints a checkpoint of every chain.
func (c auditCheckpoint) Run(w world) error {
	return beside(w, c.Config, func(b *base) error {
		signed, err := signTrail(w.ctx, b.db)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w.out, strings.Join(signed, "\n"))
		return err
	})
}

type auditExport struct {
	chained
	After int64 `help:"Only records behind this one." placeholder:"N"`
}

// exportedRecord is a record as it is exported. What is not readable any more is
// sealedDetail without detail; hash and mac are those of the chain.
type exportedRecord struct {
	Tenant       string `json:"tenant"`
	Position     int64  `json:"position"`
	At           string `json:"at"`
	Action       string `json:"action"`
	ActorKind    string `json:"actorKind"`
	Actor        string `json:"actor"`
	DossierID    string `json:"dossierId,omitempty"`
	ProcessID    string `json:"processId,omitempty"`
	Subject      string `json:"subject,omitempty"`
	Detail       string `json:"detail,omitempty"`
	SealedDetail []byte `json:"sealedDetail,omitempty"`
	Hash         string `json:"hash"`
	MAC          string `json:"mac"`
}

// Run exports the trail. That it was exported is its next record.
func (c auditExport) Run(w world) error {
	return c.with(w, func(b *base) error {
		err := b.db.Note(w.ctx, idv.Record{Tenant: c.chain(), At: time.Now(), Action: idv.ActionTrailExported})
		if err != nil {
			return err
		}
		out := json.NewEncoder(w.out)
		out.SetEscapeHTML(false)
		return b.db.ExportTrail(w.ctx, c.chain(), c.After, func(r idv.Record, e *audit.Entry) error {
			return out.Encode(exportedRecord{
				Tenant: e.Tenant, Position: e.Position, At: r.At.Format(time.RFC3339Nano), Action: e.Action, ActorKind: e.ActorKind, Actor: e.Actor,
				DossierID: e.Dossier, ProcessID: e.Process, Subject: e.Subject, Detail: r.Detail.Reveal(), SealedDetail: e.Detail,
				Hash: hex.EncodeToString(e.Hash), MAC: hex.EncodeToString(e.MAC),
			})
		})
	})
}

// signTrail makes a checkpoint of every chain with the newest key.
func signTrail(ctx context.Context, db *store.DB) ([]string, error) {
	ring, err := signers(ctx, db)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return db.SignTrail(ctx, ring.At(now), now)
}

// signTrail makes checkpoints and writes them to the log, which is where they
// are out of the reach of whoever has the database.
func (s *server) signTrail(ctx context.Context) error {
	signed, err := signTrail(ctx, s.db)
	if err != nil {
		return fmt.Errorf("sign the audit trail: %w", err)
	}
	for _, checkpoint := range signed {
		s.log.InfoContext(ctx, "checkpoint of the audit trail", "signed", checkpoint)
	}
	return nil
}
