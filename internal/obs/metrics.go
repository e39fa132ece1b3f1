package obs

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
)

// metrics are the numbers of one server, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	inFlight prometheus.Gauge
	routes   routes
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: histogram("http_request_seconds", "Requests answered, by method, form of the path and status.", "method", "route", "status"),
		jobs:     histogram("job_seconds", "Jobs done, by kind and outcome.", "kind", "outcome"),
		calls:    histogram("call_seconds", "Calls to others, by whom, form of the path and status; 0 is no answer.", "to", "operation", "status"),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "dossier", Name: "http_requests_in_flight", Help: "Requests that are being answered."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "dossier", Name: "build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.jobs, m.calls, m.inFlight, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "dossier", Name: name, Help: help, Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30},
	}, labels)
}

// Metrics gives the handler of what Prometheus asks for. It is to be reached by
// the operator only.
func (m *metrics) Metrics() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 10 * time.Second})
}

// scrapeTimeout bounds what is asked of the database for one scrape.
const scrapeTimeout = 3 * time.Second

// Counts adds a gauge whose values are read at each scrape, by the value of its
// one label.
func (m *metrics) Counts(name, help, label string, read func(context.Context) (map[string]int64, error)) {
	m.registry.MustRegister(&counts{prometheus.NewDesc("dossier_"+name, help, []string{label}, nil), read})
}

type counts struct {
	desc *prometheus.Desc
	read func(context.Context) (map[string]int64, error)
}

// Describe names the gauge.
func (c *counts) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect reads the values; without them the scrape has none.
func (c *counts) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	values, err := c.read(ctx)
	if err != nil {
		return
	}
	for label, n := range values {
		to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), label)
	}
}

func attrService(name string) attribute.KeyValue { return attribute.String("service.name", name) }
func attrVersion(version string) attribute.KeyValue {
	return attribute.String("service.version", version)
}
