package sandbox

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
)

// deleteAfter is how long a deleted applicant can be restored; Onfido's own period is not known to us.
const deleteAfter = 24 * time.Hour

// state is everything the account holds. Sandbox.mu guards it.
type state struct {
	applicants *table[applicant]
	consents   map[string][]consent // by applicant
	documents  *table[document]
	photos     *table[media]
	videos     *table[media]
	motions    *table[media]
	idPhotos   *table[media]
	checks     *table[check]
	plans      map[string]plan // by check: how it is to come out
	reports    *table[reportRow]
	webhooks   *table[webhook]
	files      *files
	views      map[string]*evidence.View // by upload, of those that were looked at; not part of a snapshot
	oauth      map[string]time.Time      // access tokens and when they expire
	scenarios  []scenario
	filmed     map[string]filming // by live video, of those that an SDK brought
	posed      map[string][]posed // by applicant: challenges that wait for a film; not part of a snapshot

	runs       *table[workflowRun]
	tasks      *table[taskRow]
	bases      map[string]string // by run: where the client reached the sandbox
	timelines  map[string]string // run by timeline file
	signed     map[string]string // run by signed document
	signing    *table[signingDocument]
	monitors   *table[monitor]
	matches    map[string][]match   // by monitor
	passkeys   map[string][]passkey // by user, where they differ from the script
	biometrics *table[biometricToken]
}

func newState(maxFileBytes int64) *state {
	return &state{
		applicants: newTable[applicant](), consents: map[string][]consent{},
		documents: newTable[document](), photos: newTable[media](), videos: newTable[media](), motions: newTable[media](), idPhotos: newTable[media](),
		checks: newTable[check](), plans: map[string]plan{}, reports: newTable[reportRow](),
		webhooks: newTable[webhook](), files: newFiles(maxFileBytes), views: map[string]*evidence.View{}, filmed: map[string]filming{}, posed: map[string][]posed{}, oauth: map[string]time.Time{},
		runs: newTable[workflowRun](), tasks: newTable[taskRow](), bases: map[string]string{},
		timelines: map[string]string{}, signed: map[string]string{}, signing: newTable[signingDocument](),
		monitors: newTable[monitor](), matches: map[string][]match{}, passkeys: map[string][]passkey{},
		biometrics: newTable[biometricToken](),
	}
}

// liveApplicant finds an applicant that is not deleted: 404 when unknown, 410 when deleted.
func (st *state) liveApplicant(id string) (applicant, error) {
	a, ok := st.applicants.get(id)
	switch {
	case !ok:
		return a, notFound("Applicant", id)
	case a.DeleteAt != nil:
		return a, gone("Applicant", id)
	}
	return a, nil
}

// owner finds the applicant that an upload or a check names: unlike in a path, an unknown one is a mistake in the
// request's body.
func (st *state) owner(id string) (applicant, error) {
	a, err := st.liveApplicant(id)
	if err != nil && !isGone(err) {
		return a, invalid("applicant_id", textNotFound)
	}
	return a, err
}

// alive is the error for what belongs to a deleted applicant.
func (st *state) alive(applicantID, kind, id string) error {
	if a, ok := st.applicants.get(applicantID); ok && a.DeleteAt != nil {
		return gone(kind, id)
	}
	return nil
}

// newID is a random lower-case UUID.
func (s *Sandbox) newID() (string, error) {
	s.random.Lock()
	defer s.random.Unlock()
	id, err := uuid.NewRandomFromReader(s.opts.Rand)
	if err != nil {
		return "", fmt.Errorf("make id: %w", err)
	}
	return id.String(), nil
}

// stamp is the present time as the API writes times: UTC, whole seconds (Onfido contract section 0).
func (s *Sandbox) stamp() string { return timestamp(s.clock.Now()) }

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
