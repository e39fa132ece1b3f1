package sandbox

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
)

const (
	maxWebhooks    = 1000
	payloadVersion = 3
)

// webhookEvents are the events of the API (Onfido contract section 3).
func webhookEvents() []string {
	return []string{
		"audit_log.created",
		"check.started", "check.reopened", "check.withdrawn", "check.completed", "check.form_completed",
		"report.withdrawn", "report.resumed", "report.cancelled", "report.awaiting_approval", "report.completed",
		"workflow_run.completed", "workflow_task.started", "workflow_task.completed",
		"watchlist_monitor.matches_updated", "workflow_timeline_file.created", "workflow_run_evidence_folder.created",
	}
}

// environmentSandbox is the one that this account's checks run in.
const environmentSandbox = "sandbox"

func (s *Sandbox) createWebhook(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	h := webhook{Enabled: true, Events: webhookEvents(), Environments: []string{environmentSandbox}, PayloadVersion: payloadVersion}
	in.webhookInto(&h, true)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	if h.ID, err = s.newID(); err != nil {
		return reply{}, err
	}
	if h.Token, err = s.randomToken(""); err != nil {
		return reply{}, err
	}
	h.Href = prefix + "/webhooks/" + h.ID
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.state.webhooks.ids) >= maxWebhooks {
		return reply{}, invalid("url", "there are too many webhooks")
	}
	s.state.webhooks.put(h.ID, "", h)
	return created(h)
}

// webhookInto reads a webhook's fields over h; only the URL of a new one is required.
func (in *input) webhookInto(h *webhook, isNew bool) {
	if isNew || in.has("url") {
		h.URL = in.require("url", isWebhookURL)
	}
	in.into("name", &h.Name)
	if enabled := in.boolean("enabled"); enabled != nil {
		h.Enabled = *enabled
	}
	if events := in.list("events", oneOf(webhookEvents()...)); events != nil {
		h.Events = events
	}
	if environments := in.list("environments", oneOf(environmentSandbox, "live")); environments != nil {
		h.Environments = environments
		if slices.Contains(environments, environmentSandbox) {
			h.Environments = []string{environmentSandbox} // all that a sandbox token sees of it
		}
	}
	if version := in.integer("payload_version"); version != nil {
		h.PayloadVersion = *version
	}
	if oauth := in.boolean("oauth_enabled"); oauth != nil {
		h.OAuthEnabled = *oauth
	}
	in.into("oauth_server_url", &h.OAuthServerURL, isWebhookURL)
	in.into("oauth_server_client_id", &h.OAuthServerClientID)
	in.into("oauth_server_client_secret", &h.OAuthServerClientSecret)
	in.into("oauth_server_scope", &h.OAuthServerScope)
}

// isWebhookURL demands https (Onfido contract section 3). Plain http to a loopback address is an extension of ours,
// for servers under development on the same machine.
func isWebhookURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return textInvalid
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Host) {
		return ""
	}
	return textHTTPS
}

func isLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

func (s *Sandbox) listWebhooks(http.ResponseWriter, *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return ok(map[string][]webhook{"webhooks": s.state.webhooks.all()})
}

func (s *Sandbox) findWebhook(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id := r.PathValue("id")
	h, known := s.state.webhooks.get(id)
	if !known {
		return reply{}, notFound("Webhook", id)
	}
	return ok(h)
}

func (s *Sandbox) updateWebhook(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	h, known := s.state.webhooks.get(id)
	if !known {
		return reply{}, notFound("Webhook", id)
	}
	in.webhookInto(&h, false)
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.state.webhooks.put(id, "", h)
	return ok(h)
}

func (s *Sandbox) deleteWebhook(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	if _, known := s.state.webhooks.get(id); !known {
		return reply{}, notFound("Webhook", id)
	}
	s.state.webhooks.remove(id)
	return noContent()
}
