package sandbox

import (
	"net/http"
	"slices"
)

type passkey struct {
	ID                string  `json:"id"`
	ApplicationDomain string  `json:"application_domain"`
	State             string  `json:"state"`
	CreatedAt         string  `json:"created_at"`
	LastUsedAt        *string `json:"last_used_at"`
}

// passkeysOf are those of a user: the scripted ones, with the states they were given. Deleting them brings the script
// back, so that a test suite can be run again (Onfido contract section 2g). The caller holds mu.
func (s *Sandbox) passkeysOf(user string) []passkey {
	if changed, known := s.state.passkeys[user]; known {
		return changed
	}
	return append([]passkey{}, s.script.Passkeys[user]...)
}

func (s *Sandbox) listPasskeys(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return ok(map[string][]passkey{"passkeys": s.passkeysOf(r.PathValue("user"))})
}

func (s *Sandbox) findPasskey(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	keys, i, err := s.passkey(r)
	if err != nil {
		return reply{}, err
	}
	return ok(keys[i])
}

func (s *Sandbox) updatePasskey(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	state := in.require("state", oneOf("ACTIVE", "INACTIVE"))
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, i, err := s.passkey(r)
	if err != nil {
		return reply{}, err
	}
	keys = slices.Clone(keys)
	keys[i].State = state
	s.state.passkeys[r.PathValue("user")] = keys
	return ok(keys[i])
}

func (s *Sandbox) passkey(r *http.Request) ([]passkey, int, error) {
	id := r.PathValue("id")
	keys := s.passkeysOf(r.PathValue("user"))
	i := slices.IndexFunc(keys, func(k passkey) bool { return k.ID == id })
	if i < 0 {
		return nil, 0, notFound("Passkey", id)
	}
	return keys, i, nil
}

// deletePasskeys forgets what became of one or all passkeys of a user.
func (s *Sandbox) deletePasskeys(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.state.passkeys, r.PathValue("user"))
	return noContent()
}

type biometricToken struct {
	UUID string        `json:"uuid"`
	Data biometricData `json:"data"`
}

type biometricData struct {
	InsertedAt string `json:"inserted_at"`
	MediaType  string `json:"media_type"`
	Status     string `json:"status"`
}

// addBiometricToken makes the token of a run's user, unless the run has none. The caller holds mu.
func (s *Sandbox) addBiometricToken(run workflowRun) {
	id, err := s.newID()
	if err != nil || run.CustomerUserID == "" {
		return
	}
	data := biometricData{InsertedAt: run.CreatedAt, MediaType: "live_photo", Status: "pending"}
	s.state.biometrics.put(id, run.CustomerUserID, biometricToken{id, data})
}

// noBiometricToken is the one error whose message names nothing (Onfido contract section 0).
func noBiometricToken() error {
	return &apiError{Status: http.StatusNotFound, Type: "resource_not_found", Message: "Not found", Fields: problems{}}
}

func (s *Sandbox) listBiometricTokens(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return ok(map[string][]biometricToken{"biometric_tokens": s.state.biometrics.of(r.PathValue("user"))})
}

func (st *state) biometricToken(r *http.Request) (biometricToken, error) {
	id := r.PathValue("id")
	t, known := st.biometrics.get(id)
	if !known || st.biometrics.owner(id) != r.PathValue("user") {
		return t, noBiometricToken()
	}
	return t, nil
}

func (s *Sandbox) findBiometricToken(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.state.biometricToken(r)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]biometricToken{"biometric_token": t})
}

func (s *Sandbox) updateBiometricToken(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	status := in.require("status")
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.state.biometricToken(r)
	if err != nil {
		return reply{}, err
	}
	t.Data.Status = status
	s.state.biometrics.put(t.UUID, r.PathValue("user"), t)
	return ok(map[string]biometricToken{"biometric_token": t})
}

// deleteBiometricToken and deleteBiometricTokens answer with what they deleted (Onfido contract section 1).
func (s *Sandbox) deleteBiometricToken(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.state.biometricToken(r)
	if err != nil {
		return reply{}, err
	}
	s.state.biometrics.remove(t.UUID)
	return ok(map[string]any{"biometric_token": deletedItems(1)})
}

func (s *Sandbox) deleteBiometricTokens(_ http.ResponseWriter, r *http.Request) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tokens := s.state.biometrics.of(r.PathValue("user"))
	if len(tokens) == 0 {
		return reply{}, noBiometricToken()
	}
	for _, t := range tokens {
		s.state.biometrics.remove(t.UUID)
	}
	return ok(map[string]any{"biometric_tokens": deletedItems(len(tokens))})
}

func deletedItems(n int) map[string]any {
	return map[string]any{"deleted_items": map[string]int{"count": n}}
}
