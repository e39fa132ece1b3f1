package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipeline is a transaction of PostgreSQL that writes. What nobody waits for the
// answer of, its beginning and its end too, is sent together with the next
// question: a round trip costs more than most statements do, and others wait for
// the end of the audit trail while this one waits for its answers.
type pipeline struct {
	conn *sql.Conn
	pgx  *pgx.Conn // under conn

	waiting pgx.Batch
	doing   []string // what each of the waiting is for
	// open is true once the beginning was sent, until the end.
	open bool
}

func newPipeline(conn *sql.Conn) (*pipeline, error) {
	p := &pipeline{conn: conn}
	err := conn.Raw(func(driver any) error {
		under, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not one of pgx", driver)
		}
		p.pgx = under.Conn()
		return nil
	})
	p.later("begin a transaction", "BEGIN")
	return p, err
}

// later sends a statement with the next question, or with the end.
func (p *pipeline) later(doing, statement string, args ...any) {
	p.waiting.Queue(statement, args...)
	p.doing = append(p.doing, doing)
}

// flush sends what waits.
func (p *pipeline) flush(ctx context.Context) error {
	if len(p.doing) == 0 {
		return nil
	}
	answers := p.send(ctx)
	return cmp.Or(p.settle(answers), answers.Close())
}

// send sends what waits, all at once, and forgets it.
func (p *pipeline) send(ctx context.Context) pgx.BatchResults {
	batch := p.waiting
	p.waiting, p.open = pgx.Batch{}, true
	return p.pgx.SendBatch(ctx, &batch)
}

// settle reads how the statements went that were sent.
func (p *pipeline) settle(answers pgx.BatchResults) error {
	sent := p.doing
	p.doing = nil
	for _, doing := range sent {
		if _, err := answers.Exec(); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	return nil
}

// row asks for one row, behind what waits.
func (p *pipeline) row(ctx context.Context, query string, args ...any) row {
	p.waiting.Queue(query, args...)
	return answer{p, p.send(ctx)}
}

// answer is the last of what was sent together.
type answer struct {
	pipeline *pipeline
	answers  pgx.BatchResults
}

// Scan reads it. It is called once.
func (a answer) Scan(dest ...any) error {
	err := a.pipeline.settle(a.answers)
	if err == nil {
		err = a.answers.QueryRow().Scan(dest...)
	}
	return cmp.Or(err, a.answers.Close())
}

// QueryContext asks for rows, after what waits.
func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// ExecContext runs a statement, after what waits.
func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

// errUndone says that PostgreSQL ended a transaction otherwise than it was told.
var errUndone = errors.New("the transaction was undone")

// commit sends what waits and the end.
func (p *pipeline) commit(ctx context.Context) error {
	p.waiting.Queue("COMMIT")
	answers := p.send(ctx)
	if err := p.settle(answers); err != nil {
		return cmp.Or(err, answers.Close())
	}
	tag, err := answers.Exec()
	if err = cmp.Or(err, answers.Close()); err == nil && tag.String() != "COMMIT" {
		err = errUndone
	}
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	p.open = false
	return nil
}

// undoTimeout bounds how long a connection may take to undo a transaction.
const undoTimeout = 5 * time.Second

// undo ends a transaction that was not committed. Where that fails the connection
// ends, and the transaction with it.
func (p *pipeline) undo() {
	if !p.open || p.pgx.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), undoTimeout)
	defer cancel()
	if _, err := p.pgx.Exec(ctx, "ROLLBACK"); err != nil {
		_ = p.pgx.Close(ctx) // It is of no use any more.
	}
}
