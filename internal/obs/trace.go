package obs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Observer counts and traces what a server does. It is safe for concurrent use.
type Observer struct {
	*metrics
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	now      func() time.Time
}

// New makes an observer. Traces go where the standard variables say,
// OTEL_EXPORTER_OTLP_ENDPOINT among them, over HTTP; without one of them they go
// nowhere and give the log its trace ids. lookup is os.LookupEnv outside tests, and
// now the clock that times are taken by.
func New(ctx context.Context, version string, now func() time.Time, lookup func(string) (string, bool)) (*Observer, error) {
	options := []sdktrace.TracerProviderOption{sdktrace.WithSampler(sdktrace.NeverSample())}
	if endpoint := endpoint(lookup); endpoint != "" {
		exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint)) // It reads the other variables itself.
		if err != nil {
			return nil, fmt.Errorf("set up the export of traces: %w", err)
		}
		about, err := resource.New(ctx, resource.WithAttributes(attrService("dossier"), attrVersion(version)), resource.WithFromEnv(), resource.WithTelemetrySDK())
		if err != nil && !errors.Is(err, resource.ErrPartialResource) {
			return nil, fmt.Errorf("describe the source of traces: %w", err)
		}
		// The sampler is that of OTEL_TRACES_SAMPLER; by default all is kept.
		options = []sdktrace.TracerProviderOption{sdktrace.WithBatcher(exporter), sdktrace.WithResource(about)}
	}
	provider := sdktrace.NewTracerProvider(options...)
	return &Observer{metrics: newMetrics(version), provider: provider, tracer: provider.Tracer("dossier"), now: now}, nil
}

// endpoint gives the place for traces that the environment names, or "".
func endpoint(lookup func(string) (string, bool)) string {
	value := func(name string) string { v, _ := lookup(name); return v }
	if value("OTEL_SDK_DISABLED") == "true" || value("OTEL_TRACES_EXPORTER") == "none" {
		return ""
	}
	if of := value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"); of != "" {
		return of
	}
	if base := value("OTEL_EXPORTER_OTLP_ENDPOINT"); base != "" {
		return strings.TrimRight(base, "/") + "/v1/traces"
	}
	return ""
}

// Close sends what was traced and not sent yet, as long as ctx lets it.
func (o *Observer) Close(ctx context.Context) error {
	if err := o.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}

// Carry gives what Resume takes in another process: the traceparent of W3C Trace
// Context, or "" outside a trace.
func Carry(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// TraceID gives the id of the trace that ctx belongs to, as the log has it, or ""
// outside one.
func TraceID(ctx context.Context) string {
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		return span.TraceID().String()
	}
	return ""
}

// Resume goes on with a trace; what is no traceparent starts none.
func Resume(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// Job begins a job of a kind. What it gives ends it, with the error that it came
// to.
func (o *Observer) Job(ctx context.Context, kind string) (context.Context, func(error)) {
	begun := o.now()
	ctx, span := o.tracer.Start(ctx, "job "+kind, trace.WithSpanKind(trace.SpanKindConsumer))
	return ctx, func(err error) {
		outcome := "done"
		if err != nil {
			outcome = "failed"
			span.SetStatus(codes.Error, "the job failed; the log says why")
		}
		span.End()
		o.jobs.WithLabelValues(kind, outcome).Observe(o.now().Sub(begun).Seconds())
	}
}
