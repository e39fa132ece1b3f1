package crash

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
)

// Text keeps the text of a runtime error, which speaks of code and of nothing
// else; of any other value of a panic it says only that there was one.
func Text(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return "a value that may be personal"
}

// Log writes what happened, with the text of the panic's value p, the stack, and
// more attributes. It is to be called by the deferred function that has recovered
// p: only there the stack still leads to the fault.
func Log(ctx context.Context, log *slog.Logger, what string, p any, more ...any) {
	log.ErrorContext(ctx, what, slices.Concat(more, []any{"panic", Text(p), "stack", string(debug.Stack())})...)
}
