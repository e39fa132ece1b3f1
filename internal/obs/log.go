package obs

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// Logger writes records to w as text or json, from a level on: debug, info,
// warn or error. A record of a traced context bears the trace's id.
func Logger(w io.Writer, format, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("the log level must be debug, info, warn or error, not %q", level)
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(traced{slog.NewTextHandler(w, options)}), nil
	case "json":
		return slog.New(traced{slog.NewJSONHandler(w, options)}), nil
	}
	return nil, fmt.Errorf("the log format must be text or json, not %q", format)
}

// traceAttr is the name of the trace's id in the log.
const traceAttr = "trace"

// traced adds the id of the trace to records that lack it.
type traced struct{ slog.Handler }

// Handle adds the id.
func (t traced) Handle(ctx context.Context, r slog.Record) error {
	span := trace.SpanContextFromContext(ctx)
	has := !span.HasTraceID()
	r.Attrs(func(a slog.Attr) bool { has = has || a.Key == traceAttr; return !has })
	if !has {
		r = r.Clone()
		r.AddAttrs(slog.String(traceAttr, span.TraceID().String()))
	}
	return t.Handler.Handle(ctx, r)
}

// WithAttrs keeps adding the id.
func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }

// WithGroup keeps adding the id.
func (t traced) WithGroup(name string) slog.Handler { return traced{t.Handler.WithGroup(name)} }
