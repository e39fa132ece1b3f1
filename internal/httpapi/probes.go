package httpapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Probes gives the handler of a server that answers no API: what says whether it
// lives and whether it can work.
func Probes(c Config) http.Handler {
	mux := http.NewServeMux()
	(&api{Config: c}).probes(mux)
	return traced(c.Log, c.Random, c.Now, strict(mux))
}

// probes are for whoever runs the server, and ask for no token.
func (a *api) probes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", a.readyz)
}

// readyz names the parts that cannot be used; why is in the log.
func (a *api) readyz(w http.ResponseWriter, r *http.Request) {
	found := a.Ready(r.Context())
	var down []string
	for _, part := range slices.Sorted(maps.Keys(found)) {
		if err := found[part]; err != nil {
			a.Log.WarnContext(r.Context(), "not ready", "part", part, "error", err)
			down = append(down, part)
		}
	}
	if len(down) > 0 {
		fail(w, r, http.StatusServiceUnavailable, "the server cannot work now; it lacks: "+strings.Join(down, ", "))
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
