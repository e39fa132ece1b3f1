package panel

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// deed does what a form asks for and gives the address to go on at.
type deed func(w http.ResponseWriter, r *http.Request) (string, error)

// do reads the form and does the deed. What the control API refuses is shown with its reason.
func (p *panel) do(d deed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			p.fail(w, r, &refusal{http.StatusBadRequest, "The form cannot be read, or holds more than 1 MiB."})
			return
		}
		next, err := d(w, r)
		switch path := strings.TrimPrefix(r.URL.Path, Below); {
		case err == nil:
			http.Redirect(w, r, next, http.StatusSeeOther)
		case path == "scenarios" && r.PostForm.Get("applicant") == "":
			p.scenariosAs(w, r, err)
		case path == "faults":
			p.faultsAs(w, r, err)
		case path == "clock":
			p.showForm(w, r, "clock", frame{Title: "Clock and state", Here: "clock"}, err)
		default:
			p.fail(w, r, err)
		}
	}
}

// done is the address of a page that says what was done.
func done(path, what string) string { return path + "?done=" + url.QueryEscape(what) }

// back is the page below Root that the form was on, as it says itself.
func back(r *http.Request, what string) string {
	to := r.PostForm.Get("back")
	if to != Root && !strings.HasPrefix(to, Below) || strings.ContainsAny(to, "?#\\") {
		to = Root
	}
	return done(to, what)
}

func (p *panel) advance(_ http.ResponseWriter, r *http.Request) (string, error) {
	by := map[string]string{"duration": strings.TrimSpace(cmp.Or(r.PostForm.Get("by"), r.PostForm.Get("duration")))}
	return back(r, "advanced"), p.ask(r.Context(), "POST", "/sandbox/clock/advance", by, nil)
}

// addScenario sends a scenario as it was written, or the one that the fields describe.
func (p *panel) addScenario(_ http.ResponseWriter, r *http.Request) (string, error) {
	var body any = scenarioOf(r.PostForm)
	if written := strings.TrimSpace(r.PostForm.Get("json")); written != "" {
		body = json.RawMessage(written)
	}
	next := done(Below+"scenarios", "forced")
	if id := r.PostForm.Get("applicant"); id != "" {
		next = done(Below+"applicants/"+url.PathEscape(id), "forced")
	}
	return next, p.ask(r.Context(), "POST", "/sandbox/scenarios", body, nil)
}

// scenarioOf reads a scenario from its fields: whose check, which report, how it comes out.
func scenarioOf(form url.Values) map[string]any {
	s := map[string]any{}
	if id := strings.TrimSpace(form.Get("applicant")); id != "" {
		s["applicant_id"] = id
	} else {
		s["next"] = cmp.Or(form.Get("next"), "check")
	}
	outcome := map[string]any{}
	path, result := strings.TrimSpace(form.Get("breakdown")), form.Get("outcome")
	switch {
	case form.Get("outcome") == "error":
		s["error"] = map[string]any{
			"status": http.StatusUnprocessableEntity, "type": "validation_error",
			"message": "There was a validation error on this request", "fields": map[string]any{},
		}
		return s
	case path != "":
		outcome["breakdown"] = map[string]string{path: result}
	case result == "suspected" || result == "rejected" || result == "caution":
		outcome["sub_result"] = result
	default:
		outcome["result"] = result
	}
	s["reports"] = map[string]any{cmp.Or(form.Get("report"), "*"): outcome}
	return s
}

func (p *panel) dropScenarios(_ http.ResponseWriter, r *http.Request) (string, error) {
	return done(Below+"scenarios", "dropped"), p.ask(r.Context(), "DELETE", "/sandbox/scenarios", nil, nil)
}

func (p *panel) dropScenario(_ http.ResponseWriter, r *http.Request) (string, error) {
	return done(Below+"scenarios", "dropped"), p.ask(r.Context(), "DELETE", "/sandbox/scenarios/"+url.PathEscape(r.PathValue("id")), nil, nil)
}

// faultsSet are the faults that can still strike, as the control API tells them.
func (p *panel) faultsSet(r *http.Request) ([]map[string]any, error) {
	var got struct {
		Faults []map[string]any `json:"faults"`
	}
	return got.Faults, p.ask(r.Context(), "GET", "/sandbox/faults", nil, &got)
}

// addFault sets the faults that there are, and one more.
func (p *panel) addFault(_ http.ResponseWriter, r *http.Request) (string, error) {
	one, err := faultOf(r.PostForm)
	if err != nil {
		return "", err
	}
	all, err := p.faultsSet(r)
	if err != nil {
		return "", err
	}
	seed, err := strconv.ParseUint(cmp.Or(r.PostForm.Get("seed"), "1"), 10, 64)
	if err != nil {
		return "", invalid("The seed must be a whole number, 0 or more.")
	}
	body := map[string]any{"seed": seed, "faults": append(all, one)}
	return done(Below+"faults", "faulty"), p.ask(r.Context(), "PUT", "/sandbox/faults", body, nil)
}

// faultOf reads a fault from its fields; what is empty is left out. The control API says what does not fit.
func faultOf(form url.Values) (map[string]any, error) {
	f := map[string]any{"kind": form.Get("kind")}
	for _, name := range []string{"method", "path", "delay"} {
		if s := strings.TrimSpace(form.Get(name)); s != "" {
			f[name] = s
		}
	}
	for _, name := range []string{"status", "times", "per_minute", "retry_after"} {
		s := strings.TrimSpace(form.Get(name))
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, invalid(words(name) + " must be a whole number.")
		}
		f[name] = n
	}
	if s := strings.TrimSpace(form.Get("probability")); s != "" {
		share, err := strconv.ParseFloat(s, 64)
		if err != nil || share <= 0 || share > 1 {
			return nil, invalid("Probability must be above 0 and at most 1.")
		}
		f["probability"] = share
	}
	if form.Get("effect") != "" {
		f["effect"] = true
	}
	return f, nil
}

func (p *panel) dropFaults(_ http.ResponseWriter, r *http.Request) (string, error) {
	return done(Below+"faults", "faultless"), p.ask(r.Context(), "DELETE", "/sandbox/faults", nil, nil)
}

func (p *panel) steer(_ http.ResponseWriter, r *http.Request) (string, error) {
	path := "/sandbox/checks/" + url.PathEscape(r.PathValue("id")) + "/" + url.PathEscape(r.PathValue("action"))
	return back(r, "steered"), p.ask(r.Context(), "POST", path, nil, nil)
}

func (p *panel) dropRequests(_ http.ResponseWriter, r *http.Request) (string, error) {
	return done(Below+"requests", "forgotten"), p.ask(r.Context(), "DELETE", "/sandbox/requests", nil, nil)
}

func (p *panel) dropDeliveries(_ http.ResponseWriter, r *http.Request) (string, error) {
	return done(Below+"deliveries", "forgotten"), p.ask(r.Context(), "DELETE", "/sandbox/deliveries", nil, nil)
}

func (p *panel) reset(_ http.ResponseWriter, r *http.Request) (string, error) {
	return done(Root, "reset"), p.ask(r.Context(), "DELETE", "/sandbox/state", nil, nil)
}
