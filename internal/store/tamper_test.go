package store_test

import (
	"context"
	"database/sql"
	"errors"
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
	tampered      = 24   // records in the chain that is tampered with
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
		if b.Engine() == store.SQLite {
			b.exec(t, `PRAGMA synchronous = OFF`) // Nothing here has to outlive the machine.
		}
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
	var kept []audit.Checkpoint
	for half := range 2 {
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			for i := half; i < tampered-1; i += 2 {
				r := idv.Record{Tenant: "default", At: noon, Action: "image.viewed", Dossier: d.ID, Process: fmt.Sprint("p-", i), Subject: "front"}
				if i%3 == 0 {
					r.Detail = "accepted"
				}
				if err := tx.Record(ctx, r); err != nil {
					return err
				}
			}
			return nil
		})
		signed, err := b.SignTrail(t.Context(), signer(t), noon)
		must(t, err)
		kept, err = audit.FindCheckpoints(strings.NewReader("a log with "+strings.Join(signed, "\nand ")), []signing.PublicKey{signer(t).Public()})
		must(t, err)
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

// tamper chooses what is done, and to which records.
func (b *bed) tamper(random *rand.Rand) tampering {
	at := 1 + random.Int64N(tampered)
	other := 1 + (at+random.Int64N(tampered-1))%tampered
	kinds := []func(at, other int64, random *rand.Rand) tampering{
		b.flipText, b.flipText, b.flipBytes, b.flipBytes, b.flipTime, b.remove, b.exchange, b.putIn, b.cutOff, b.cutOffUnderHead,
		b.dropBeginning, b.changeHead, b.changeCheckpoint, b.moveDetail, b.chainAnew, b.removeAll,
	}
	return kinds[random.IntN(len(kinds))](at, other, random)
}

const ofRecord = ` WHERE tenant_id = 'default' AND position = `

func (b *bed) flipText(at, _ int64, random *rand.Rand) tampering {
	columns := []string{"action", "actor_kind", "actor", "dossier_id", "process_id", "subject"}
	column := columns[random.IntN(len(columns))]
	text := b.text(`SELECT `+column+` FROM audit`+ofRecord+`$1`, at)
	changed := []byte(text + "@") // An empty text gets a letter.
	changed[random.IntN(len(changed))] ^= 1 << random.IntN(5)
	if text != "" {
		changed = changed[:len(text)]
	}
	if string(changed) == text {
		changed[0] ^= 1
	}
	return tampering{"flip a bit of " + column, []string{fmt.Sprintf(`UPDATE audit SET %s = '%s'`+ofRecord+`%d`, column, changed, at)}, at}
}

func (b *bed) flipBytes(at, _ int64, random *rand.Rand) tampering {
	columns := []string{"detail", "hash", "mac"}
	column := columns[random.IntN(len(columns))]
	changed := b.bytes(`SELECT `+column+` FROM audit`+ofRecord+`$1`, at)
	if changed == nil {
		changed = []byte{0}
	}
	changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
	return tampering{"flip a bit of " + column, []string{`UPDATE audit SET ` + column + ` = ` + b.literal(changed) + fmt.Sprintf(ofRecord+`%d`, at)}, at}
}

func (b *bed) flipTime(at, _ int64, random *rand.Rand) tampering {
	bit := int64(1) << random.IntN(52)
	return tampering{"flip a bit of the time", []string{fmt.Sprintf(`UPDATE audit SET at = (at | %d) - (at & %d)`+ofRecord+`%d`, bit, bit, at)}, at}
}

func (b *bed) remove(at, _ int64, _ *rand.Rand) tampering {
	return tampering{"drop", []string{fmt.Sprintf(`DELETE FROM audit`+ofRecord+`%d`, at)}, at}
}

func (b *bed) exchange(at, other int64, _ *rand.Rand) tampering {
	move := func(from, to int64) string {
		return fmt.Sprintf(`UPDATE audit SET position = %d`+ofRecord+`%d`, to, from)
	}
	return tampering{"swap", []string{move(at, -1), move(other, at), move(-1, other)}, min(at, other)}
}

func (b *bed) putIn(at, other int64, _ *rand.Rand) tampering {
	columns := `at, action, actor_kind, actor, dossier_id, process_id, subject, detail, hash, mac`
	return tampering{"insert", []string{
		fmt.Sprintf(`INSERT INTO audit (tenant_id, position, %s) SELECT tenant_id, -10000, %s FROM audit`+ofRecord+`%d`, columns, columns, other),
		fmt.Sprintf(`UPDATE audit SET position = -position WHERE tenant_id = 'default' AND position >= %d`, at),
		`UPDATE audit SET position = 1 - position WHERE tenant_id = 'default' AND position BETWEEN -9999 AND 0`,
		fmt.Sprintf(`UPDATE audit SET position = %d`+ofRecord+`-10000`, at),
		`UPDATE audit_heads SET position = position + 1 WHERE tenant_id = 'default'`,
	}, at}
}

// cutOff forgets the end, in every table.
func (b *bed) cutOff(at, _ int64, _ *rand.Rand) tampering {
	behind := fmt.Sprintf(` WHERE tenant_id = 'default' AND position >= %d`, at)
	return tampering{"cut off the end", []string{
		`DELETE FROM audit` + behind, `DELETE FROM audit_checkpoints` + behind,
		fmt.Sprintf(`UPDATE audit_heads SET position = %d, hash = COALESCE((SELECT hash FROM audit`+ofRecord+`%d), hash) WHERE tenant_id = 'default'`, at-1, at-1),
	}, at}
}

func (b *bed) cutOffUnderHead(at, _ int64, _ *rand.Rand) tampering {
	return tampering{"cut off the end and leave the head", []string{fmt.Sprintf(`DELETE FROM audit WHERE tenant_id = 'default' AND position >= %d`, at)}, at}
}

func (b *bed) dropBeginning(at, _ int64, _ *rand.Rand) tampering {
	if at == tampered {
		at--
	}
	return tampering{"drop the beginning", []string{
		fmt.Sprintf(`UPDATE audit_heads SET begin_position = %d, begin_hash = (SELECT hash FROM audit`+ofRecord+`%d) WHERE tenant_id = 'default'`, at, at),
		fmt.Sprintf(`DELETE FROM audit WHERE tenant_id = 'default' AND position <= %d`, at),
	}, at + 1}
}

func (b *bed) changeHead(at, _ int64, random *rand.Rand) tampering {
	switch random.IntN(4) {
	case 0:
		return tampering{"forget the head", []string{`DELETE FROM audit_heads WHERE tenant_id = 'default'`}, tampered}
	case 1:
		return tampering{"move the head on", []string{`UPDATE audit_heads SET position = position + 1 WHERE tenant_id = 'default'`}, tampered + 1}
	case 2:
		return tampering{"move the head back", []string{fmt.Sprintf(`UPDATE audit_heads SET position = %d WHERE tenant_id = 'default'`, at-1)}, tampered}
	}
	changed := b.bytes(`SELECT hash FROM audit_heads WHERE tenant_id = $1`, "default")
	changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
	return tampering{"flip a bit of the head", []string{`UPDATE audit_heads SET hash = ` + b.literal(changed) + ` WHERE tenant_id = 'default'`}, tampered}
}

func (b *bed) changeCheckpoint(_, _ int64, random *rand.Rand) tampering {
	signed := []byte(b.text(`SELECT signed FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY position DESC LIMIT 1`, "default"))
	signed[random.IntN(len(signed))] ^= 1
	return tampering{"flip a bit of a checkpoint", []string{fmt.Sprintf(`UPDATE audit_checkpoints SET signed = '%s'`+ofRecord+`%d`, signed, tampered)}, tampered}
}

func (b *bed) moveDetail(at, other int64, _ *rand.Rand) tampering {
	detail := b.bytes(`SELECT detail FROM audit`+ofRecord+`$1`, other)
	if detail == nil {
		return b.remove(at, other, nil)
	}
	return tampering{"move a detail", []string{`UPDATE audit SET detail = ` + b.literal(detail) + fmt.Sprintf(ofRecord+`%d`, at)}, at}
}

// chainAnew changes a record and computes every hash behind it as it should be;
// what it cannot compute is the MAC.
func (b *bed) chainAnew(at, _ int64, _ *rand.Rand) tampering {
	done := tampering{"chain anew", nil, at}
	last := audit.Place{Position: at - 1, Hash: b.bytes(`SELECT hash FROM audit`+ofRecord+`$1`, at-1)}
	err := b.ExportTrail(b.t.Context(), "default", at-1, func(_ idv.Record, e *audit.Entry) (err error) {
		if e.Position == at {
			e.Actor += "x"
		}
		last, err = e.Link(last, func([]byte) ([]byte, error) { return e.MAC, nil })
		done.statements = append(done.statements, `UPDATE audit SET actor = '`+e.Actor+`', hash = `+b.literal(e.Hash)+fmt.Sprintf(ofRecord+`%d`, e.Position))
		return err
	})
	must(b.t, err)
	done.statements = append(done.statements, `UPDATE audit_heads SET hash = `+b.literal(last.Hash)+` WHERE tenant_id = 'default'`)
	return done
}

func (b *bed) removeAll(_, _ int64, _ *rand.Rand) tampering {
	done := tampering{what: "remove everything", at: 1}
	for _, table := range []string{"audit", "audit_heads", "audit_checkpoints"} {
		done.statements = append(done.statements, `DELETE FROM `+table+` WHERE tenant_id = 'default'`)
	}
	return done
}

// text and bytes give one value; bytes gives nil when there is none.
func (b *bed) text(query string, args ...any) (s string) {
	b.t.Helper()
	must(b.t, b.Writer().QueryRowContext(b.t.Context(), query, args...).Scan(&s))
	return s
}

func (b *bed) bytes(query string, args ...any) (v []byte) {
	b.t.Helper()
	if err := b.Writer().QueryRowContext(b.t.Context(), query, args...).Scan(&v); !errors.Is(err, sql.ErrNoRows) {
		must(b.t, err)
	}
	return v
}

// literal writes bytes as SQL.
func (b *bed) literal(v []byte) string {
	if b.Engine() == store.Postgres {
		return fmt.Sprintf(`'\x%x'::bytea`, v)
	}
	return fmt.Sprintf(`x'%x'`, v)
}
