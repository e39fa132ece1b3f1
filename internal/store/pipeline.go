package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// pipeline speaks to PostgreSQL in a transaction that writes. What nobody waits
// for the answer of is sent together with the next question: a round trip costs
// more than most statements do.
type pipeline struct {
	tx   *sql.Tx
	conn *pgx.Conn // under tx

	waiting pgx.Batch
	doing   []string // what each of the waiting is for
}

// later sends a statement with the next one, or at the end of the transaction.
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
	return errors.Join(p.settle(answers), answers.Close())
}

// send sends what waits, all at once, and forgets it.
func (p *pipeline) send(ctx context.Context) pgx.BatchResults {
	batch := p.waiting
	p.waiting = pgx.Batch{}
	return p.conn.SendBatch(ctx, &batch)
}

// settle reads how the statements went that somebody sent.
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
	if closed := a.answers.Close(); err == nil {
		err = closed
	}
	return err
}

// QueryContext asks for rows, after what waits.
func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return p.tx.QueryContext(ctx, query, args...)
}

// ExecContext runs a statement, after what waits.
func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return p.tx.ExecContext(ctx, query, args...)
}
