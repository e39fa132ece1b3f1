package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/jobs"
	"github.com/dossier-id/dossier/internal/obs"
)

// watch has the observer look at the parts of the server, and answer Prometheus
// at an address of its own if there is one.
func (s *server) watch(ctx context.Context, c *config.Config) error {
	s.obs.Counts("jobs", "Jobs that are not done, by state.", "state", s.jobs.Counts)
	s.obs.Counts("ready", "1 for each part that can be used, 0 for one that can not.", "part", s.usable)
	if c.MetricsAddr == "" {
		return nil
	}
	l, err := listen(ctx, c.MetricsAddr)
	if err != nil {
		return fmt.Errorf("DOSSIER_METRICS_ADDR: %w", err)
	}
	s.metricsAddr = l.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.obs.Metrics())
	s.metrics = httpServer(mux, s.log)
	go func() {
		if err := s.metrics.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.ErrorContext(ctx, "metrics are no longer served", "error", err)
		}
	}()
	return nil
}

// usable is readiness as numbers.
func (s *server) usable(ctx context.Context) (map[string]int64, error) {
	found := map[string]int64{}
	for part, err := range s.ready(ctx) {
		found[part] = 0
		if err == nil {
			found[part] = 1
		}
	}
	return found, nil
}

// observed traces and counts jobs.
func (s *server) observed(next jobs.Handler) jobs.Handler {
	return func(ctx context.Context, j idv.Job, age time.Duration) (time.Duration, error) {
		ctx, end := s.obs.Job(ctx, string(j.Kind))
		again, err := next(ctx, j, age)
		end(err)
		return again, err
	}
}

// unwatch sends the last traces and ends the metrics.
func (s *server) unwatch() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.obs.Close(ctx)
	if s.metrics != nil {
		err = joined(err, s.metrics.Close())
	}
	return err
}

func newObserver(ctx context.Context, c *config.Config) (*obs.Observer, error) {
	return obs.New(ctx, version(), time.Now, c.Environment)
}
