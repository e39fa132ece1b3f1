package store

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// maxStatements bounds how many prepared statements a connection keeps. Ours and
// the queue's are fewer; those whose text depends on a number of rows are not.
const maxStatements = 300

// preparing gives connections to SQLite that prepare a statement once and keep
// it: to parse and plan one takes longer than to run it, for most of ours. pgx
// does the same on PostgreSQL.
type preparing struct{ driver.Connector }

// Connect opens a connection.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	under, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := under.(sqliteConn)
	if !ok {
		_ = under.Close() // It was never used.
		return nil, fmt.Errorf("the connection is a %T, which cannot prepare statements", under)
	}
	return &preparedConn{c, make(map[string]statement)}, nil
}

// sqliteConn is what database/sql asks of a connection. It has no methods that
// run a text: those are preparedConn's.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// statement is a prepared statement that heeds contexts.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn is a connection with the statements that wait to be used again.
// One goroutine at a time has it.
type preparedConn struct {
	sqliteConn
	kept map[string]statement
}

// ExecContext runs a statement.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	defer c.keep(query, s)
	return s.ExecContext(ctx, args)
}

// QueryContext runs a statement that gives rows.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.keep(query, s)
		return nil, err
	}
	return &preparedRows{rows, func() { c.keep(query, s) }}, nil
}

// Close closes the connection and what it has prepared.
func (c *preparedConn) Close() error {
	for query := range c.kept {
		c.drop(query)
	}
	return c.sqliteConn.Close()
}

// take gives a statement that nobody else has, also when another of the same
// text is still being read.
func (c *preparedConn) take(ctx context.Context, query string) (statement, error) {
	if s, kept := c.kept[query]; kept {
		delete(c.kept, query)
		return s, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(statement)
	if !ok {
		_ = prepared.Close() // It was never used.
		return nil, fmt.Errorf("the statement is a %T, which heeds no context", prepared)
	}
	return s, nil
}

// keep takes a statement back. Where there are too many, any one goes.
func (c *preparedConn) keep(query string, s statement) {
	c.drop(query)
	for other := range c.kept {
		if len(c.kept) < maxStatements {
			break
		}
		c.drop(other)
	}
	c.kept[query] = s
}

// drop forgets a statement if it is kept. What could go wrong at its end went
// wrong, and was said, when it last ran.
func (c *preparedConn) drop(query string) {
	if s, kept := c.kept[query]; kept {
		delete(c.kept, query)
		_ = s.Close()
	}
}

// preparedRows are rows whose statement is kept once they are closed.
type preparedRows struct {
	driver.Rows
	keep func()
}

// Close ends the reading. It is called once.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	r.keep()
	return err
}
