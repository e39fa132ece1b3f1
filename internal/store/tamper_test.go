package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/audit"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/signing"
	"github.com/dossier-id/dossier/internal/store"
)

const (
	tampered      = 60   // records in the chain that is tampered with
	tamperings    = 500  // on each engine: 1,000 in all
	tamperingSeed = 1126 // the same tamperings each time
)

// tampering is one change by somebody who may do anything to the database and
// does not have the keys. at is the first record that is not as it was.
type tampering struct {
	what       string
	statements []string
	at         int64
}

// TestThousandTamperingsAreFound does a thousand things to a trail, one after
// the other, each undone by giving the true rows back.
func TestThousandTamperingsAreFound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		kept := b.chain(t)
		b.disarm(t)
		for _, table := range []string{"audit", "audit_heads", "audit_checkpoints"} {
			b.exec(t, `CREATE TABLE true_`+table+` AS SELECT * FROM `+table)
		}
		random := rand.New(rand.NewPCG(tamperingSeed, 0)) // #nosec G404 -- the same each time
		for i := range tamperings {
			done := b.tamper(random)
			for _, s := range done.statements {
				b.exec(t, s)
			}
			lines := b.findings(t, "default", kept...)
			if len(lines) == 0 {
				t.Fatalf("tampering %d is not found: %s at record %d", i, done.what, done.at)
			}
			if !strings.Contains(strings.Join(lines, "\n"), fmt.Sprintf("record %d:", done.at)) {
				t.Errorf("tampering %d, %s at record %d, is found elsewhere: %q", i, done.what, done.at, lines)
			}
			for _, table := range []string{"audit", "audit_heads", "audit_checkpoints"} {
				b.exec(t, `DELETE FROM `+table)
				b.exec(t, `INSERT INTO `+table+` SELECT * FROM true_`+table)
			}
		}
		if lines := b.findings(t, "default", kept...); len(lines) > 0 {
			t.Errorf("the true trail has findings: %q", lines)
		}
	})
}

// chain makes a trail with a checkpoint in its middle, and gives one of its end
// that is kept elsewhere.
func (b *bed) chain(t *testing.T) []audit.Checkpoint {
	t.Helper()
	d := b.dossier(t, "")
	b.update(t, func(ctx context.Context, tx idv.Tx) error {
		for i := range tampered - 1 {
			r := idv.Record{Tenant: "default", At: noon, Action: "image.viewed", Dossier: d.ID, Process: fmt.Sprint("p-", i), Subject: "front"}
			if i%3 == 0 {
				r.Detail = "accepted"
			}
			if err := tx.Record(ctx, r); err != nil {
				return err
			}
			if i == tampered/2 {
				if _, err := b.SignTrailIn(ctx, tx, signer(t), noon); err != nil {
					return err
				}
			}
		}
		return nil
	})
	signed, err := b.SignTrail(t.Context(), signer(t), noon)
	must(t, err)
	b.exec(t, `SELECT 1`)
	var kept []audit.Checkpoint
	for _, s := range signed {
		c, err := audit.OpenCheckpoint(s, []signing.PublicKey{signer(t).Public()})
		must(t, err)
		kept = append(kept, c)
	}
	return kept
}

// disarm takes the triggers away, as the owner of a database can.
func (b *bed) disarm(t *testing.T) {
	t.Helper()
	for _, table := range []string{"audit", "audit_checkpoints"} {
		if b.Engine() == store.Postgres {
			b.exec(t, `ALTER TABLE `+table+` DISABLE TRIGGER USER`)
			continue
		}
		for _, name := range []string{"changed", "deleted"} {
			verb := map[string]string{"audit": "is", "audit_checkpoints": "are"}[table]
			b.exec(t, `DROP TRIGGER `+table+`_`+verb+`_not_`+name)
		}
	}
}
